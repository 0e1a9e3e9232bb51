"""How a model's own fields are told: labels, values, columns."""

from datetime import date
from decimal import Decimal

import pytest

from fpa.access.models import Unit
from fpa.pages.record import facts_of, list_of, rows_panel
from fpa.pages.told import columns_of, counts_of, label_of, names_of, value_of
from fpa.training.models import Certificate, Participant, Plan, Session

UNIT = Unit(pk=7, code="431202000000", name="鹤城区", level=3)
PLAN = Plan(pk=3, unit=UNIT, year=2023, title="年度计划", sessions=1200, participants=0)
SESSION = Session(
    pk=5, unit=UNIT, title="骨干培训", level=3, kind="youth", place="党校", plan=PLAN, state="closed",
    starts_on=date(2023, 5, 10), ends_on=date(2023, 5, 12), hours=Decimal("12.0"), cost=Decimal("3000.50"),
)  # fmt: skip
PERSON = Participant(session=SESSION, unit=UNIT, name="李四")


def test_names_may_stand_in_one_string():
    assert names_of(["title unit", "year"]) == ["title", "unit", "year"]


@pytest.mark.parametrize(
    ("model", "name", "label"),
    [
        (Session, "unit", "主办单位"),
        (Participant, "unit", "所在单位"),
        (Plan, "unit", "单位"),
        (Session, "cost", "经费"),
        (Certificate, "participant__session", "培训班"),
        (Certificate, "state", "状态"),
    ],
)
def test_label_of_says_what_the_model_says(model, name, label):
    assert label_of(model, name) == label


@pytest.mark.parametrize(
    ("row", "name", "told"),
    [
        (PLAN, "year", "2023 年"),
        (PLAN, "sessions", "1,200 场"),
        (PLAN, "participants", "0 人次"),
        (SESSION, "hours", "12 学时"),
        (SESSION, "cost", "3,000.50 元"),
        (SESSION, "kind", "青春健康师资"),
        (SESSION, "plan", "年度计划"),
        (SESSION, "starts_on", date(2023, 5, 10)),
        (SESSION, "days", "2023年5月10日至2023年5月12日"),
        (PERSON, "session__title", "骨干培训"),
        (PERSON, "result", "未考核"),
    ],
)
def test_value_of_is_told_in_words_and_in_its_measure(row, name, told):
    assert value_of(row, name) == told


def test_state_is_told_by_the_status():
    assert (value_of(SESSION, "state").word, value_of(SESSION, "state").tone) == ("已办结", "done")


def test_facts_of_a_blank_field_say_what_the_model_says_of_it():
    words = {fact.label: fact.words for fact in facts_of(Session(unit=UNIT), "organizer plan place")}
    assert words == {"承办单位": "主办单位自办", "所属计划": "计划外", "地点": "未登记"}


def test_columns_of_sort_days_and_years_and_measure_numbers():
    year, sessions = columns_of(Plan, "year sessions")
    starts, cost, hours = columns_of(Session, "starts_on", "cost", "hours")
    assert (year.sort, year.value(PLAN)) == ("year", "2023")
    assert (sessions.kind, sessions.heading, sessions.sort) == ("number", "计划场次（场）", None)
    assert (starts.kind, starts.sort) == ("date", "starts_on")
    assert (cost.kind, cost.heading) == ("money", "经费（元）")
    assert hours.heading == "学时", "its name is its measure"


def test_columns_of_lead_to_the_pages_of_records():
    title, place, plan = columns_of(Session, "title place plan")
    assert title.link(SESSION) == "/training/5/"
    assert place.link is None
    assert (plan.link(SESSION), plan.link(Session(unit=UNIT))) == ("/training/plans/3/", None)
    name, session = columns_of(Participant, "name session")
    assert name.link is None, "a participant has no page"
    assert session.link(PERSON) == "/training/5/"


def test_columns_of_keep_codes_and_what_is_asked_for_from_the_page_at_first():
    assert [column.default for column in columns_of(Session, "title unit__code")] == [True, False]
    assert [column.default for column in columns_of(Session, "unit__code", default=True)] == [True]
    assert [column.default for column in columns_of(Session, "title state", default=False)] == [False, False]
    (code,) = columns_of(Session, "unit__code")
    assert (code.key, code.kind, code.value(SESSION)) == ("code", "code", "431202000000")


def test_state_column_is_sorted_by_where_it_is_a_field():
    assert columns_of(Session, "state")[0].sort == "state"
    assert columns_of(Certificate, "state")[0].sort is None


def test_list_of_is_narrowed_by_the_name_of_the_model():
    assert list_of("participant_list", SESSION) == "/training/participants/?session=5"


def test_counts_and_rows_are_told_of_what_is_on_record(province_scope, unit_of):
    plan = Plan.objects.create(unit=unit_of("county"), year=2023, title="计划", sessions=1, participants=1)
    assert counts_of(Plan.objects.all(), "state", "份") == "未报送 1 份"
    panel = rows_panel("计划", Plan.objects.all(), "title year state", empty="没有。")
    (row,) = panel.context["rows"]
    assert list(panel.context["head"]) == ["计划名称", "年度", "状态"]
    assert row[0] == {"label": "计划名称", "words": "计划", "url": plan.get_absolute_url()}
    assert "未报送" in row[2]["words"]
