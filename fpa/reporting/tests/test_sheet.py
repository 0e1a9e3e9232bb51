"""The sheet: who may type what and when, and what stands beside each cell."""

from decimal import Decimal

import pytest

from fpa.access.scope import whole_province
from fpa.reporting.models import Cell, Collection, LockException, State, Submission, blank_cell
from fpa.reporting.sheet import PAST_PERIODS, places_to_mend
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days

OPEN = {"opens_on": -5, "due_on": 5, "locks_on": 9}
LOCKED = {"opens_on": -9, "due_on": -5, "locks_on": -1}
BOTH = {HOUSEHOLDS, VALUE}
GATES = [
    (OPEN, "nothing", BOTH, ""),
    (OPEN, "draft", BOTH, ""),
    (OPEN, "submitted", set(), "需要修改请先撤回"),
    (OPEN, "approved", set(), "退回"),
    (OPEN, "returned", {VALUE}, ""),
    ({"opens_on": 1, "due_on": 5, "locks_on": 9}, "nothing", set(), "开始填报"),
    ({"opens_on": -9, "due_on": -1, "locks_on": 1}, "draft", BOTH, ""),
    (LOCKED, "nothing", set(), "办理延期"),
    (LOCKED, "draft", set(), "办理延期"),
    (LOCKED, "returned", set(), "办理延期"),
    (LOCKED, "approved", set(), "办理延期"),
]


@pytest.mark.parametrize(("days", "state", "editable", "words"), GATES)
def test_sheet_opens_cells_by_day_and_state(course, village, bring, days, state, editable, words):
    bring(state)
    course.move(**days)
    sheet = course.sheet(village)
    assert sheet.editable == editable
    assert words in sheet.closed_because
    assert bool(sheet.closed_because) is (not editable)


@pytest.mark.parametrize(("until", "is_open"), [(-1, False), (0, True), (5, True)])
def test_sheet_follows_its_lock_exception(course, village, bring, until, is_open):
    bring("returned")
    course.move(**LOCKED)
    with whole_province():
        LockException.objects.create(
            collection=course.collection, unit=village, until=in_days(until), reason="停电", granted_by="省办"
        )
    sheet = course.sheet(village)
    assert (sheet.editable == {VALUE}) is is_open
    assert sheet.exempt_until == in_days(until)


def test_sheet_of_a_unit_that_has_not_begun_is_blank_and_unsaved(course, village):
    with whole_province():
        sheet = course.sheet(village)
        assert sheet.submission.pk is None
        assert [row.shown for row in sheet.rows] == ["", ""]
        assert (sheet.filled, sheet.values, sheet.threads, sheet.returned) == (0, {}, {}, {})


MARKS = [
    ("nothing", [("empty", "未填"), ("empty", "未填")]),
    ("draft", [("saved", "已保存"), ("saved", "已保存")]),
    ("submitted", [("locked", "已锁定"), ("locked", "已锁定")]),
    ("returned", [("locked", "已锁定"), ("returned", "请修改")]),
]


@pytest.mark.parametrize(("state", "marks"), MARKS)
def test_row_tells_its_state_by_a_word(course, village, bring, state, marks):
    bring(state)
    assert [row.mark for row in course.sheet(village).rows] == marks


def test_row_that_was_returned_is_mended_once_it_is_saved_anew(course, village, bring):
    bring("returned")
    course.fill(village, value=30000, version=1)
    assert course.sheet(village).rows[1].mark == ("returned", "请修改")
    course.fill(village, value=31000, version=1)
    assert course.sheet(village).rows[1].mark == ("saved", "已改，已保存")
    course.give_back(course.submit(village), VALUE)
    assert course.sheet(village).rows[1].mark == ("returned", "请修改")


def test_row_that_was_not_taken_keeps_what_was_typed(course, village, bring):
    bring("draft")
    row = course.sheet(village).rows[0]
    row.typed, row.problem = "三十", "是汉字数字"
    assert (row.shown, row.saved, row.mark) == ("三十", "30", ("wrong", "未保存"))


def test_row_shows_the_thread_of_its_return(course, village, bring):
    bring("returned")
    with whole_province():
        rows = course.sheet(village).rows
        assert [bool(row.thread) for row in rows] == [False, True]
        assert rows[1].thread.messages.get().body == "与台账不符，请核对"


def reported(collection, unit, period, value, state=State.APPROVED):
    """An earlier report of the unit, straight into the tables."""
    earlier = Collection.objects.create(
        unit=collection.unit, form=collection.form, title=period, period=period, fill_level=5,
        opens_on=in_days(-9), due_on=in_days(-8), locks_on=in_days(-7),
    )  # fmt: skip
    when = earlier.late_from
    submission = Submission.objects.create(
        collection=earlier, unit=unit, state=state, first_submitted_at=when, last_submitted_at=when
    )
    Cell.objects.create(
        submission=submission, unit=unit, key=HOUSEHOLDS, period=period, value=value, version=1
    )


def test_row_shows_the_last_twelve_values_newest_first(course, village):
    with whole_province():
        for year in range(2008, 2023):
            reported(course.collection, village, f"{year}H1", year)
        row = course.sheet(village).rows[0]
    assert len(row.history) == PAST_PERIODS
    assert row.history[0] == ("2022年上半年", "2,022")
    assert row.history[-1] == ("2011年上半年", "2,011")
    assert row.last == "2,022"


PASTS = [
    ("2022H2", 9, State.APPROVED, "9"),
    ("2022H2", 9, State.SUBMITTED, "9"),
    ("2022H2", 9, State.DRAFT, ""),
    ("2022H2", None, State.APPROVED, ""),
    ("2023H2", 9, State.APPROVED, ""),
]


@pytest.mark.parametrize(("period", "value", "state", "last"), PASTS)
def test_row_takes_for_the_past_what_was_reported_before(course, village, period, value, state, last):
    with whole_province():
        reported(course.collection, village, period, value, state)
        assert course.sheet(village).rows[0].last == last


def test_row_takes_no_other_units_past(course, villages):
    with whole_province():
        reported(course.collection, villages[1], "2022H2", 9)
        assert course.sheet(villages[0]).rows[0].last == ""


def test_places_to_mend_end_with_approval(course, village, bring):
    bring("returned")
    with whole_province():
        submission = Submission.objects.get()
        assert [p["place"] for p in places_to_mend(submission)] == [VALUE]
    course.fill(village, version=1, value=29000)
    course.approve(course.submit(village))
    with whole_province():
        assert places_to_mend(submission) == []


def test_findings_of_a_sheet_can_be_asked_for_other_values(course, village, bring):
    bring("draft")
    sheet = course.sheet(village)
    with whole_province():
        assert sheet.findings() == []
        (found,) = sheet.findings({HOUSEHOLDS: Decimal(1), VALUE: Decimal(20001)})
    assert (found.key, found.column) == (VALUE, f"{village.name} 2023年上半年")


def test_blank_cell_is_of_the_collections_period_and_the_units_path(course, village, bring):
    bring("draft")
    with whole_province():
        submission = Submission.objects.whole().get()
    cell = blank_cell(submission, VALUE)
    assert (cell.period, cell.path, cell.version, cell.value) == ("2023H1", village.path, 0, None)


STAGES = [
    ({"opens_on": 1, "due_on": 2, "locks_on": 3}, "未开始"),
    ({"opens_on": 0, "due_on": 2, "locks_on": 3}, "填报中"),
    ({"opens_on": -2, "due_on": 0, "locks_on": 3}, "填报中"),
    ({"opens_on": -2, "due_on": -1, "locks_on": 1}, "已过截止"),
    ({"opens_on": -2, "due_on": -1, "locks_on": 0}, "已锁定"),
]


@pytest.mark.parametrize(("days", "stage"), STAGES)
def test_collection_tells_its_stage_by_the_day(course, days, stage):
    course.move(**days)
    assert course.collection.stage(in_days(0)) == stage


ASKED = [("province", False), ("city", True), ("county", True), ("township", True), ("village", True)]


@pytest.mark.parametrize(("name", "is_asked"), ASKED)
def test_collection_asks_the_units_below_its_publisher(course, unit_of, name, is_asked):
    unit = unit_of(name)
    assert course.collection.asks(unit.path, unit.level) is is_asked


def test_collection_of_a_county_asks_nobody_beside_it(issue, actor, unit_of):
    collection = issue(by=actor("county"))
    assert collection.asks(unit_of("village").path, 5)
    assert not collection.asks(unit_of("sibling").path + "001/001/", 5)


IMPOSSIBLE = [
    {"due_on": in_days(-20)},
    {"locks_on": in_days(5)},
    {"fill_level": 3},
]


@pytest.mark.parametrize("changes", IMPOSSIBLE)
def test_collection_out_of_order_is_refused_by_the_database(course, changes):
    with pytest.raises(Exception, match="violates check constraint"), whole_province():
        Collection.objects.filter(pk=course.collection.pk).update(**changes)


def test_submission_sent_without_its_time_is_refused_by_the_database(course, village, bring):
    bring("draft")
    with pytest.raises(Exception, match="submission_has_its_time"), whole_province():
        Submission.objects.update(state=State.SUBMITTED)
