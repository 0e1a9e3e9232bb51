"""The report of each level and period: every number from a fact, with its link, its exact value and its coverage."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from docx import Document
from lxml import html

from fpa.access.models import Unit
from fpa.analysis.report.compose import CannotReport, compose
from fpa.analysis.report.document import write_report
from fpa.core.periods import Period
from fpa.figures import catalogue, display
from fpa.figures.queries import Reading, read
from tests.cast import cast_unit

PAGE, DOCX = "/report/half-year/", "/report/half-year/docx/"
SEATS = ("province", "city", "county", "township", "village")
SOME = ("province", "county", "village")
CODES = ("2023H1", "now")


@pytest.fixture
def world(figures_database, province_scope):
    """Records of every kind, counted."""


def period_of(code: str) -> Period:
    return Period.of(timezone.localdate(), "half") if code == "now" else Period.parse(code)


def page_of(client: Any, code: str) -> html.HtmlElement:
    response = client.get(PAGE, {"period": str(period_of(code))})
    assert response.status_code == 200
    return html.fromstring(response.content)


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("seat", SOME)
@pytest.mark.parametrize("code", CODES)
def test_every_number_of_the_page_is_a_reading_with_its_link(world, client_as, seat, code):
    """What is left of the text without its links has no digit but those of the period and the campaign's name."""
    unit, period = cast_unit(seat), period_of(code)
    article = page_of(client_as(seat), code).xpath("//article")[0]
    links = article.xpath('.//a[contains(@class, "figure")]')
    report = compose(unit, period)
    pieces = [p for block in report.blocks for p in block.pieces if p.reading]
    assert [(a.text, a.get("href")) for a in links] == [(p.text, p.url) for p in pieces]
    for link in links:
        link.text = ""
    bare = article.text_content().replace(period.label, "").replace("“5.29”", "")
    assert re.findall(r"\d", bare) == []


@pytest.mark.parametrize("seat", SOME)
@pytest.mark.parametrize("code", CODES)
def test_docx_and_page_are_one_text(world, client_as, seat, code):
    client = client_as(seat)
    article = page_of(client, code).xpath("//article")[0]
    lines = [squeezed(e.text_content()) for e in article.xpath(".//*[self::h3 or self::h4 or self::p]")][:-1]
    content = client.get(DOCX, {"period": str(period_of(code))}).content
    written = [squeezed(p.text) for p in Document(BytesIO(content)).paragraphs if p.text.strip()]
    start = written.index(lines[0])
    assert written[start : start + len(lines)] == lines


@pytest.mark.parametrize("seat", SOME)
def test_sources_of_page_and_docx_are_one_table_with_exact_values(world, client_as, seat):
    client, unit = client_as(seat), cast_unit(seat)
    rows = page_of(client, "2023H1").xpath('//table[contains(@class, "sources")]/tbody/tr')
    on_page = [[squeezed(cell.text_content()) for cell in row] for row in rows]
    out = BytesIO()
    report = compose(unit, Period.parse("2023H1"))
    write_report(out, report, signed_on=date(2023, 7, 5))
    table = Document(out).tables[-1]
    in_docx = [[squeezed(cell.text) for cell in row.cells] for row in table.rows[1:]]
    assert [row[:5] for row in on_page] == [row[:5] for row in in_docx]
    readings = read([r.figure.key for r in report.readings], unit, Period.parse("2023H1"))
    assert [row[2] for row in on_page] == [squeezed(display.exact_words(r)) for r in readings.values()]
    assert [row[4] for row in on_page] == [squeezed(str(r.coverage or "—")) for r in readings.values()]


@pytest.mark.parametrize(
    ("seat", "key", "coverage"),
    [
        ("province", "visit.households", "0/122 个县"),
        ("city", "visit.households", "0/12 个县"),
        ("township", "visit.households", "2/"),
        ("province", "member.total", "2/122 个县"),
        ("city", "member.total", "2/12 个县"),
        ("county", "member.total", "1/11 个乡镇"),
        ("province", "org.county.listed", "122/122 个县"),
        ("city", "org.county.listed", "12/12 个县"),
        ("village", "member.total", "—"),
    ],
)
def test_coverage_tells_how_many_units_are_in(world, seat, key, coverage):
    report = compose(cast_unit(seat), Period.parse("2023H1"))
    names = {r.figure.key: r.figure.name for r in report.readings}
    source = next(s for s in report.sources if s.name == names[key])
    assert source.coverage.startswith(coverage)


@pytest.mark.parametrize(
    ("seat", "words"),
    [
        (
            "province",
            ["现有市州计生协14个", "入序1个", "全省现有县市区计生协122个", "入序2个", "在册会员6人"],
        ),
        ("city", ["全市现有县市区计生协12个", "入序2个", "在册会员6人", "在编工作人员2人"]),
        ("county", ["在册会员4人", "在编工作人员2人", "村级兼职人员（含聘用人员）1人"]),
        ("township", ["在册会员3人", "在编工作人员1人"]),
        ("village", ["在册会员3人", "全社区计生协兼职人员（含聘用人员）1人"]),
    ],
)
def test_report_says_the_numbers_of_its_own_subtree(world, seat, words):
    report = compose(cast_unit(seat), Period.parse("2023H1"))
    text = "".join(block.text for block in report.blocks)
    assert [said for said in words if said not in text] == []


@pytest.mark.parametrize("seat", SEATS)
def test_report_of_the_current_half_is_counted_today(world, seat):
    """Stocks are those of today; a flow that nobody has reported yet is no zero."""
    today = timezone.localdate()
    report = compose(cast_unit(seat), Period.of(today, "half"))
    by_key = {p.reading.figure.key: p for block in report.blocks for p in block.pieces if p.reading}
    assert by_key["member.total"].reading.day == today
    assert by_key["member.total"].reading.value > 0
    if seat != "village":
        assert by_key["visit.households"].text == "〔暂无上报〕"
    assert report.period.label in report.title


@pytest.mark.parametrize("seat", ["province", "county"])
def test_report_of_a_time_before_the_platform_says_so_and_counts_nothing(world, seat):
    report = compose(cast_unit(seat), Period.parse("2022H1"))
    words = {p.text for block in report.blocks for p in block.pieces if p.reading}
    expected = {"〔该报告期无此数〕", "〔待接入〕"} | ({"〔未登记〕"} if seat == "province" else set())
    assert words == expected
    assert {source.as_of for source in report.sources} == {"—"}
    assert {source.value for source in report.sources} == expected


@pytest.mark.parametrize(
    ("key", "value", "have", "words"),
    [
        ("visit.households", 0, 0, "〔暂无上报〕"),
        ("visit.households", 0, 3, "0户"),
        ("visit.households", 5, 0, "5户"),
        ("visit.households", 0, None, "0户"),
        ("member.total", 0, 0, "0人"),
        ("visit.households", 12_345, 3, "1.23万余户"),
        ("visit.households", 120_000, 3, "12万户"),
    ],
)
def test_said_tells_nothing_reported_from_a_reported_zero(key, value, have, words):
    figure, unit = catalogue.get(key), Unit(code="431202000000", path="/12/02/", level=3)
    coverage = None if have is None else catalogue.Coverage(have, 9, "个乡镇")
    now = timezone.now()
    assert (
        display.words(Reading(figure, value, value, "exact", unit, Period.parse("2023H1"), now, coverage))
        == words
    )


@pytest.mark.parametrize("code", ["2023Q2", "2023-06"])
@pytest.mark.parametrize("seat", ["province", "village"])
def test_report_of_a_quarter_or_month_is_refused_with_the_way_out(province_scope, seat, code):
    period = Period.parse(code)
    with pytest.raises(CannotReport, match=re.escape(f"不能按“{period.label}”编写，请写成 2023H1 或 2023")):
        compose(cast_unit(seat), period)


@pytest.mark.parametrize("seat", SOME)
def test_every_link_of_the_report_opens_for_who_reads_it(world, client_as, seat):
    client = client_as(seat)
    article = page_of(client, "2023H1").xpath("//article")[0]
    addresses = {a.get("href") for a in article.xpath('.//a[contains(@class, "figure")]')}
    assert {client.get(address).status_code for address in addresses} == {200}


@pytest.mark.parametrize("seat", SOME)
def test_sources_are_numbered_and_each_is_named_once(world, seat):
    report = compose(cast_unit(seat), Period.parse("2023H1"))
    assert [s.line for s in report.sources] == [str(n + 1) for n in range(len(report.sources))]
    keys = [r.figure.key for r in report.readings]
    assert len(keys) == len(set(keys))
    for block in report.blocks:
        for piece in block.pieces:
            if piece.reading:
                assert report.readings[int(piece.line) - 1] is piece.reading
