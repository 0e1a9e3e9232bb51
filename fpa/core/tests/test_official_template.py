"""Templates of official documents: the one in the repository, and those that an office changed."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.shared import Mm

from fpa.core.official import TEMPLATE, CannotWriteOfficial, Column, Style, Table
from fpa.core.tests.official_documents import TITLE, produce, styled, texts
from scripts.make_official_template import template_parts, write_template


def changed_template(change: Callable[[Any], None]) -> BytesIO:
    """Return the committed template after an office has changed it."""
    document = Document(str(TEMPLATE))
    change(document)
    target = BytesIO()
    document.save(target)
    target.seek(0)
    return target


def without_tag(*tags: str) -> BytesIO:
    def remove(document: Any) -> None:
        for paragraph in document.paragraphs:
            if any(tag in paragraph.text for tag in tags):
                paragraph._p.getparent().remove(paragraph._p)

    return changed_template(remove)


def with_text(old: str, new: str) -> BytesIO:
    def replace(document: Any) -> None:
        for paragraph in document.paragraphs:
            for run in paragraph.runs:
                run.text = run.text.replace(old, new)

    return changed_template(replace)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        (lambda: BytesIO(b"not a document"), "模板打不开，或者不是 docx 文件"),
        (lambda: Path("没有这个文件.docx"), "模板打不开，或者不是 docx 文件"),
        (lambda: with_text("{{ title }}", "{{ titel }}"), "标签有误.*titel"),
        (lambda: without_tag("endfor"), "标签有误"),
        (lambda: with_text("{{ title }}", "{{ title.__class__.__mro__ }}"), "标签有误"),
        (lambda: without_tag("{{ title }}"), f"没有写出“{TITLE}”"),
        (lambda: without_tag("{{r block.runs }}"), "没有写出“正文。”"),
        (lambda: changed_template(lambda d: d.styles[Style.ANNEX].delete()), "缺少样式：公文附件"),
    ],
)
def test_refusal_of_a_template_says_how_to_mend_it(template: Callable[[], Any], message: str) -> None:
    with pytest.raises(CannotWriteOfficial, match=message):
        produce(template=template())


def test_template_of_an_office_keeps_its_look_and_words() -> None:
    def change(document: Any) -> None:
        document.sections[0].left_margin = Mm(30)
        document.styles[Style.BODY].element.set(qn("w:styleId"), "a7")  # WPS renumbers the ids
        for element in document.element.xpath("//w:pStyle[@w:val='OfficialBody']"):
            element.set(qn("w:val"), "a7")
        document.paragraphs[0].insert_paragraph_before("（内部资料）")

    document = produce([Table([Column("甲")], [["1"]])], template=changed_template(change))
    assert texts(document)[0] == "（内部资料）"
    assert document.tables[0]._tbl.tblGrid[0].get(qn("w:w")) == str((document.sections[0].page_width
        - Mm(30) - document.sections[0].right_margin) // 635)  # fmt: skip


def test_template_tag_that_wps_split_into_runs_still_works() -> None:
    def split(document: Any) -> None:
        paragraph = document.paragraphs[0]
        paragraph.runs[0].text = "{{ ti"
        paragraph.add_run("tle }}")

    assert texts(produce(template=changed_template(split)))[0] == TITLE


def test_template_in_the_repository_is_what_its_script_writes(tmp_path: Path) -> None:
    written = tmp_path / "official.docx"
    write_template(written)
    assert written.read_bytes() == TEMPLATE.read_bytes()


def test_template_has_each_tag_in_one_plain_run() -> None:
    tagged = [p for p in Document(str(TEMPLATE)).paragraphs if "{" in p.text]
    assert len(tagged) > 20
    assert all(len(paragraph.runs) == 1 for paragraph in tagged)


def test_template_has_neither_theme_nor_picture_nor_red() -> None:
    parts = template_parts()
    assert not [name for name in parts if "theme" in name or "media" in name]
    assert not [name for name, xml in parts.items() if "w:color " in xml or "w:drawing" in xml]


def test_fonts_that_an_office_set_by_theme_are_replaced() -> None:
    def use_theme(document: Any) -> None:
        fonts = document.styles[Style.BODY].element.rPr.find(qn("w:rFonts"))
        fonts.attrib.clear()
        fonts.set(qn("w:eastAsiaTheme"), "minorEastAsia")
        fonts.set(qn("w:eastAsia"), "宋体")

    document = produce(template=changed_template(use_theme))
    (run,) = next(p for p in styled(document, Style.BODY) if p.text == "正文。").runs
    assert run._r.rPr.find(qn("w:rFonts")).attrib == {
        qn("w:eastAsia"): "宋体", qn("w:ascii"): "仿宋_GB2312",
        qn("w:hAnsi"): "仿宋_GB2312", qn("w:cs"): "仿宋_GB2312",
    }  # fmt: skip
