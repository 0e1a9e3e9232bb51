"""Collections of the demo: what decides where a submission stands, and what is then in the database."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db.models import Count, F
from django.urls import resolve
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.approval.models import Case, Decision, Verdict
from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.demo.accounts import COUNTY, TITLES, demo_units
from fpa.demo.collections import (
    CAMPAIGN,
    GAP_COUNTIES,
    VISITS,
    Round,
    _gap_counties,
    _moment,
    _state,
    _summary_state,
    _values,
    ancestors,
)
from fpa.demo.returns import REASON
from fpa.figures import catalogue
from fpa.figures.queries import read
from fpa.figures.recount import kept_periods, recounted, stored
from fpa.reporting.models import Cell, CellHistory, Collection, State, Submission

PAST = {"2023H1": VISITS, "2023-05": CAMPAIGN}


@pytest.mark.parametrize(
    ("paths", "above"),
    [
        ([], set()),
        (["/"], {"/"}),
        (["/12/"], {"/", "/12/"}),
        (["/12/02/001/"], {"/", "/12/", "/12/02/", "/12/02/001/"}),
        (["/12/02/", "/13/"], {"/", "/12/", "/12/02/", "/13/"}),
    ],
)
def test_ancestors_are_all_above_and_the_units_themselves(paths, above):
    assert ancestors(paths) == above


@pytest.mark.parametrize(
    ("roll", "state"),
    [
        (0.0, ""),
        (0.079, ""),
        (0.08, "draft"),
        (0.119, "draft"),
        (0.12, "submitted"),
        (0.199, "submitted"),
        (0.2, "approved"),
        (1.0, "approved"),
    ],
)
def test_state_by_the_roll_of_the_dice(roll, state):
    assert _state(roll, missing=0.08, draft=0.12, submitted=0.2) == state


@pytest.mark.parametrize(
    ("path", "level", "state"),
    [
        ("/12/02/", 3, "draft"),
        ("/12/21/", 3, "approved"),
        ("/12/", 2, "submitted"),
        ("/13/", 2, "approved"),
        ("/12/02/001/", 4, "submitted"),
        ("/12/21/001/", 4, "approved"),
    ],
)
def test_summary_of_a_gap_county_is_not_through_and_its_city_waits(path, level, state):
    assert _summary_state(Unit(path=path), level, {"/12/02/"}) == state


@pytest.fixture
def current_units(db):
    return list(Unit.objects.current().filter(level__lte=Level.COUNTY).order_by("path"))


def test_gap_counties_are_the_same_each_time_and_never_the_demo_county(current_units):
    gaps = _gap_counties(current_units)
    assert gaps == _gap_counties(current_units)
    assert len({gap.pk for gap in gaps}) == GAP_COUNTIES
    assert {(gap.level, gap.kind) for gap in gaps} == {(Level.COUNTY, "administrative")}
    assert COUNTY not in {gap.code for gap in gaps}


def a_round(opens, due, totals=VISITS):
    collection = Collection(opens_on=opens, due_on=due, period="2023H1", fill_level=Level.VILLAGE)
    return Round(collection, totals, Random("test"))


def test_moment_of_a_past_round_is_late_by_eight_days_at_most():
    opens, due = date(2023, 6, 1), date(2023, 6, 26)
    this, start = a_round(opens, due), datetime(2023, 6, 1, tzinfo=UTC)
    days = [(_moment(this, start, 25) - start) / timedelta(days=1) for _ in range(6_000)]
    late = [day for day in days if day > 25]
    assert 100 < len(late) < 300
    assert min(late) >= 26
    assert max(late) < 34
    assert min(days) >= 0
    assert max(day for day in days if day <= 25) < 23 + 9 / 24 + 1e-6


@pytest.mark.parametrize("days", [0, 1, 2, 3, 14])
def test_moment_of_the_round_under_way_leaves_two_days_for_the_decision(days):
    today = timezone.localdate()
    this = a_round(today - timedelta(days=days), today + timedelta(days=10))
    start = datetime.combine(today - timedelta(days=days), datetime.min.time(), UTC)
    latest = max(_moment(this, start, days) for _ in range(2_000))
    assert latest <= start + timedelta(days=max(days - 2, 0), hours=9)


def test_values_add_up_and_follow_what_they_depend_on():
    totals = {"visit.households": 40, "visit.value": 31_000}
    units = [Unit(pk=n) for n in range(100)]
    values = _values(a_round(date(2023, 6, 1), date(2023, 6, 26), totals), units, totals)
    for key, total in totals.items():
        assert sum(values[unit.pk, key] for unit in units) == total
    unvisited = [unit for unit in units if not values[unit.pk, "visit.households"]]
    assert unvisited
    assert {values[unit.pk, "visit.value"] for unit in unvisited} == {0}


def test_values_of_no_units_are_none():
    assert _values(a_round(date(2023, 6, 1), date(2023, 6, 26)), [], VISITS) == {}


def test_collections_are_dated_in_order_and_titled_by_period_and_form(steps):
    found = {c.period: c for c in Collection.objects.select_related("form", "unit")}
    assert set(found) == {*PAST, str(Period.of(timezone.localdate(), "half"))}
    for collection in found.values():
        assert collection.opens_on < collection.due_on < collection.locks_on
        assert collection.title == f"{Period.parse(collection.period).label}{collection.form.name}"
        assert collection.unit.level == Level.PROVINCE
    assert {period: found[period].fill_level for period in PAST} == {
        "2023H1": Level.VILLAGE,
        "2023-05": Level.TOWNSHIP,
    }


@pytest.mark.parametrize("period", PAST)
def test_submission_has_every_cell_of_its_form_and_a_draft_summary_none(steps, period):
    filed = Submission.objects.filter(collection__period=period).annotate(count=Count("cells"))
    sizes = Counter((s.is_summary and s.state == State.DRAFT, s.count) for s in filed)
    assert set(sizes) == {(False, len(PAST[period])), (True, 0)}
    assert set(Cell.objects.filter(period=period).values_list("key", flat=True)) == set(PAST[period])


def test_summary_cells_never_count_themselves(steps):
    assert not Cell.objects.filter(submission__is_summary=True, counted=True).exists()


def test_history_of_a_cell_begins_with_what_it_says(steps):
    first = CellHistory.objects.filter(version=1)
    assert first.count() == Cell.objects.count()
    assert not first.exclude(value=F("cell__value"), path=F("cell__path")).filter(cell__version=1).exists()


def test_case_lies_with_the_unit_above_and_leads_to_its_page(steps):
    cases = Case.objects.filter(subject_type="reporting.submission").select_related(
        "unit", "reviewer", "flow"
    )
    for case in cases.order_by("?")[:60]:
        assert case.reviewer_id == case.unit.parent_id
        assert (case.path, case.reviewer_path) == (case.unit.path, case.reviewer.path)
        assert case.title.endswith(f"：{case.unit.name}")
        task = case.tasks.get()
        assert (task.assignee_id, task.state == "open") == (case.reviewer_id, case.state == "open")
        match = resolve(case.subject_url)
        assert match.url_name == "review_submission"
        assert str(match.args[0] if match.args else next(iter(match.kwargs.values()))) == case.subject_id


def test_decisions_of_past_rounds_follow_the_submission_by_another_hand(steps):
    period_cases = Case.objects.filter(state="approved").values_list("pk", flat=True)[:300]
    made = {}
    for one in Decision.objects.filter(case_id__in=list(period_cases)).select_related("case", "unit"):
        made.setdefault(one.case_id, {})[one.verdict] = one
    assert len(made) == 300
    for decisions in made.values():
        submit, approve = decisions[Verdict.SUBMIT], decisions[Verdict.APPROVE]
        assert submit.actor_unit_name == submit.unit.association
        assert approve.at - submit.at == timedelta(hours=20)
        assert approve.actor_name != submit.actor_name
        assert (submit.actor_unit_id, approve.actor_unit_id) == (submit.case.unit_id, submit.case.reviewer_id)


def under_way() -> Collection:
    return Collection.objects.get(due_on__gt=timezone.localdate())


def test_more_waits_in_the_demo_county_than_elsewhere(steps):
    county = demo_units()["county"].path
    waiting = Counter()
    for path, state in Submission.objects.filter(collection=under_way()).values_list("path", "state"):
        waiting[path.startswith(county), state == State.SUBMITTED] += 1
    here, elsewhere = (
        waiting[where, True] / (waiting[where, True] + waiting[where, False]) for where in (True, False)
    )
    assert here > 1.3 * elsewhere


def test_demo_village_reported_by_itself_and_the_audit_tells(steps):
    """Only what the accounts did has events: bulk rows stand for a past that other people's seats made."""
    village = demo_units()["village"]
    submission = Submission.objects.get(collection=under_way(), unit=village)
    values = dict(Cell.objects.filter(submission=submission).values_list("key", "value"))
    assert values == {"visit.households": Decimal(3), "visit.value": Decimal(48_000)}
    names = {TITLES[name][2] for name in ("village", "township")}
    assert set(Cell.objects.filter(submission=submission).values_list("saved_by", flat=True)) <= names
    told = Event.objects.filter(verb__startswith="submission.", path=village.path)
    assert [(e.verb, e.actor_name) for e in told.order_by("id")] == [
        ("submission.saved", TITLES["village"][2]),
        ("submission.submitted", TITLES["village"][2]),
        ("submission.returned", TITLES["township"][2]),
    ]
    returns = Decision.objects.filter(verdict=Verdict.RETURN, case__unit=village)
    assert [(one.reason, one.actor_name) for one in returns] == [(REASON, TITLES["township"][2])]


@pytest.mark.parametrize("key", ["member.total", "visit.households", "staff.authorized", "org.county.total"])
def test_facts_are_what_a_plain_recount_gives(steps, key):
    figure, province = catalogue.get(key), Unit.objects.get(level=1)
    (period,) = kept_periods(figure, Period.parse("2023H1"))
    assert stored(figure, province, period) == recounted(figure, province, period)


@pytest.mark.parametrize("key", ["member.total", "visit.households", "visit.value"])
def test_cities_add_up_to_the_province(steps, key):
    period, province = Period.parse("2023H1"), Unit.objects.get(level=1)
    values = [read([key], city, period)[key].value for city in Unit.objects.filter(parent=province)]
    assert sum(value or 0 for value in values) == read([key], province, period)[key].value
