"""Numbers that a document states: stated once, corrected with a reason, read with their qualifier."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.figures.actions import CannotState, correct_statement, state_figure
from fpa.figures.display import exact_words, words
from fpa.figures.models import Statement
from fpa.figures.queries import breakdown, read, trend
from tests.cast import CITY, PROVINCE, cast_unit

from .test_pages import text_of

YEARS, SHARE = "visit.provincial_leader_years", "target.instructor_village_share"
ANSWERS: dict[str, Any] = {
    "value": Decimal(7),
    "qualifier": "exact",
    "whose": "",
    "issuer": "湖南省计划生育协会",
    "document": "湘计生协〔2023〕5号",
    "document_date": date(2023, 2, 1),
}


@pytest.fixture
def stated(province_scope, actor):
    def make(figure=YEARS, name="province", period="2023", by="province", **answers):
        unit = cast_unit(name)
        return state_figure(figure=figure, unit=unit, period=period, by=actor(by), **(ANSWERS | answers))

    return make


def reading(key: str, period: str, name: str = "province"):
    return read([key], cast_unit(name), Period.parse(period))[key]


def test_state_figure_is_read_with_its_qualifier_and_document(stated):
    statement = stated(value=Decimal(60), qualifier="余")
    found = reading(YEARS, "2023")
    assert (found.value, found.qualifier, found.statement) == (60, "余", statement)
    assert (words(found), exact_words(found)) == ("60余年", "60余年")
    stated(SHARE, value=Decimal("0.7"), qualifier="stated")
    assert words(reading(SHARE, "2023")) == "70%"


@pytest.mark.parametrize(
    ("stated_for", "asked", "found"),
    [
        ("2023", "2023H1", True),
        ("2023", "2023-05", True),
        ("2023H1", "2023H1", True),
        ("2023H1", "2023Q2", True),
        ("2023H2", "2023", True),
        ("2023-06", "2023H1", True),
        ("2023H1", "2023", False),
        ("2023", "2024", False),
        ("2023-05", "2023H1", False),
    ],
)
def test_a_statement_speaks_for_its_period_and_what_ends_with_it(stated, stated_for, asked, found):
    stated(period=stated_for)
    assert (reading(YEARS, asked).value == 7) is found
    assert reading(YEARS, asked).qualifier == ("exact" if found else "not_stated")


def test_the_nearest_statement_counts(stated):
    stated(period="2023")
    stated(period="2023H1", value=Decimal(6))
    assert [reading(YEARS, code).value for code in ("2023", "2023H1", "2023Q1", "2023H2")] == [7, 6, 6, 7]
    course = trend(YEARS, cast_unit("province"), [Period.parse("2023"), Period.parse("2022")])
    assert [value for _, value in course] == [7, None]


def test_a_statement_is_of_its_unit_alone_and_never_added(stated):
    stated(name="city")
    assert reading(YEARS, "2023", "city").value == 7
    assert reading(YEARS, "2023", "province").value is None
    assert breakdown(YEARS, cast_unit("province"), Period.parse("2023")) == []


def test_state_figure_leaves_an_event(stated):
    statement = stated()
    event = Event.objects.get(verb="statement.stated")
    assert (event.object_id, event.reason) == (str(statement.pk), "湘计生协〔2023〕5号")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"figure": "member.total"}, "不需要登记"),
        ({"figure": "no.such"}, "没有“no.such”这个指标"),
        ({"period": "2023H3"}, "看不懂报告期"),
        ({"value": Decimal(-1)}, "不能是负数"),
        ({"document_date": timezone.localdate() + timedelta(days=1)}, "不能晚于今天"),
        ({"name": "province", "by": "city"}, "只能登记本单位及下级单位"),
    ],
)
def test_state_figure_refuses(stated, changed, reason):
    with pytest.raises(CannotState, match=reason):
        stated(**changed)
    assert not Statement.objects.exists()


def test_state_figure_refuses_a_second_time(stated):
    stated()
    with pytest.raises(CannotState, match="已经登记过"):
        stated()


def test_correct_statement_keeps_what_was_wrong(stated, actor):
    wrong = stated()
    answers = ANSWERS | {"value": Decimal(8)}
    right = correct_statement(statement=wrong, reason="看错年份", by=actor("province"), **answers)
    assert reading(YEARS, "2023").statement == right
    assert list(Statement.objects.current()) == [right]
    assert Statement.objects.count() == 2
    event = Event.objects.get(verb="statement.corrected")
    assert (event.changes, event.reason) == ({"value": ["7.0000", "8"]}, "看错年份")
    with pytest.raises(CannotState, match="已经被更正"):
        correct_statement(statement=wrong, reason="又改", by=actor("province"), **answers)


def test_correct_statement_refuses_below_its_unit(stated, actor):
    with pytest.raises(CannotState, match="只能登记本单位及下级单位"):
        correct_statement(statement=stated(), reason="改", by=actor("city"), **ANSWERS)


def test_statement_pages_state_correct_and_list(province_scope, client_as):
    client = client_as("province")
    form = {**ANSWERS, "value": "7", "figure": YEARS, "unit": PROVINCE, "period": "2023"}
    answer = client.post("/statements/state/", form, follow=True)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "7年" in page
    assert "湘计生协〔2023〕5号" in page
    statement = Statement.objects.get()
    again = client.post("/statements/state/", form)
    assert "已经登记过" in text_of(again)
    corrected = {**ANSWERS, "value": "8", "reason": "看错年份"}
    page = text_of(client.post(f"/statements/{statement.pk}/correct/", corrected, follow=True))
    assert "看错年份" in page
    assert "8年" in page
    listed = text_of(client.get("/statements/"))
    assert "已更正" in listed
    assert "现行" in listed
    bad = text_of(client.post("/statements/state/", form | {"period": "2023上半年", "unit": CITY}))
    assert "看不懂报告期" in bad
