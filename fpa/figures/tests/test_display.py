"""A figure in words, to the last digit, and as an address."""

from datetime import datetime
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import pytest

from fpa.access.models import Level, Unit
from fpa.core.periods import Period
from fpa.figures import display
from fpa.figures.catalogue import Figure, Kind
from fpa.figures.queries import Reading

UNIT = Unit(pk=7, code="431202000000", name="鹤城区", path="/12/02/", level=Level.COUNTY)
H1 = Period.parse("2023H1")


def reading(value, unit="人", qualifier="exact") -> Reading:
    figure = Figure(key="test.key", name="试", unit=unit, kind=Kind.FLOW)
    at = datetime(2023, 7, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Reading(figure, value, value, qualifier, UNIT, H1, at, None)


@pytest.mark.parametrize(
    ("value", "unit", "words", "exact"),
    [
        (0, "人", "0人", "0人"),
        (9_999, "户", "9999户", "9,999户"),
        (10_000, "户", "1万户", "10,000户"),
        (26_134, "场次", "2.61万余场次", "26,134场次"),
        (6_073_700, "人", "607.37万人", "6,073,700人"),
        (Decimal("1234567890.50"), "元", "12.34亿余元", "1,234,567,890.50元"),
        (Decimal("2.50"), "元", "2.5元", "2.50元"),
        (Decimal("0.70"), "比例", "70%", "70%"),
        (Decimal("0.67"), "比例", "67%", "67%"),
        (1, "比例", "100%", "100%"),
        (0, "比例", "0%", "0%"),
    ],
)
def test_words_say_a_value_as_offices_do_and_exactly(value, unit, words, exact):
    assert (display.words(reading(value, unit)), display.exact_words(reading(value, unit))) == (words, exact)


@pytest.mark.parametrize("unit", ["人", "比例"])
@pytest.mark.parametrize(
    ("qualifier", "said"), [("pending", "〔待接入〕"), ("not_kept", "〔该报告期无此数〕")]
)
def test_words_say_why_there_is_no_value(qualifier, said, unit):
    none = reading(None, unit, qualifier)
    assert display.words(none) == display.exact_words(none) == said


@pytest.mark.parametrize(
    ("page", "key", "path"),
    [
        ("figure_detail", "visit.value", "/figures/visit.value/"),
        ("figure_records", "visit.value", "/figures/visit.value/records/"),
        ("figure_list", "", "/figures/"),
    ],
)
def test_address_names_page_unit_and_period(page, key, path):
    parts = urlsplit(display.address(page, key, UNIT, H1))
    assert parts.path == path
    assert parse_qs(parts.query) == {"unit": [UNIT.code], "period": ["2023H1"]}


def test_address_of_a_reading_is_its_figures_page():
    assert display.address_of(reading(1)) == "/figures/test.key/?unit=431202000000&period=2023H1"
