"""Loading at a small scale, really committed: broken off, gone on with, and then exactly what the speech says."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from django.conf import settings
from django.db.models import Count, Sum
from django.test import Client
from django.utils import timezone

from fpa.access.models import Appointment, Level, Unit, User
from fpa.access.scope import scoped
from fpa.approval.models import Case, Decision, Verdict
from fpa.core.periods import Period
from fpa.demo import accounts
from fpa.demo.collections import CAMPAIGN, GAP_COUNTIES, VISITS
from fpa.demo.people import MEMBERS, STAFF
from fpa.demo.returns import MORE, REASON
from fpa.demo.standings import COUNTS
from fpa.demo.tests.conftest import SCALE
from fpa.figures.queries import read
from fpa.membership.models import Member
from fpa.organization.models import Staff, Standing
from fpa.people.models import Person
from fpa.people.secrets import ID, PHONE
from fpa.reporting.models import Cell, CellHistory, Collection, State, Submission
from fpa.threads.models import Thread

PROVINCE = "430000000000"


def test_load_tells_every_step_to_its_end(steps):
    last = {name: (done, total) for name, done, total in steps}
    assert list(last) == ["单位入序参公", "会员和工作队伍", "数据采集上报", "汇总指标"]
    assert all(done == total for done, total in last.values())
    people = [done for name, done, _ in steps if name == "会员和工作队伍"]
    assert people == sorted(people)
    assert people[-1] == Person.objects.count()


def test_load_makes_members_and_staff_once(steps):
    for day in (date(2023, 6, 30), timezone.localdate()):
        present = Member.objects.filter(joined_on__lte=day).exclude(left_on__lte=day)
        assert present.count() == MEMBERS // SCALE
    kinds = Staff.objects.values_list("kind").annotate(count=Count("pk"))
    assert dict(kinds) == STAFF
    assert Person.objects.count() == Member.objects.count() + Staff.objects.count()
    assert Standing.objects.count() == sum(sum(kinds.values()) for kinds in COUNTS.values())


def test_load_encrypts_what_is_secret_and_finds_it_again(steps):
    people = list(Person.objects.order_by("id")[:200])
    for person in people:
        number, phone = ID.read(person), PHONE.read(person)
        assert number[6:14] == f"{person.birth_date:%Y%m%d}"
        assert len(phone) == 11
        assert Person.objects.get(**ID.lookup(number)) == person


@pytest.mark.parametrize(
    ("key", "period", "value"),
    [
        ("member.total", "2023H1", MEMBERS // SCALE),
        *((f"staff.{kind}", "2023H1", count) for kind, count in STAFF.items()),
        ("org.city.total", "2023H1", 14),
        ("org.county.total", "2023H1", 122),
        *((f"org.city.{kind}", "2023H1", n) for kind, n in COUNTS[Level.CITY].items()),
        *((f"org.county.{kind}", "2023H1", n) for kind, n in COUNTS[Level.COUNTY].items()),
        *((key, "2023H1", total) for key, total in VISITS.items()),
        *((key, "2023-05", total) for key, total in CAMPAIGN.items()),
        ("training.sessions", "2023H1", 130),
        ("training.participants", "2023H1", 52_000),
        ("training.instructor_cities", "2023-04", 14),
        ("training.instructor_participants", "2023-04", 60),
        ("training.youth_participants", "2023-05", 80),
    ],
)
def test_figures_of_the_province_are_those_of_the_speech(steps, key, period, value):
    reading = read([key], Unit.objects.get(code=PROVINCE), Period.parse(period))[key]
    assert reading.value == value


@pytest.mark.parametrize(("fill_level", "totals"), [(Level.VILLAGE, VISITS), (Level.TOWNSHIP, CAMPAIGN)])
def test_approved_cells_add_up_and_no_others_count(steps, fill_level, totals):
    cells = Cell.objects.filter(submission__collection=past(fill_level))
    counted = cells.filter(counted=True).values_list("key").annotate(total=Sum("value"))
    assert dict(counted) == {key: Decimal(total) for key, total in totals.items()}
    approved = {"submission__state": State.APPROVED, "submission__is_summary": False}
    assert cells.filter(counted=True).exclude(**approved).count() == 0
    assert cells.filter(**approved, counted=False).count() == 0
    assert not cells.filter(value__lt=0).exists()


def past(fill_level: int) -> Collection:
    return Collection.objects.get(fill_level=fill_level, due_on__lt=date(2024, 1, 1))


def current() -> Collection:
    return Collection.objects.get(due_on__gt=timezone.localdate())


@pytest.mark.parametrize("fill_level", [Level.VILLAGE, Level.TOWNSHIP])
def test_only_gap_counties_have_something_missing_or_waiting(steps, fill_level):
    filed = Submission.objects.filter(collection=past(fill_level), is_summary=False)
    through = set(filed.filter(state=State.APPROVED).values_list("unit_id", flat=True))
    left = (
        Unit.objects.current().filter(level=fill_level).exclude(pk__in=through).values_list("path", flat=True)
    )
    counties = {path[: len("/01/02/")] for path in left}
    assert 0 < len(counties) <= GAP_COUNTIES
    assert accounts.demo_units()["county"].path not in counties
    assert {State.DRAFT, State.SUBMITTED, State.APPROVED} == set(filed.values_list("state", flat=True))


@pytest.mark.parametrize("fill_level", [Level.VILLAGE, Level.TOWNSHIP])
def test_a_summary_says_what_is_approved_below_it(steps, fill_level):
    collection = past(fill_level)
    summaries = Submission.objects.filter(collection=collection, is_summary=True).select_related("unit")
    levels = set(summaries.values_list("unit__level", flat=True))
    assert levels == set(range(Level.CITY, fill_level))
    for summary in summaries.exclude(state=State.DRAFT).order_by("?")[:25]:
        below = Cell.objects.filter(
            submission__collection=collection, counted=True, path__startswith=summary.path
        )
        sums = dict(below.values_list("key").annotate(total=Sum("value")))
        own = dict(Cell.objects.filter(submission=summary).values_list("key", "value"))
        assert {key: value for key, value in own.items() if value} == {k: v for k, v in sums.items() if v}


def test_a_city_waits_exactly_where_a_county_of_it_does(steps):
    collection = past(Level.VILLAGE)
    states = dict(
        Submission.objects.filter(collection=collection, is_summary=True).values_list("path", "state")
    )
    gaps = {p for p, s in states.items() if s == State.DRAFT and len(p) == len("/01/02/")}
    assert len(gaps) == GAP_COUNTIES
    cities = {path[: len("/01/")] for path in gaps}
    assert {p for p, s in states.items() if s == State.SUBMITTED and len(p) == len("/01/")} == cities


def test_every_submission_that_is_filed_has_its_case_and_decisions(steps):
    filed = Submission.objects.exclude(state=State.DRAFT)
    cases = {c.subject_id: c for c in Case.objects.filter(subject_type="reporting.submission")}
    assert set(cases) == {str(pk) for pk in filed.values_list("pk", flat=True)}
    verdicts = Counter(Decision.objects.values_list("case_id", "verdict"))
    for pk, state in filed.values_list("pk", "state"):
        case = cases[str(pk)]
        assert (case.state == "approved") == (state == State.APPROVED)
        assert verdicts[case.pk, Verdict.SUBMIT] == 1
        assert verdicts[case.pk, Verdict.APPROVE] == (state == State.APPROVED)


def test_every_cell_has_its_history(steps):
    assert CellHistory.objects.values("cell_id").distinct().count() == Cell.objects.count()
    assert not Cell.objects.exclude(saved_by__gt="").exists()


def test_nothing_is_dated_ahead(steps):
    now = timezone.now()
    assert not Submission.objects.filter(last_submitted_at__gt=now).exists()
    assert not Decision.objects.filter(at__gt=now).exists()
    assert not Cell.objects.filter(saved_at__gt=now).exists()


def test_some_of_a_past_round_are_late_and_none_of_it_after_the_lock(steps):
    for fill_level in (Level.VILLAGE, Level.TOWNSHIP):
        collection = past(fill_level)
        moments = Submission.objects.filter(
            collection=collection, is_summary=False, first_submitted_at__isnull=False
        ).values_list("first_submitted_at", flat=True)
        days = [timezone.localdate(moment) for moment in moments]
        late = sum(day > collection.due_on for day in days)
        assert 0.01 < late / len(days) < 0.06
        assert min(days) >= collection.opens_on
        assert max(days) <= collection.locks_on


def test_the_round_under_way_is_open_with_work_at_every_state(steps):
    collection, today = current(), timezone.localdate()
    assert collection.opens_on < today < collection.due_on < collection.locks_on
    states = Counter(Submission.objects.filter(collection=collection).values_list("state", flat=True))
    assert {State.DRAFT, State.SUBMITTED, State.APPROVED} <= set(states)
    assert sum(states.values()) < Unit.objects.current().filter(level=Level.VILLAGE).count()


def test_the_demo_village_has_a_returned_cell_with_its_reason(steps):
    village = accounts.demo_units()["village"]
    submission = Submission.objects.get(collection=current(), unit=village)
    assert submission.state == State.RETURNED
    thread = Thread.objects.get(subject_id=str(submission.pk), subject_type="reporting.submission")
    assert thread.place == "visit.value"
    assert thread.messages.get().body == REASON
    returned = Submission.objects.filter(collection=current(), state=State.RETURNED)
    assert returned.count() == 1 + MORE
    assert {s.unit.parent for s in returned} == {accounts.demo_units()["township"]}
    decision = Decision.objects.get(case__subject_id=str(submission.pk), verdict=Verdict.RETURN)
    assert decision.due_on == timezone.localdate() + timedelta(days=3)


def test_accounts_stand_on_one_line_of_the_tree(steps):
    units = accounts.demo_units()
    line = [units[name].path for name in ("province", "city", "county", "township", "village")]
    assert all(below.startswith(above) for above, below in pairwise(line))
    held = {
        a.user.username: (a.unit, a.post.role) for a in Appointment.objects.select_related("user", "post")
    }
    assert held == {
        name: (
            units[accounts.TWO_PERSON.get(name, name)],
            accounts.TITLES[accounts.TWO_PERSON.get(name, name)][0],
        )
        for name in (*accounts.TITLES, *accounts.TWO_PERSON)
    }


@pytest.mark.parametrize("name", [*accounts.TITLES, *accounts.TWO_PERSON])
def test_every_account_logs_in_and_sees_its_home(steps, name):
    client = Client()
    answer = client.post("/login/", {"username": name, "password": accounts.PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/", follow=True).status_code == 200


def test_a_village_of_the_demo_sees_its_own_only(steps):
    village = accounts.demo_units()["village"]
    with scoped(village.path):
        assert {s.unit_id for s in Submission.objects.all()} == {village.pk}
        assert set(Member.objects.values_list("unit_id", flat=True)) <= {village.pk}


def test_users_have_names_and_hashed_passwords(steps):
    for user in User.objects.all():
        assert user.name.isprintable()
        assert not user.name.isascii()
        assert accounts.PASSWORD not in user.password
    assert settings.KEYRING_FILE.exists()
