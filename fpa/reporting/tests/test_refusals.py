"""What can't be kept is never said to be: values for closed sheets, reasons too long, and what the lock forbids."""

import pytest

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Decision
from fpa.audit.models import Event
from fpa.reporting.actions.submitting import CannotSubmit, withdraw_submission
from fpa.reporting.models import Cell, State, Submission
from fpa.reporting.progress import progress_of
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days, seat_at


def fill(client, course, key, text, **headers):
    url = f"/collections/{course.collection.pk}/fill/"
    answer = client.post(url, {f"cell-{key}": text, f"version-{key}": "1"}, follow=True, **headers)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("case", ["submitted", "another cell returned", "locked"])
def test_refused_value_is_shown_and_not_said_to_be_saved(client_as, course, village, case):
    submission = course.report(village)
    key, reason = HOUSEHOLDS, "正在等待"
    if case == "another cell returned":
        course.give_back(submission, HOUSEHOLDS)
        key, reason = VALUE, "这一格没有被退回"
    elif case == "locked":
        course.move(opens_on=-9, due_on=-3, locks_on=-1)
        reason = "锁定，不能再修改"
    with whole_province():
        kept = Cell.objects.get(submission=submission, key=key).value
    page = fill(client_as("village"), course, key, "3131")
    assert "已保存，" not in page
    assert "有 1 格没有保存" in page
    assert reason in page
    assert "您填的“3131”没有保存。" in page
    with whole_province():
        assert Cell.objects.get(submission=submission, key=key).value == kept


def test_refused_cell_says_why_beside_it(client_as, course, village):
    course.report(village)
    url = f"/collections/{course.collection.pk}/fill/{HOUSEHOLDS}/"
    posted = {f"cell-{HOUSEHOLDS}": "3131", f"version-{HOUSEHOLDS}": "1"}
    page = client_as("village").post(url, posted, headers={"HX-Request": "true"}).content.decode()
    assert "正在等待" in page
    assert "您填的“3131”没有保存。" in page


def test_unchanged_values_of_a_closed_sheet_are_no_fault(client_as, course, village):
    submission = course.report(village)
    with whole_province():
        cell = Cell.objects.get(submission=submission, key=HOUSEHOLDS)
    assert "没有保存" not in fill(client_as("village"), course, HOUSEHOLDS, str(cell.value))


def give_back(client, submission, reason):
    posted = {f"tick-{VALUE}": "1", f"reason-{VALUE}": reason, "due_on": in_days(2).isoformat()}
    return client.post(f"/submissions/{submission.pk}/return/", posted)


def test_return_reason_as_long_as_may_be_is_kept_whole(client_as, course, village):
    submission = course.report(village)
    assert give_back(client_as("township"), submission, "长" * 500).status_code == 302
    with whole_province():
        assert Decision.objects.latest("at").places[0]["reason"] == "长" * 500
        assert Event.objects.get(verb="submission.returned").reason == "长" * 500


def test_return_reason_that_is_too_long_is_refused_and_not_cut(client_as, course, village):
    submission = course.report(village)
    page = give_back(client_as("township"), submission, "长" * 501).content.decode()
    assert "退回原因最多 500 个字，现有 501 个字，请精简。" in page
    assert "长" * 501 in page
    with whole_province():
        assert Submission.objects.get(pk=submission.pk).state == State.SUBMITTED


def test_closed_unit_counts_neither_as_asked_nor_as_reported(course, villages):
    for village in villages:
        course.approve(course.report(village))
    township = villages[0].parent
    with whole_province():
        Unit.objects.filter(pk=villages[0].pk).update(valid_to=in_days(-1))
        progress = progress_of(course.collection, township, [])[township.path]
    assert (progress.expected, progress.complete, progress.missing) == (
        len(villages) - 1,
        len(villages) - 1,
        0,
    )


def test_report_is_not_taken_back_after_the_lock(client_as, course, village):
    submission = course.report(village)
    course.move(opens_on=-9, due_on=-3, locks_on=-1)
    with scoped(village.path), pytest.raises(CannotSubmit, match="撤回后就不能再上报"):
        withdraw_submission(submission=submission, by=seat_at(village))
    assert (
        "撤回修改"
        not in client_as("village").get(f"/collections/{course.collection.pk}/fill/").content.decode()
    )


def test_summary_is_taken_back_after_the_lock(course, village):
    course.approve(course.report(village))
    summary = course.sum_up(village.parent)
    course.move(opens_on=-9, due_on=-3, locks_on=-1)
    with whole_province():
        assert withdraw_submission(submission=summary, by=seat_at(village.parent)).state == State.DRAFT


def test_print_form_is_not_there_for_who_is_not_asked(client_as, issue):
    collection = issue(fill_level=4)
    assert client_as("village").get(f"/collections/{collection.pk}/print/").status_code == 404
    assert client_as("township").get(f"/collections/{collection.pk}/print/").status_code == 200
