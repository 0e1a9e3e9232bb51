"""The report's text: no number typed in, the right sentences for a level and a period, and what has no value."""

import csv
import re
from itertools import pairwise

import pytest

from fpa.access.models import Unit
from fpa.analysis.report.compose import PLACE, CannotReport, compose
from fpa.analysis.report.half_year import PARTS, every_sentence
from fpa.core.periods import Period
from fpa.figures import catalogue, display
from fpa.figures.catalogue import Kind
from tests.cast import cast_unit

from .facts import put

CAMPAIGN = "“5.29”"
UNITS = ("province", "city", "county", "township", "village")
PERIODS = ("2023H1", "2023H2", "2023")


def report_of(name, code="2023H1"):
    return compose(cast_unit(name), Period.parse(code))


def listed():
    """The keys of the figures that the report must know."""
    with catalogue.CATALOGUE_FILE.open(encoding="utf-8", newline="") as lines:
        return {row["key"] for row in csv.DictReader(lines)}


def text_of(report):
    return "\n".join(block.text for block in report.blocks)


def test_half_year_has_no_number_typed_in():
    typed = [PLACE.sub("", sentence.text).replace(CAMPAIGN, "") for sentence in every_sentence()]
    headings = [part.heading for part in PARTS] + [t.heading for part in PARTS for t in part.topics]
    assert [text for text in typed + headings if re.search(r"[\d０-９]", text)] == []
    spelled = r"[一二三四五六七八九十百千万亿两]+(个|名|人|户|份|场|次|年|元|所|篇|期)"
    assert [text for text in typed if re.search(spelled, text)] == []


def test_half_year_names_only_figures_of_the_catalogue():
    names = {name for sentence in every_sentence() for name in PLACE.findall(sentence.text)}
    keys = {figure.key for figure in catalogue.every()}
    assert {name for name in names if "." in name} - keys == set()
    assert {name for name in names if "." not in name} == {"period", "scope", "associations"}


def test_compose_places_every_figure_of_the_catalogue_in_the_report_of_the_province(province_scope):
    named = {reading.figure.key for reading in report_of("province").readings}
    assert listed() - named == set()


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("code", PERIODS)
def test_compose_has_digits_only_in_readings_and_period(province_scope, name, code):
    report = report_of(name, code)
    words = "".join(piece.text for block in report.blocks for piece in block.pieces if not piece.reading)
    bare = words.replace(report.period.label, "").replace(CAMPAIGN, "")
    assert re.findall(r"\d", bare + report.note + report.signed_by) == []
    assert all(p.text for block in report.blocks for p in block.pieces)


def test_compose_says_each_reading_in_office_words(province_scope):
    sentinels = {}
    counted = [f for f in catalogue.stored() if f.kind.is_additive and f.key in listed()]
    for order, figure in enumerate(counted):
        sentinels[figure.key] = 1_234_567 + order * 10_000
        put(figure.key, cast_unit("province"), sentinels[figure.key])
    report = report_of("province")
    readings = [
        p for block in report.blocks for p in block.pieces if p.reading and p.reading.figure in counted
    ]
    assert {p.reading.figure.key: p.reading.value for p in readings} == sentinels
    for piece in readings:
        assert piece.text == display.words(piece.reading)
        assert "万余" in piece.text
        assert report.sources[int(piece.line) - 1].value == display.exact_words(piece.reading)


def test_compose_writes_pending_figures_as_pending(province_scope):
    report = report_of("province")
    pending = {
        p.text for block in report.blocks for p in block.pieces if p.reading and p.reading.figure.pending
    }
    assert pending == {"〔待接入〕"}
    source = next(s for s in report.sources if s.name == "示范托育服务点")
    assert (source.value, source.coverage, source.as_of) == ("〔待接入〕", "—", "—")


def test_compose_tells_nothing_reported_from_zero(province_scope):
    pieces = {p.reading.figure.key: p for b in report_of("city").blocks for p in b.pieces if p.reading}
    assert pieces["visit.households"].text == display.NOT_REPORTED
    stock = pieces["staff.authorized"]
    assert (stock.reading.figure.kind, stock.text) == (Kind.STOCK, "0人")
    put("visit.households", cast_unit("village"), 3)
    pieces = {p.reading.figure.key: p for b in report_of("city").blocks for p in b.pieces if p.reading}
    assert pieces["visit.households"].text == "3户"


@pytest.mark.parametrize(
    ("name", "there", "not_there"),
    [
        ("province", ["全省现有市州计生协14个", "全省现有县市区计生协122个", "省财政"], ["承接国家项目"]),
        ("city", ["怀化", "全市现有县市区计生协12个", "承接国家项目"], ["市州计生协", "省财政", "全省"]),
        ("county", ["全区走访计生困难群众"], ["现有县市区计生协", "省财政", "全市"]),
        ("township", ["全街道村（社区）计生协"], ["现有县市区计生协", "各级计生协", "培训"]),
        ("village", ["全社区计生协兼职人员"], ["在编工作人员", "各级计生协"]),
    ],
)  # fmt: skip
def test_compose_says_what_makes_sense_at_a_level(province_scope, name, there, not_there):
    for level, key in ((2, "org.city.total"), (3, "org.county.total")):
        for unit in Unit.objects.filter(level=level, kind="administrative"):
            put(key, unit, 1)
    report = report_of(name)
    text = report.title + text_of(report)
    assert [words for words in there if words not in text] == []
    assert [words for words in not_there if words in text] == []


@pytest.mark.parametrize(("code", "has_campaign"), [("2023H1", True), ("2023H2", False), ("2023", True)])
def test_compose_speaks_of_the_campaign_only_where_the_period_holds_it(province_scope, code, has_campaign):
    report = report_of("county", code)
    assert ("5.29" in text_of(report)) is has_campaign
    assert any(r.figure.key.startswith("campaign529") for r in report.readings) is has_campaign


@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize("code", PERIODS)
def test_compose_numbers_headings_without_gaps(province_scope, name, code):
    blocks = report_of(name, code).blocks
    assert [b.text[0] for b in blocks if b.level == 1] == list("一二三四")
    for part in "".join(b.text[1] if b.level == 2 else "|" for b in blocks if b.level).split("|"):
        assert part == "一二三四"[: len(part)]
    for block, following in pairwise(blocks):
        assert block.level < 2 or following.level == 0


@pytest.mark.parametrize("code", ["2023Q1", "2023-05"])
def test_compose_refuses_a_period_that_is_no_half(province_scope, code):
    with pytest.raises(CannotReport, match="半年报告按半年或全年编写"):
        report_of("province", code)


def test_compose_reads_all_figures_in_one_go(province_scope, django_assert_max_num_queries):
    unit, period = cast_unit("province"), Period.parse("2023H1")
    with django_assert_max_num_queries(16) as before:
        compose(unit, period)
    for name in ("village", "sibling", "township"):
        for figure in catalogue.declared():
            put(figure.key, cast_unit(name), 7)
    with django_assert_max_num_queries(len(before)):
        compose(unit, period)
