"""Whatever the offices do, in whatever order: the facts stay what the records say, at every unit and period."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.periods import Period
from fpa.figures.freshness import mark_stale, refresh
from fpa.figures.models import Stale, StockDay
from fpa.figures.queries import read
from fpa.figures.recount import recount
from fpa.membership import actions as members
from fpa.membership.models import LeaveReason, Member
from fpa.organization.actions import staff, units
from fpa.organization.models import Staff, StaffKind, Standing, StandingKind
from fpa.people.tests.people import an_id
from fpa.reporting.models import Cell, Collection, State, Submission
from fpa.reporting.standard_forms import ensure_forms
from tests.cast import cast_unit

from .records import join, only
from .world import DAYS, PERIODS, report

REFUSALS = (
    members.CannotJoin, members.CannotLeave, members.CannotTransfer, staff.CannotAppoint, staff.CannotEnd,
    units.CannotMove, units.CannotSetStanding,
)  # fmt: skip


class History:
    """Deeds of the city's office, drawn by chance from what can be done now."""

    def __init__(self, seed: int, by: Actor) -> None:
        self.chance, self.by, self.done = random.Random(seed), by, Counter[str]()
        self.collections = [
            Collection.objects.create(
                form=form, unit=form.unit, title=form.name, period=PERIODS[form.code], fill_level=5, **DAYS
            )
            for form in ensure_forms(cast_unit("province"))
        ]

    def act(self) -> None:
        """One deed; one that the rules refuse leaves no trace."""
        deed = self.chance.choice(DEEDS)
        try:
            deed(self)
        except REFUSALS:
            self.done["refused"] += 1
        else:
            self.done[deed.__name__] += 1

    def day(self, least: date = date(2022, 11, 1)) -> date:
        """A day up to today, not before `least`."""
        return least + timedelta(days=self.chance.randint(0, (timezone.localdate() - least).days))

    def unit(self, level: int) -> Unit:
        """A unit of a level below the city."""
        below = Unit.objects.under(self.by.path).filter(level=level).order_by("pk")
        return below[self.chance.randint(0, min(40, below.count() - 1))]

    def one(self, rows: Any) -> Any:
        """One of some rows; none of them is as much as a refusal."""
        found = list(rows.order_by("pk"))
        if not found:
            raise members.CannotLeave
        return self.chance.choice(found)

    def join(self) -> None:
        """Somebody becomes a member."""
        members.join_member(
            unit=self.unit(5), name="王小明", id_number=an_id(), phone="13800001234", kind="ordinary",
            joined_on=self.day(), by=self.by,
        )  # fmt: skip

    def leave(self) -> None:
        """A member leaves."""
        member = self.one(Member.objects.filter(left_on=None))
        on = self.day(member.joined_on)
        members.leave_member(member=member, reason=LeaveReason.REQUEST, on=on, by=self.by)

    def rejoin(self) -> None:
        """One who left comes back, here or elsewhere."""
        member = self.one(Member.objects.exclude(left_on=None))
        day = self.day(member.left_on)
        members.rejoin_member(member=member, unit=self.unit(5), joined_on=day, by=self.by)

    def transfer(self) -> None:
        """A member moves house."""
        member = self.one(Member.objects.filter(left_on=None))
        members.transfer_member(
            member=member, to_unit=self.unit(5), on=self.day(member.joined_on), reason="迁居", by=self.by
        )

    def appoint(self) -> None:
        """Somebody takes office."""
        kind = self.chance.choice(StaffKind.values)
        unit = self.unit(5 if kind == StaffKind.VILLAGE_PART_TIME else self.chance.choice((2, 3, 4)))
        staff.appoint_staff(
            unit=unit, name="李主任", id_number=an_id(), phone="13900001234", kind=kind, title="专干",
            valid_from=self.day(), by=self.by,
        )  # fmt: skip

    def end(self) -> None:
        """Somebody leaves office."""
        one = self.one(Staff.objects.filter(valid_to=None))
        staff.end_staff(staff=one, on=self.day(one.valid_from), reason="退休", by=self.by)

    def stand(self) -> None:
        """An association reaches a standing."""
        kind = self.chance.choice(StandingKind.values)
        units.set_standing(
            unit=self.unit(self.chance.choice((2, 3))),
            kind=kind,
            since=self.day(),
            document=None,
            by=self.by,
        )

    def lose(self) -> None:
        """An association loses a standing from a day on."""
        standing = self.one(Standing.objects.filter(until=None))
        standing.until = self.day(standing.since)
        standing.save()
        mark_stale(Standing, standing.path, since=standing.since)

    def move(self) -> None:
        """A village or township goes to another parent, with all that it has."""
        unit = self.unit(self.chance.choice((4, 5)))
        parent = self.unit(unit.level - 1)
        units.move_unit(unit=unit, to_parent=parent, on=timezone.localdate(), document="湘民发", by=self.by)

    def report(self) -> None:
        """A village's report is approved and counts."""
        collection, unit = self.chance.choice(self.collections), self.unit(5)
        if not Submission.objects.filter(collection=collection, unit=unit).exists():
            report(collection, unit, self.chance.randint(0, 30))

    def give_back(self) -> None:
        """An approved report is opened again and no longer counts, or counts once more."""
        submission = self.one(Submission.objects.all())
        counts = submission.state != State.APPROVED
        submission.state = State.APPROVED if counts else State.RETURNED
        submission.save()
        cells = Cell.objects.filter(submission=submission)
        cells.update(counted=counts)
        start = Period.parse(submission.collection.period).start
        mark_stale(list(cells.values_list("key", flat=True)), submission.path, since=start)

    def count(self) -> None:
        """The refresh passes by."""
        refresh()


DEEDS: tuple[Callable[[History], None], ...] = (
    History.join, History.join, History.join, History.leave, History.rejoin, History.transfer, History.appoint,
    History.end, History.stand, History.lose, History.move, History.report, History.report, History.give_back,
    History.count,
)  # fmt: skip


@pytest.mark.parametrize("seed", [11, 12])
def test_facts_equal_the_records_after_any_history(opened_database, province_scope, actor, seed):
    refresh()
    history = History(seed, actor("city"))
    while history.done.total() < 90:
        history.act()
    assert len(history.done) >= 11, history.done
    proof = recount(cast_unit("province"))
    assert [str(difference) for difference in proof.differences] == []
    assert proof.proven > 1_500
    assert not Stale.objects.exists()


@pytest.mark.parametrize("ahead", [1, 40, 400])
def test_a_row_dated_ahead_counts_from_its_day_on(province_scope, monkeypatch, ahead):
    """Its mark is used up at once; the day itself brings it in."""
    today = timezone.localdate()
    on = today + timedelta(days=ahead)
    with only("member.total"):
        refresh()
        join(cast_unit("village"), on)
        refresh()
        assert not Stale.objects.exists()
        assert _members(today) == 0
        for day, counted in ((on - timedelta(days=1), 0), (on, 1), (on + timedelta(days=200), 1)):
            monkeypatch.setattr(timezone, "localdate", lambda *_, day=day: day)
            refresh()
            assert _members(day) == counted
        proof = recount(cast_unit("county"))
    assert (proof.differences, proof.proven > 0) == ([], True)


@pytest.mark.parametrize("ahead", [1, 250])
def test_a_leave_dated_ahead_counts_until_its_day(province_scope, monkeypatch, ahead):
    today = timezone.localdate()
    off = today + timedelta(days=ahead)
    with only("member.total"):
        join(cast_unit("village"), date(2023, 1, 1), off)
        refresh()
        assert _members(today) == 1
        for day, counted in ((off - timedelta(days=1), 1), (off, 0)):
            monkeypatch.setattr(timezone, "localdate", lambda *_, day=day: day)
            refresh()
            assert _members(day) == counted
        proof = recount(cast_unit("county"))
    assert (proof.differences, proof.proven > 0) == ([], True)


def _members(day: date) -> Any:
    period = Period.of(day, "half")
    return read(["member.total"], cast_unit("county"), period)["member.total"].value


def test_a_new_half_year_opens_with_what_stands_and_leaves_the_last_as_it_closed(province_scope, monkeypatch):
    """The platform slept over the turn of the year; the half that closed meanwhile is still counted to its end."""
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 12, 20))
    join(cast_unit("village"), date(2023, 1, 1), date(2027, 1, 10))
    join(cast_unit("village"), date(2026, 12, 25))
    refresh()
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2027, 1, 15))
    refresh()
    course = [
        read(["member.total"], cast_unit("county"), Period.parse(code))["member.total"].value
        for code in ("2026H1", "2026H2", "2027H1")
    ]
    assert course == [1, 2, 1]
    assert StockDay.objects.get().day == date(2027, 1, 15)
    assert recount(cast_unit("county")).differences == []


@pytest.mark.parametrize("first", ["2023H2", "2025H2"])
def test_nothing_is_kept_of_the_time_before_the_platform(province_scope, settings, first):
    settings.FIRST_PERIOD = first
    refresh()
    year = int(first[:4])
    join(cast_unit("village"), date(year, 2, 1))
    refresh()
    assert recount(cast_unit("province")).differences == []
    early = read(["member.total"], cast_unit("county"), Period.parse(f"{year}H1"))["member.total"]
    late = read(["member.total"], cast_unit("county"), Period.parse(first))["member.total"]
    assert (early.qualifier, late.value) == ("not_kept", 1)
