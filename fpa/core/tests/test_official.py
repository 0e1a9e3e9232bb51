"""Official documents, read back: page, fonts, text, links, and templates that an office changed."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from fpa.core.official import (
    CHARACTERS_A_LINE,
    SOURCE_COLUMNS,
    Block,
    CannotWriteOfficial,
    Column,
    Heading,
    Paragraph,
    Run,
    Style,
    Table,
    sign_off_indents,
    write_official,
)
from fpa.core.tests.official_documents import SOURCES, TITLE, UNIT, produce, styled, texts
from scripts.make_official_template import template_parts

HOSTILE = [
    "{{ title }}",
    "{% for x in y %}",
    "{%p endif %}",
    "{# 注释 #}",
    "{_{ title }_} {_% if %_}",
    "&amp; & &#60;",
    "<w:p/> </w:t> <b>",
    "“引号” ' \" ‘’",
    "source_1 下划线",
    "  两头有空格  ",
    "𠮷野家",
]


def fonts_of(properties: Any) -> set[str]:
    fonts = properties.find(qn("w:rFonts"))
    return {fonts.get(qn(f"w:{slot}")) for slot in ("ascii", "hAnsi", "eastAsia", "cs")}


def roots(document: Any) -> Iterator[Any]:
    yield document.element
    yield document.styles.element
    yield document.sections[0].footer._element
    yield document.sections[0].even_page_footer._element


# The page


def test_page_is_a4_with_the_margins_of_the_standard() -> None:
    section = produce().sections[0]
    measures = {
        "page_width": 210, "page_height": 297, "top_margin": 37, "left_margin": 28,
        "right_margin": 26, "bottom_margin": 35,
    }  # fmt: skip
    for name, millimetres in measures.items():
        assert abs(getattr(section, name) - Mm(millimetres)) < Mm(0.05), name


def test_page_grid_holds_22_lines_of_28_characters() -> None:
    section = produce().sections[0]
    grid = section._sectPr.find(qn("w:docGrid"))
    pitch = int(grid.get(qn("w:linePitch"))) / 20
    character = 16 + int(grid.get(qn("w:charSpace"))) / 4096
    height = (section.page_height - section.top_margin - section.bottom_margin) / Pt(1)
    width = (section.page_width - section.left_margin - section.right_margin) / Pt(1)
    assert grid.get(qn("w:type")) == "linesAndChars"
    assert (height // pitch, width // character) == (22, CHARACTERS_A_LINE)


def test_body_text_fits_28_characters_without_the_grid() -> None:
    document = produce()
    body = document.styles[Style.BODY].element.rPr
    tightened = 16 + int(body.find(qn("w:spacing")).get(qn("w:val"))) / 20
    assert Mm(156) / Pt(1) // tightened == CHARACTERS_A_LINE


def test_page_is_for_two_sided_print() -> None:
    settings = produce().settings
    assert settings.odd_and_even_pages_header_footer
    assert settings.element.find(qn("w:mirrorMargins")) is not None


@pytest.mark.parametrize(("footer", "side"), [("footer", "right"), ("even_page_footer", "left")])
def test_page_number_stands_between_dashes_on_the_outer_side(footer: str, side: str) -> None:
    document = produce()
    (paragraph,) = getattr(document.sections[0], footer).paragraphs
    properties = paragraph._p.pPr
    assert paragraph.text == "— 1 —"
    assert paragraph._p.xpath("string(.//w:instrText)").strip() == "PAGE"
    assert properties.jc.get(qn("w:val")) == side
    assert properties.ind.get(qn(f"w:{side}Chars")) == "100"
    assert paragraph.style.font.size == Pt(14)
    assert {font for run in paragraph.runs for font in fonts_of(run._r.rPr)} == {"宋体"}


# Styles and fonts


@pytest.mark.parametrize(
    ("style", "font", "size", "first_line"),
    [
        (Style.TITLE, "方正小标宋简体", 22, None),
        (Style.BODY, "仿宋_GB2312", 16, "200"),
        (Style.HEADING_1, "黑体", 16, "200"),
        (Style.HEADING_2, "楷体_GB2312", 16, "200"),
        (Style.HEADING_3, "仿宋_GB2312", 16, "200"),
        (Style.HEADING_4, "仿宋_GB2312", 16, "200"),
        (Style.SIGN_OFF, "仿宋_GB2312", 16, None),
        (Style.ANNEX, "黑体", 16, None),
        (Style.TABLE_CELL, "仿宋_GB2312", 10.5, None),
    ],
)
def test_style_has_the_font_size_and_indent(
    style: Style, font: str, size: float, first_line: str | None
) -> None:
    found = produce().styles[style]
    indent = found.element.pPr.ind
    assert fonts_of(found.element.rPr) == {font}
    assert found.font.size == Pt(size)
    assert (None if indent is None else indent.get(qn("w:firstLineChars"))) == first_line


def test_style_of_body_sets_lines_22_to_the_page() -> None:
    for style in (Style.TITLE, Style.BODY, *(s for s in Style if s.name.startswith("HEADING"))):
        spacing = produce().styles[style].element.pPr.find(qn("w:spacing"))
        assert (spacing.get(qn("w:line")), spacing.get(qn("w:lineRule"))) == ("579", "exact")


def test_fonts_are_named_in_every_style_and_run_and_never_by_theme() -> None:
    table = Table([Column("甲")], [["乙"]], "表1")
    document = produce([Heading(1, "一、甲"), Paragraph([Run("乙", link="1")]), table], sources=SOURCES)
    styles = document.styles.element.xpath("w:style[@w:type='paragraph']")
    runs = [run for root in roots(document) for run in root.iter(qn("w:r"))]
    assert len(runs) > 20
    for properties in [style.rPr for style in styles] + [run.rPr for run in runs]:
        assert None not in fonts_of(properties)
    for root in roots(document):
        assert not [
            name for element in root.iter(qn("w:rFonts")) for name in element.attrib if "heme" in name
        ]


def test_fonts_of_a_run_follow_the_style_of_its_paragraph() -> None:
    document = produce([Heading(2, "（一）甲"), Paragraph([Run("乙1")])])
    for style, font in (
        (Style.TITLE, "方正小标宋简体"),
        (Style.HEADING_2, "楷体_GB2312"),
        (Style.BODY, "仿宋_GB2312"),
    ):
        for paragraph in styled(document, style):
            assert all(fonts_of(run._r.rPr) == {font} for run in paragraph.runs)


def test_fonts_leave_no_empty_run() -> None:
    document = produce([Paragraph([Run("甲"), Run(""), Run("", link="1")])], sources=SOURCES)
    assert all("".join(run.itertext()) for run in document.element.iter(qn("w:r")))
    assert not document.element.xpath(".//w:hyperlink")


# Text


def test_text_comes_back_in_order_with_its_styles() -> None:
    blocks: list[Block] = [
        Heading(1, "一、组织建设"),
        Heading(2, "（一）换届"),
        Heading(3, "1．县级"),
        Heading(4, "（1）进度"),
        Paragraph([Run("共"), Run("118", bold=True), Run("个县。")]),
    ]
    document = produce(blocks, note="联系人：张*")
    found = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert found == [
        ("公文标题", TITLE),
        ("公文一级标题", "一、组织建设"),
        ("公文二级标题", "（一）换届"),
        ("公文三级标题", "1．县级"),
        ("公文四级标题", "（1）进度"),
        ("公文正文", "共118个县。"),
        ("公文落款", UNIT),
        ("公文成文日期", "2023年7月5日"),
        ("公文正文", "（联系人：张*）"),
    ]
    assert [run.bold for run in styled(document, Style.BODY)[1].runs] == [None, True, None]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_with_tags_or_markup_is_printed_as_it_stands(text: str) -> None:
    row = ("1", text, text, text, text, text)
    blocks: list[Block] = [
        Heading(1, text),
        Paragraph([Run(text), Run(text, link="1", note=text)]),
        Table([Column(text)], [[text]], text),
    ]
    document = produce(blocks, title=text, signed_by=text, note=text, sources=[row])
    assert texts(document).count(text) == 4  # title, heading, caption, sign-off
    assert {text + text, f"（{text}）"} <= set(texts(document))
    assert [cell.text for cell in document.tables[0].column_cells(0)] == [text, text]
    assert [cell.text for cell in document.tables[1].rows[1].cells][1:] == [text] * 5
    assert document.element.xpath("string(.//w:hyperlink/@w:tooltip)") == text


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("甲\x00\x07\x0c\x1b乙", "甲乙"),
        ("甲\ufffe\uffff乙", "甲乙"),
        ("甲\r\n乙\r丙\v丁\n戊", "甲\n乙\n丙\n丁\n戊"),
        ("甲\t乙", "甲\t乙"),
    ],
)
def test_text_loses_only_what_a_docx_cannot_hold(given: str, written: str) -> None:
    document = produce([Paragraph([Run(given)]), Table([Column("列")], [[given]])], title=given)
    assert texts(document)[0] == written
    assert texts(document)[2] == written
    assert document.tables[0].cell(1, 0).text == written


def test_text_of_no_block_leaves_title_and_sign_off() -> None:
    assert [text for text in texts(produce([])) if text] == [TITLE, UNIT, "2023年7月5日"]


# The sign-off


@pytest.mark.parametrize(
    ("unit", "dated", "indents"),
    [
        (
            "湖南省计划生育协会",
            "2023年11月24日",
            (2, 2),
        ),  # 9 and 7 characters: the date begins 2 to the right
        ("湖南省计划生育协会", "2023年7月5日", (2, 3)),
        ("长沙市计生协", "2023年7月5日", (4, 2)),  # the date is too long: the unit moves left
        ("湘西土家族苗族自治州计划生育协会办公室", "2023年7月5日", (2, 13)),
        ("字" * 40, "2023年7月5日", (2, 22)),  # the date stays on the line
    ],
)
def test_sign_off_is_placed_by_the_length_of_unit_and_date(
    unit: str, dated: str, indents: tuple[float, float]
) -> None:
    assert sign_off_indents(unit, dated) == indents


def test_sign_off_indents_stand_on_the_paragraphs() -> None:
    document = produce(signed_on=date(2023, 7, 5))
    for style, characters in ((Style.SIGN_OFF, 2), (Style.SIGN_DATE, 3)):
        (paragraph,) = styled(document, style)
        indent = paragraph._p.pPr.ind
        assert indent.get(qn("w:rightChars")) == str(characters * 100)
        assert indent.get(qn("w:right")) == str(characters * 316)


# The appendix and its links


def test_sources_stand_on_a_page_of_their_own() -> None:
    document = produce(sources=SOURCES)
    (annex,) = styled(document, Style.ANNEX)
    assert annex.text == "附件"
    assert annex.style.paragraph_format.page_break_before
    assert [p.text for p in styled(document, Style.TITLE)] == [TITLE, "数据来源表"]
    assert texts(document).index("附件：数据来源表") < texts(document).index(UNIT)
    rows = [tuple(cell.text for cell in row.cells) for row in document.tables[0].rows]
    assert rows == [tuple(column.title for column in SOURCE_COLUMNS), *SOURCES]


@pytest.mark.parametrize("sources", [None, []])
def test_sources_that_are_none_leave_no_appendix(sources: list[Any] | None) -> None:
    document = produce(sources=sources)
    assert not [text for text in texts(document) if "附件" in text or "来源" in text]
    assert not document.tables


def test_link_leads_to_the_bookmark_of_its_row_and_prints_as_text() -> None:
    runs = [Run("慰问"), Run("12,345", link="2", note="已审核的上报表合计"), Run("户。")]
    document = produce([Paragraph(runs)], sources=SOURCES)
    (link,) = document.element.xpath(".//w:hyperlink")
    anchor = link.get(qn("w:anchor"))
    (start,) = document.element.xpath(f".//w:bookmarkStart[@w:name='{anchor}']")
    row = start.getparent().getparent().getparent()
    assert [cell.text for cell in document.tables[0].rows if cell._tr is row for cell in cell.cells][
        1
    ] == "走访慰问"
    assert link.get(qn("w:tooltip")) == "已审核的上报表合计"
    assert [child.tag for child in link.iter(qn("w:color"), qn("w:u"), qn("w:rStyle"))] == []


def test_link_bookmarks_have_ids_and_ends_of_their_own() -> None:
    document = produce(sources=SOURCES)
    starts = [s.get(qn("w:id")) for s in document.element.iter(qn("w:bookmarkStart"))]
    ends = [e.get(qn("w:id")) for e in document.element.iter(qn("w:bookmarkEnd"))]
    assert len(set(starts)) == len(SOURCES)
    assert starts == ends


def test_link_to_an_address_leaves_the_document() -> None:
    address = "https://example.org/figures?unit=43&period=2023H1"
    document = produce([Paragraph([Run("130余", link=address)])])
    (link,) = document.element.xpath(".//w:hyperlink")
    relation = document.part.rels[link.get(qn("r:id"))]
    assert (relation.target_ref, relation.is_external) == (address, True)


def test_link_from_a_cell_of_the_appendix_keeps_the_row_in_reach() -> None:
    row = (Run("1", link="https://example.org/1"), *SOURCES[0][1:])
    document = produce([Paragraph([Run("130余", link="1")])], sources=[row])
    inner, outer = document.element.xpath(".//w:hyperlink[@w:anchor]"), document.tables[0].cell(1, 0)
    assert inner[0].get(qn("w:anchor")) == outer._tc.xpath("string(.//w:bookmarkStart/@w:name)")
    assert outer.text == "1"


def test_link_note_longer_than_word_takes_ends_in_dots() -> None:
    document = produce([Paragraph([Run("甲", link="1", note="口" * 300)])], sources=SOURCES)
    assert document.element.xpath("string(.//w:hyperlink/@w:tooltip)") == "口" * 254 + "…"


# Tables


@pytest.mark.parametrize("weights", [(1,), (1, 1, 1), (2, 3, 5, 7, 11, 13), (0.5, 0.25)])
def test_table_is_as_wide_as_the_text_in_grid_and_cells(weights: tuple[float, ...]) -> None:
    columns = [Column(f"列{number}", weight) for number, weight in enumerate(weights)]
    document = produce([Table(columns, [["值"] * len(columns)])])
    table = document.tables[0]._tbl
    grid = [int(column.get(qn("w:w"))) for column in table.tblGrid]
    section = document.sections[0]
    assert sum(grid) == (section.page_width - section.left_margin - section.right_margin) // 635
    assert [width / sum(grid) for width in grid] == pytest.approx(
        [w / sum(weights) for w in weights], abs=1e-3
    )
    for row in table.tr_lst:
        assert [int(cell.tcPr.find(qn("w:tcW")).get(qn("w:w"))) for cell in row.tc_lst] == grid


def test_table_repeats_its_head_and_keeps_rows_whole() -> None:
    document = produce([Table([Column("甲"), Column("乙", align="right")], [["1", "2"], ["3", "4"]], "表1")])
    (caption,) = styled(document, Style.CAPTION)
    rows = document.tables[0].rows
    assert caption.text == "表1"
    assert [len(row._tr.xpath("w:trPr/w:tblHeader")) for row in rows] == [1, 0, 0]
    assert all(row._tr.xpath("w:trPr/w:cantSplit") for row in rows)
    assert [c.paragraphs[0]._p.pPr.jc.get(qn("w:val")) for c in rows[1].cells] == ["center", "right"]
    assert rows[0].cells[0].paragraphs[0].style.name == Style.TABLE_HEAD


def test_table_after_table_stays_two() -> None:
    table = Table([Column("甲")], [["1"]])
    first, second = produce([table, table]).tables
    assert first._tbl.getnext().tag == qn("w:p")
    assert second._tbl.getnext().tag == qn("w:p")


# What is refused


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Heading(5, "甲"), "第 5 级，公文标题只有一至四级"),
        (lambda: Heading(0, "甲"), "第 0 级"),
        (lambda: Run("甲", note="说明"), "请同时给出链接"),
        (lambda: Table([Column("甲")], [["1"], ["1", "2"]], "表1"), "表“表1”第 2 行有 2 格，表头有 1 列"),
        (lambda: produce([Paragraph([Run("甲", link="3")])], sources=SOURCES), "第 3 号，但表中没有这一行"),
        (lambda: produce([Paragraph([Run("甲", link="1")])]), "第 1 号，但表中没有这一行"),
        (lambda: produce(sources=[SOURCES[0], SOURCES[0]]), "序号有重复"),
        (lambda: produce(sources=[SOURCES[0][:5]]), "表“数据来源表”第 1 行有 5 格，表头有 6 列"),
    ],
)
def test_refusal_names_what_is_wrong(wrong: Callable[[], object], message: str) -> None:
    with pytest.raises(CannotWriteOfficial, match=message):
        wrong()


# The file


def test_file_says_who_issued_it_and_on_what_no_machine() -> None:
    properties = produce(title="湖南省计生协\n工作总结").core_properties
    assert properties.title == "湖南省计生协 工作总结"
    assert (properties.author, properties.last_modified_by) == (UNIT, UNIT)
    assert (properties.comments, properties.keywords, properties.subject) == ("", "", "")
    assert properties.language == "zh-CN"


def test_file_is_written_to_a_path_with_no_part_of_another_program(tmp_path: Path) -> None:
    target = tmp_path / "总结.docx"
    write_official(target, title=TITLE, blocks=[], signed_by=UNIT, signed_on=date(2023, 7, 5))
    with ZipFile(target) as package:
        assert set(package.namelist()) == set(template_parts())
        assert b"python-docx" not in b"".join(package.read(name) for name in package.namelist())
