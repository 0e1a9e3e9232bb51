"""The report as docx: the same text as the page, linked to its table of sources."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from lxml import html

from fpa.analysis.report.compose import compose
from fpa.analysis.report.document import write_report
from fpa.core.periods import Period
from tests.cast import cast_unit

from .facts import put

BODY = ("公文正文", "公文一级标题", "公文二级标题")


def squeezed(text: str) -> str:
    return "".join(text.split())


def document_of(name: str):
    report = compose(cast_unit(name), Period.parse("2023H1"))
    out = BytesIO()
    write_report(out, report, signed_on=date(2023, 7, 5))
    return report, Document(out)


@pytest.mark.parametrize("name", ["province", "city", "county", "township", "village"])
def test_write_report_has_the_text_of_the_page(province_scope, client_as, name):
    put("visit.households", cast_unit("village"), 33_000)
    _, document = document_of(name)
    page = html.fromstring(client_as(name).get("/report/half-year/?period=2023H1").content)
    written = "".join(paragraph.text for paragraph in document.paragraphs)
    lines = page.xpath(
        '//article[contains(@class, "report")]//*[self::h2 or self::h3 or self::h4 or self::p]'
    )
    shown = [squeezed(line.text_content()) for line in lines]
    assert len(shown) > 10
    assert [text for text in shown if text not in squeezed(written)] == []
    bodies = [squeezed(p.text) for p in document.paragraphs if p.text and p.style and p.style.name in BODY]
    assert bodies[: len(shown) - 2] == shown[1:-1]


def test_write_report_lists_the_sources_with_exact_values(province_scope):
    put("visit.value", cast_unit("village"), 31_004_500)
    report, document = document_of("city")
    rows = [[cell.text for cell in row.cells] for row in document.tables[-1].rows]
    assert rows[0] == ["序号", "指标", "数值", "口径", "覆盖", "截至时间"]
    assert len(rows) == 1 + len(report.readings)
    line = next(row for row in rows if row[1] == "走访慰问发放资金物资")
    assert line[2] == "31,004,500元"
    assert "物资按购入价折算" in line[3]
    assert line[4].endswith("个县")
    assert "3100.45万元" in "".join(p.text for p in document.paragraphs)


def test_write_report_links_each_number_to_its_line(province_scope):
    report, document = document_of("county")
    links = document.element.body.findall(".//{*}hyperlink")
    pieces = [piece for block in report.blocks for piece in block.pieces if piece.reading]
    anchors = [link.get(link.nsmap["w"].join("{}") + "anchor") for link in links]
    assert anchors == [f"source_{piece.line}" for piece in pieces]


def test_write_report_is_signed_by_the_unit_that_it_is_about(province_scope):
    _, document = document_of("city")
    text = [p.text for p in document.paragraphs]
    assert "怀化市计划生育协会" in text
    assert "2023年7月5日" in text
    assert text[0] == "怀化市计生协2023年上半年工作情况"
