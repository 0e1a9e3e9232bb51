"""Two people at the same moment: whoever comes second waits, and is then told what has become of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import pytest
from django.db import connection

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.approval.models import Case, Decision
from fpa.audit.models import Event
from fpa.reporting.actions.collections import CannotIssue, issue_collection
from fpa.reporting.actions.reviewing import CannotReview
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.models import Cell, CellHistory, Collection, Form, LockException, Submission
from fpa.reporting.standard_forms import ensure_forms
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, Course, in_days
from tests.cast import cast_unit
from tests.waiting import wait_for

REFUSALS = (CannotIssue, CannotReview, CannotSubmit)


@dataclass
class Told:
    """What an act gave, or the words in which it was refused."""

    result: object = None
    refusal: str = ""


WAITS_FOR_ME = "SELECT 1 FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(WAITS_FOR_ME)
        return cursor.fetchone()


def in_a_session_of_its_own(act):
    try:
        return Told(act())
    except REFUSALS as refusal:
        return Told(refusal=str(refusal))
    finally:
        connection.close()


def meanwhile(first, second):
    """Do the first act, start the second before the first is committed, and see it wait; what became of the second."""
    with ThreadPoolExecutor(1) as other:
        with whole_province():
            first()
            later = other.submit(in_a_session_of_its_own, second)
            wait_for(somebody_waits)
        return later.result(timeout=30)


def issue(name="province"):
    by = actor_for(name)
    with scoped(by.path):
        return issue_collection(
            form=Form.objects.get(code="visit"), title=f"{by.unit_name}走访慰问", period="2023H1", fill_level=5,
            opens_on=in_days(-9), due_on=in_days(3), locks_on=in_days(9), by=by,
        )  # fmt: skip


@pytest.fixture
def published(committed_db):
    with whole_province():
        ensure_forms(Unit.objects.get(parent=None))


@pytest.fixture
def course(published):
    return Course(issue())


@pytest.fixture
def village(committed_db):
    return Unit.objects.select_related("parent").get(pk=cast_unit("village").pk)


@pytest.mark.parametrize(("first", "second"), [("province", "county"), ("county", "province")])
def test_issue_collection_at_once_asks_once(published, first, second):
    told = meanwhile(lambda: issue(first), lambda: issue(second))
    assert "同一报告期只采集一次" in told.refusal
    with whole_province():
        assert [c.unit for c in Collection.objects.all()] == [cast_unit(first)]


def test_first_saves_of_a_cell_at_once_keep_the_first_and_show_it_to_the_second(course, village):
    told = meanwhile(lambda: course.fill(village, households=30), lambda: course.fill(village, households=31))
    outcome = told.result[HOUSEHOLDS]
    assert "保存为“30”，没有用您的数覆盖它" in outcome.problem
    assert (outcome.theirs.value, outcome.theirs.version) == (30, 1)
    with whole_province():
        assert (Submission.objects.count(), CellHistory.objects.count()) == (1, 1)


def test_first_saves_of_two_cells_at_once_are_both_kept(course, village):
    told = meanwhile(lambda: course.fill(village, households=30), lambda: course.fill(village, value=900))
    assert not told.result[VALUE].problem
    with whole_province():
        assert dict(Cell.objects.values_list("key", "value")) == {HOUSEHOLDS: 30, VALUE: 900}
        assert Submission.objects.count() == 1


def test_later_saves_of_a_cell_at_once_keep_the_first(course, village):
    course.fill(village, households=1)
    told = meanwhile(
        lambda: course.fill(village, version=1, households=2),
        lambda: course.fill(village, version=1, households=3),
    )
    assert told.result[HOUSEHOLDS].theirs.version == 2
    with whole_province():
        assert Cell.objects.get().value == 2


def test_save_during_a_submission_comes_too_late(course, village):
    course.fill(village, households=30, value=30000)
    told = meanwhile(lambda: course.submit(village), lambda: course.fill(village, version=1, households=99))
    assert "已上报" in told.result[HOUSEHOLDS].problem
    with whole_province():
        assert Cell.objects.get(key=HOUSEHOLDS).value == 30


def test_submission_during_a_save_checks_what_was_saved(course, village):
    course.fill(village, households=30, value=30000)
    told = meanwhile(lambda: course.fill(village, version=1, households=0), lambda: course.submit(village))
    assert "“走访慰问户数”也应大于 0" in told.refusal
    with whole_province():
        assert Submission.objects.get().state == "draft"


def test_submit_submission_at_once_goes_up_once(course, village):
    course.fill(village, households=30, value=30000)
    told = meanwhile(lambda: course.submit(village), lambda: course.submit(village))
    assert "正在等待" in told.refusal
    with whole_province():
        assert Case.objects.count() == 1
        assert Event.objects.filter(verb="submission.submitted").count() == 1


REVIEWS = [
    ("approve", "approve", "“已通过”，不需要审核", "approved"),
    ("give_back", "approve", "“已退回”，不需要审核", "returned"),
    ("withdraw", "approve", "“填报中”，不需要审核", "draft"),
    ("withdraw", "give_back", "“填报中”，不能退回", "draft"),
    ("approve", "withdraw", "已审核的，请联系审核单位退回", "approved"),
    ("give_back", "withdraw", "只有上报单位可以在审核之前撤回", "returned"),
]


@pytest.mark.parametrize(("first", "second", "refusal", "state"), REVIEWS)
def test_reviews_at_once_end_as_the_first_decided(course, village, first, second, refusal, state):
    submission = course.report(village)
    acts = {name: partial(getattr(course, name), submission) for name in ("approve", "withdraw")}
    acts["give_back"] = partial(course.give_back, submission, HOUSEHOLDS)
    told = meanwhile(acts[first], acts[second])
    assert refusal in told.refusal
    with whole_province():
        assert Submission.objects.get().state == state
        assert Decision.objects.count() == 2


def test_approval_during_an_approval_of_a_sibling_does_not_wait(course, village):
    """Villages of one township are reviewed side by side: nothing above them is locked."""
    other = Unit.objects.select_related("parent").filter(parent=village.parent).order_by("path")[1]
    mine, theirs = course.report(village), course.report(other)
    with ThreadPoolExecutor(1) as session, whole_province():
        course.approve(mine)
        told = session.submit(in_a_session_of_its_own, lambda: course.approve(theirs)).result(timeout=30)
    assert (told.refusal, told.result.state) == ("", "approved")


def test_submit_summary_at_once_goes_up_once(course, village):
    course.approve(course.report(village))
    told = meanwhile(lambda: course.sum_up(village.parent), lambda: course.sum_up(village.parent))
    assert "正在等待" in told.refusal
    with whole_province():
        assert Case.objects.filter(unit=village.parent).count() == 1
        assert Submission.objects.get(is_summary=True).cells.count() == 2


@pytest.mark.parametrize("first", ["sum_up", "give_back"])
def test_summary_and_return_of_what_it_adds_up_never_both_stand(course, village, first):
    report = course.report(village)
    course.approve(report)
    acts = {
        "sum_up": lambda: course.sum_up(village.parent),
        "give_back": lambda: course.give_back(report, HOUSEHOLDS),
    }
    told = meanwhile(acts[first], acts["give_back" if first == "sum_up" else "sum_up"])
    refusals = {"sum_up": "本单位的汇总已经上报，不能再退回", "give_back": "下级还没有审核通过的数据"}
    assert refusals[first] in told.refusal


def test_lock_exceptions_at_once_leave_one_with_the_later_day(course, village):
    by = actor_for("province")
    meanwhile(lambda: course.exempt(village, by, until=20), lambda: course.exempt(village, by, until=30))
    with whole_province():
        assert LockException.objects.get().until == in_days(30)
        assert Event.objects.filter(verb="lock_exception.granted").count() == 2
