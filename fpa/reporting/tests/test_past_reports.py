"""补录 of reports: what was approved before the platform enters with its document, is checked by a second person,
marked for ever, and never late."""

from dataclasses import replace

import pytest
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.kinds import page_of
from fpa.approval.models import Case
from fpa.audit.models import Event
from fpa.core.refusals import Refusal
from fpa.files.actions import NewDocument
from fpa.reporting.actions.reviewing import CannotReview
from fpa.reporting.cases import SUBMISSION
from fpa.reporting.progress import filling_units, progress_of, standing
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at

BASIS = NewDocument("怀计生协〔2023〕5号", "怀化市计生协", timezone.localdate())


@pytest.fixture
def enter(course, village):
    """Fill the village's report and enter it afterwards, the collection's due day over: `enter(by=…)`."""

    def act(by=None, households=30, value=30000, locks_on=9):
        by = by or seat_at(village)
        course.fill(village, by=by, households=households, value=value)
        course.move(due_on=-2, locks_on=locks_on)
        with scoped(by.path):
            return actions.record_past_case(
                kind=SUBMISSION, subject=course.sheet(village).submission, title="走访慰问", unit=village,
                document=BASIS, by=by,
            )  # fmt: skip

    return act


def checked(case, by):
    with scoped(by.path):
        return actions.approve_case(case=case, by=replace(by, user_id=1))


def test_report_entered_afterwards_counts_once_checked_and_is_never_late(enter, course, village):
    case = enter()
    submission = course.sheet(village).submission
    assert (submission.state, submission.is_past, submission.is_late) == ("submitted", True, False)
    assert not course.cell(submission).counted
    with pytest.raises(CannotDecide, match="双人复核"), scoped(village.path):
        actions.approve_case(case=case, by=seat_at(village))
    assert checked(case, seat_at(village)).state == "approved"
    submission = course.of(submission)
    assert (submission.state, submission.is_past, submission.is_late) == ("approved", True, False)
    assert course.cell(submission).counted
    with whole_province():
        progress = progress_of(course.collection, village.parent, [])[village.parent.path]
        assert (progress.late, progress.on_time) == (0, 1)
        late = standing(filling_units(course.collection, village.parent.path), course.collection, "late")
        assert not late.exists()
        assert Event.objects.filter(verb="submission.approved").count() == 1


def test_report_that_is_late_is_late_without_a_basis(course, village):
    course.fill(village, households=30, value=30000)
    course.move(due_on=-2, locks_on=9)
    assert course.submit(village).is_late


@pytest.mark.parametrize("fault", ["hard", "locked", "county"])
def test_report_that_could_not_be_sent_is_not_entered_either(enter, course, village, fault):
    by = seat_at(village.parent.parent) if fault == "county" else None
    with pytest.raises(Refusal, match={"hard": "存疑|错误", "locked": "锁定", "county": "代办"}[fault]):
        enter(by=by, value=1 if fault == "hard" else 30000, locks_on=-1 if fault == "locked" else 9)
    with whole_province():
        assert not Case.objects.exists()


def test_the_unit_above_neither_approves_nor_is_asked_and_may_return_it_later(enter, course, village):
    case = enter()
    submission = course.sheet(village).submission
    with pytest.raises(CannotReview, match="补录复核"):
        course.approve(submission)
    with pytest.raises(CannotReview):
        course.give_back(submission, HOUSEHOLDS)
    checked(case, seat_at(village))
    course.give_back(submission, HOUSEHOLDS)
    assert course.of(submission).state == "returned"
    course.fill(village, version=1, households=31)
    again = course.submit(village)
    assert (again.state, again.is_past) == ("submitted", True)
    with whole_province():
        case = Case.objects.get()
    assert (case.round, case.is_past, checked(case, seat_at(village)).state) == (2, True, "approved")


def test_a_return_without_a_place_opens_the_whole_sheet(enter, course, village):
    case, by = enter(), replace(seat_at(village), user_id=1)
    with scoped(village.path):
        actions.return_case(case=case, by=by, reason="文号不符", due_on=in_days(0))
    assert {HOUSEHOLDS, VALUE} <= course.sheet(village).editable


def test_what_is_taken_back_and_sent_up_is_no_past_report(enter, course, village):
    enter()
    submission = course.withdraw(course.sheet(village).submission)
    assert (submission.state, submission.is_past) == ("draft", False)
    again = course.submit(village)
    assert (again.is_past, again.is_late) == (False, True)


def test_a_township_enters_for_its_village_and_a_colleague_checks(enter, course, village):
    township = seat_at(village.parent)
    case = enter(by=township)
    assert course.sheet(village).submission.acted_for_by == village.parent.association
    assert checked(case, township).state == "approved"


def test_report_is_entered_and_checked_on_pages(course, village, client_as, enter):
    course.fill(village, households=30, value=30000)
    client = client_as("village")
    page = client.get(f"/collections/{course.collection.pk}/submit/").content.decode()
    submission = course.sheet(village).submission
    address = f"/cases/past/submission/{submission.pk}/"
    assert f'href="{address}"' in page
    assert "文号没有登记过时必填" in client.get(address).content.decode()
    told = {"document": "怀计生协[2023]5号"}
    refused = client.post(address, told).content.decode()
    assert "请填写发文机关" in refused
    told |= {"issuer": "怀化市计生协", "issued_on": timezone.localdate().isoformat()}
    said = client.post(address, told, follow=True).content.decode()
    assert "请本单位另一位同事" in said
    assert "补录" in client.get(f"/collections/{course.collection.pk}/fill/").content.decode()
    with whole_province():
        case = Case.objects.get()
    assert page_of(case) == f"/cases/{case.pk}/decide/"
    check = client.get(page_of(case)).content.decode()
    assert "由您本人上报" in check
    assert all(words in check for words in ("怀计生协〔2023〕5号", "走访慰问户数", 'name="verdict"'))
    review = client_as("township").get(f"/submissions/{submission.pk}/").content.decode()
    assert "本表是补录" in review
    assert "审核通过" not in review
