"""代办: a township reports for a village of its own that cannot; it counts at the village, which sees and corrects."""

import pytest
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.approval.models import Case
from fpa.audit.models import Event
from fpa.reporting.actions.filling import CannotFill
from fpa.reporting.actions.submitting import submit_submission
from fpa.reporting.models import Submission
from fpa.reporting.queries import late_sums
from fpa.reporting.sheet import sheet_of
from fpa.reporting.tests.conftest import HOUSEHOLDS, seat_at


@pytest.fixture
def acted(course, village):
    """The village's report, filled in and sent up by its township."""
    by = seat_at(village.parent)
    course.fill(village, by=by, households=30, value=30000)
    with scoped(village.parent.path):
        return submit_submission(collection=course.collection, unit=village, by=by)


def test_township_acts_for_its_village_and_the_report_says_so(acted, village):
    assert (acted.unit, acted.state, acted.acted_for_by) == (village, "submitted", village.parent.association)
    with whole_province():
        case = Case.objects.of(acted).get()
        assert case.decisions.get().on_behalf_of == village
        assert Event.objects.get(verb="submission.submitted").changes["on_behalf_of"] == village.name


def test_who_acted_does_not_approve_and_a_colleague_does(acted, course, village):
    from dataclasses import replace

    by = seat_at(village.parent)
    with pytest.raises(Exception, match="双人复核"):
        course.approve(acted)
    course.approve(acted, by=replace(by, user_id=1))
    assert course.cell(acted).counted
    assert course.cell(acted).path == village.path


def test_village_takes_back_and_corrects_what_was_done_for_it(acted, course, village):
    assert course.withdraw(acted).state == "draft"
    course.fill(village, version=1, households=28)
    assert course.of(acted).acted_for_by == ""
    assert course.cell(acted).value == 28


def test_township_takes_back_what_it_sent_up_for_the_village(acted, course, village):
    assert course.withdraw(acted, by=seat_at(village.parent)).state == "draft"


@pytest.mark.parametrize("level", ["county", "next village"])
def test_nobody_else_acts_for_a_village(course, village, villages, level):
    by = seat_at(village.parent.parent if level == "county" else villages[1])
    with pytest.raises(CannotFill, match="由所属乡镇（街道）代办"):
        course.fill(village, by=by, households=1)


def test_pages_of_acting_lead_from_filling_to_sending(client_as, course, village, villages):
    client, base = client_as("township"), f"/collections/{course.collection.pk}/units/{village.code}"
    page = client.get(f"{base}/fill/").content.decode()
    assert f"您正在代{village.association}填报" in page
    assert f'hx-post="{base}/fill/{HOUSEHOLDS}/"' in page
    typed = {
        "cell-visit.households": "30", "version-visit.households": "0",
        "cell-visit.value": "30000", "version-visit.value": "0", "check": "1",
    }  # fmt: skip
    assert client.post(f"{base}/fill/", typed)["Location"] == f"{base}/check/"
    assert client.get(f"{base}/check/")["Location"] == f"{base}/submit/"
    assert client.post(f"{base}/submit/")["Location"] == f"{base}/fill/"
    with whole_province():
        assert Submission.objects.get(unit=village).state == "submitted"
    own = client_as("village").get(f"/collections/{course.collection.pk}/fill/").content.decode()
    assert f"本表由{village.parent.association}代办" in own
    names = client.get(f"/collections/{course.collection.pk}/units/").content.decode()
    assert f"/collections/{course.collection.pk}/units/{villages[1].code}/fill/" in names
    course.fill(villages[1], households=1)
    draft = course.sheet(villages[1]).submission
    assert "代为填报" in client.get(f"/submissions/{draft.pk}/").content.decode()


@pytest.mark.parametrize("name", ["county", "sibling", "province"])
def test_pages_of_acting_are_the_townships_alone(client_as, course, village, name):
    page = client_as(name).get(f"/collections/{course.collection.pk}/units/{village.code}/fill/")
    assert page.status_code == 404


def test_summary_tells_that_it_is_older_than_what_is_approved_below(course, villages, client_as):
    course.approve(course.report(villages[0], households=30))
    summary = course.sum_up(villages[0].parent)
    with whole_province():
        assert late_sums(summary) == []
    course.approve(course.report(villages[1], households=5, value=5000))
    with whole_province():
        told = {late.item.key: late.difference for late in late_sums(course.of(summary))}
    assert told == {HOUSEHOLDS: "增加 5户", "visit.value": "增加 5,000元"}
    for name, address in (("township", f"/collections/{course.collection.pk}/summary/"), ("county", None)):
        page = client_as(name).get(address or f"/submissions/{summary.pk}/").content.decode()
        assert "下级的数据有变动" in page
        assert "增加 5户" in page


def test_summaries_further_up_tell_it_too(course, villages, whole_unit, client_as):
    """The figures count a late village at once; no summary above it may pass for the same number unsaid."""
    course.approve(course.report(villages[0], households=30))
    course.approve(course.sum_up(villages[0].parent))
    summary = course.sum_up(whole_unit("county"))
    course.approve(summary)
    with whole_province():
        assert late_sums(course.of(summary)) == []
    course.approve(course.report(villages[1], households=5, value=5000))
    page = client_as("city").get(f"/submissions/{summary.pk}/").content.decode()
    assert "下级的数据有变动" in page
    assert "增加 5户" in page


def test_sheet_of_an_acted_report_is_the_villages(acted, course, village):
    with scoped(village.path):
        sheet = sheet_of(course.collection, village, timezone.localdate())
    assert sheet.submission == acted
