"""Saving cells: what is taken, what is refused with a reason, and that nobody's newer save is overwritten."""

from decimal import Decimal

import pytest

from fpa.access.scope import scoped, whole_province
from fpa.audit.models import Event
from fpa.reporting.actions.collections import CannotExempt
from fpa.reporting.actions.filling import CannotFill, Entry, save_cells
from fpa.reporting.models import Cell, CellHistory, LockException, Submission
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at


def test_save_cells_makes_the_submission_at_the_first_save(course, village):
    assert Submission.objects.count() == 0
    outcomes = course.fill(village, households=30, value="1200.50")
    with whole_province():
        submission = Submission.objects.get()
        cells = dict(submission.cells.values_list("key", "value"))
    assert all(not o.problem for o in outcomes.values())
    assert (submission.path, submission.state, submission.is_summary) == (village.path, "draft", False)
    assert cells == {HOUSEHOLDS: 30, VALUE: Decimal("1200.50")}


def test_save_cells_writes_history_and_one_event_a_save(course, village):
    course.fill(village, households=30, value=900)
    course.fill(village, version=1, households=31)
    with whole_province():
        history = list(CellHistory.objects.filter(cell__key=HOUSEHOLDS).values_list("version", "value"))
        events = Event.objects.filter(verb="submission.saved")
        assert history == [(2, 31), (1, 30)]
        assert [len(e.changes) for e in events.order_by("at")] == [2, 1]
        assert events.latest("at").changes == {HOUSEHOLDS: ["30.00", "31"]}


def test_save_cells_of_the_same_value_writes_nothing(course, village):
    course.fill(village, households=30)
    course.fill(village, version=1, households=30)
    course.fill(village, version=0, value=None)
    with whole_province():
        assert CellHistory.objects.count() == 1
        assert Event.objects.filter(verb="submission.saved").count() == 1


def test_save_cells_never_overwrites_a_newer_save(course, village):
    course.fill(village, households=30)
    course.fill(village, version=1, households=31)
    outcome = course.fill(village, version=1, households=99)[HOUSEHOLDS]
    assert "没有用您的数覆盖它" in outcome.problem
    assert outcome.theirs.version == 2
    assert course.sheet(village).values == {HOUSEHOLDS: 31}
    assert not course.fill(village, version=2, households=99)[HOUSEHOLDS].problem


def test_save_cells_with_an_old_version_and_the_same_value_is_no_conflict(course, village):
    course.fill(village, households=30)
    assert not course.fill(village, version=0, households=30)[HOUSEHOLDS].problem


def test_save_cells_takes_the_good_ones_of_a_mixed_save(course, village):
    outcomes = course.fill(village, households="1.5", value=900)
    assert "只能填整数" in outcomes[HOUSEHOLDS].problem
    assert course.sheet(village).values == {VALUE: 900}


def test_save_cells_ignores_a_cell_that_the_form_has_not(course, village):
    with scoped(village.path):
        outcomes = save_cells(
            collection=course.collection, unit=village, entries=[Entry("visit.unknown", Decimal(1), 0)],
            by=seat_at(village),
        )  # fmt: skip
    assert "没有这一格" in outcomes["visit.unknown"].problem


def test_save_cells_keeps_or_changes_the_explanation(course, village):
    course.fill(village, households=30)
    for version, given, kept in [
        (1, "属实", "属实"),
        (2, None, "属实"),
        (2, " 已 核对 ", "已 核对"),
        (3, "", ""),
    ]:
        entry = Entry(HOUSEHOLDS, Decimal(30), version, given)
        with scoped(village.path):
            save_cells(collection=course.collection, unit=village, entries=[entry], by=seat_at(village))
        assert course.sheet(village).cells[HOUSEHOLDS].explanation == kept


def test_save_cells_refuses_a_long_explanation(course, village):
    with scoped(village.path):
        entry = Entry(HOUSEHOLDS, Decimal(30), 0, "长" * 301)
        outcomes = save_cells(
            collection=course.collection, unit=village, entries=[entry], by=seat_at(village)
        )
    assert "最多 300 个字" in outcomes[HOUSEHOLDS].problem


def test_save_cells_is_for_the_unit_itself_and_its_level(course, village):
    with pytest.raises(CannotFill, match="由所属乡镇（街道）代办"):
        course.fill(village, by=seat_at(village.parent.parent), households=1)
    with pytest.raises(CannotFill, match="村社区填报"):
        course.fill(village.parent, households=1)


TIMES = [
    ({"opens_on": 1}, "开始填报"),
    ({"opens_on": -20, "due_on": -5, "locks_on": 0}, "锁定，不能再修改"),
    ({"opens_on": -20, "due_on": -5, "locks_on": 1}, ""),
    ({"opens_on": 0}, ""),
]


@pytest.mark.parametrize(("days", "reason"), TIMES)
def test_save_cells_keeps_to_the_days(course, village, days, reason):
    course.move(**days)
    problem = course.fill(village, households=1)[HOUSEHOLDS].problem
    assert reason in problem
    assert bool(problem) is bool(reason)


def test_lock_exception_lets_one_unit_type_until_its_day(course, villages, actor):
    course.move(opens_on=-20, due_on=-5, locks_on=-1)
    course.exempt(villages[0], actor("province"), until=0)
    assert not course.fill(villages[0], households=1)[HOUSEHOLDS].problem
    assert "锁定" in course.fill(villages[1], households=1)[HOUSEHOLDS].problem
    with whole_province():
        LockException.objects.update(until=in_days(-1))
    assert "锁定" in course.fill(villages[0], version=1, households=2)[HOUSEHOLDS].problem


def test_lock_exception_moves_its_day_on_a_second_grant(course, village, actor):
    course.move(opens_on=-20, due_on=-5, locks_on=-1)
    course.exempt(village, actor("province"), until=1)
    course.exempt(village, actor("province"), until=9)
    assert [e.until for e in LockException.objects.all()] == [in_days(9)]
    assert Event.objects.filter(verb="lock_exception.granted").count() == 2


EXEMPTIONS = [
    ({"by": "county"}, "由发布单位湖南省计生协办理"),
    ({"unit": "county"}, "不是这次采集的填报单位"),
    ({"until": -2}, "不早于今天"),
    ({"reason": "  "}, "请写明延期的原因"),
]


@pytest.mark.parametrize(("changes", "reason"), EXEMPTIONS)
def test_lock_exception_refuses_what_makes_no_sense(course, actor, unit_of, changes, reason):
    given = {"by": "province", "unit": "village", "until": 30, "reason": "停电"} | changes
    with pytest.raises(CannotExempt, match=reason):
        course.exempt(unit_of(given["unit"]), actor(given["by"]), given["until"], given["reason"])


def test_cell_of_a_foreign_unit_is_not_there(course, village, actor):
    course.fill(village, households=30)
    with scoped(actor("sibling").path):
        assert (Cell.objects.count(), CellHistory.objects.count(), Submission.objects.count()) == (0, 0, 0)


def test_cell_history_cannot_be_rewritten(course, village):
    course.fill(village, households=30)
    with pytest.raises(Exception, match="permission denied"), whole_province():
        CellHistory.objects.update(value=1)
