"""Issuing a collection: who is asked what, once."""

from datetime import date

import pytest
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.reporting.actions.collections import CannotIssue, issue_collection
from fpa.reporting.forms import period_choices
from fpa.reporting.models import Collection, Form
from fpa.reporting.standard_forms import ensure_forms
from fpa.reporting.tests.conftest import in_days

REFUSED = [
    ({"period": "2023-05"}, "是半年报"),
    ({"period": "上半年"}, "看不懂报告期"),
    ({"fill_level": 3}, "填报层级"),
    ({"due_on": in_days(13)}, "日期应依次为"),
    ({"opens_on": in_days(6)}, "日期应依次为"),
    ({"locks_on": in_days(5)}, "日期应依次为"),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_issue_collection_refuses_what_makes_no_sense(issue, changes, reason):
    with pytest.raises(CannotIssue, match=reason):
        issue(**changes)


def test_issue_collection_leaves_an_event(issue, unit_of):
    collection = issue()
    event = Event.objects.get(verb="collection.issued")
    assert (event.object_id, event.path) == (str(collection.pk), unit_of("province").path)


@pytest.mark.parametrize(
    ("first", "second"), [("province", "county"), ("county", "province"), ("city", "city")]
)
def test_issue_collection_asks_once_whoever_asks(issue, forms, actor, first, second):
    issue(by=actor(first))
    by = actor(second)
    with pytest.raises(CannotIssue, match="同一报告期只采集一次"), scoped(by.path):
        issue(by=by)


def test_issue_collection_of_siblings_and_other_periods_stand_side_by_side(issue, actor):
    issue(by=actor("county"))
    issue(by=actor("sibling"))
    issue(by=actor("county"), period="2023H2")
    assert Collection.objects.count() == 3


def test_issue_collection_needs_a_form_published_to_the_unit(issue, forms, unit_of, actor):
    own = next(f for f in ensure_forms(unit_of("sibling")) if f.code == "visit")
    with pytest.raises(CannotIssue, match="不是发给您单位的"):
        issue(form=own, by=actor("county"))


def test_issue_collection_by_a_township_may_only_ask_villages(forms, actor, issue):
    with pytest.raises(CannotIssue, match="填报层级"):
        issue(by=actor("township"), fill_level=4)
    assert issue(by=actor("township")).fill_level == 5


@pytest.mark.parametrize(("name", "seen"), [("village", 1), ("county", 1), ("sibling", 0), ("province", 1)])
def test_collection_is_seen_below_and_above_its_publisher(issue, actor, name, seen):
    issue(by=actor("county"))
    with scoped(actor(name).path):
        assert Collection.objects.count() == seen


def test_form_cannot_be_changed_from_below(forms, actor):
    with scoped(actor("county").path):
        assert Form.objects.filter(code="visit").update(name="改名") == 0
    with whole_province():
        assert Form.objects.get(code="visit").name == "走访慰问"


def test_ensure_forms_is_safe_to_repeat(forms, unit_of):
    again = ensure_forms(unit_of("province"))
    assert [f.pk for f in again] == [forms["visit"].pk, forms["campaign529"].pk]
    assert [f.items.count() for f in again] == [2, 6]


def test_issue_collection_page_asks_twice_then_issues(client_as, forms):
    client = client_as("county")
    answers = {
        "form": forms["campaign529"].pk, "period": str(Period.of(timezone.localdate(), "month")),
        "title": "5.29 活动", "fill_level": 4,
        "opens_on": "2026-01-01", "due_on": "2026年1月10日", "locks_on": "2026.1.20",
    }  # fmt: skip
    asked = client.post("/collections/issue/", answers)
    assert "提交以后" in asked.content.decode()
    done = client.post("/collections/issue/", answers | {"confirmed": "1"})
    with whole_province():
        collection = Collection.objects.get()
    assert done.url == f"/collections/{collection.pk}/"
    assert (str(collection.due_on), collection.fill_level) == ("2026-01-10", 4)


def test_issue_collection_page_shows_the_refusal_on_the_form(client_as, issue, forms):
    period = str(Period.of(timezone.localdate(), "half"))
    issue(period=period)
    answers = {
        "form": forms["visit"].pk, "period": period, "title": "重复", "fill_level": 5, "confirmed": "1",
        "opens_on": "2026-01-01", "due_on": "2026-01-10", "locks_on": "2026-01-20",
    }  # fmt: skip
    page = client_as("county").post("/collections/issue/", answers)
    assert "避免基层重复填报" in page.content.decode()


PERIODS = [
    ({"half"}, date(2026, 11, 24), [("半年报", [
        ("2026H1", "2026年上半年（上一期）"), ("2026H2", "2026年下半年（本期）"), ("2027H1", "2027年上半年（下一期）"),
    ])]),
    ({"month", "year"}, date(2026, 1, 31), [
        ("年报", [("2025", "2025年（上一期）"), ("2026", "2026年（本期）"), ("2027", "2027年（下一期）")]),
        ("月报", [
            ("2025-12", "2025年12月（上一期）"), ("2026-01", "2026年1月（本期）"), ("2026-02", "2026年2月（下一期）"),
        ]),
    ]),
    (set(), date(2026, 1, 31), []),
]  # fmt: skip


@pytest.mark.parametrize(("kinds", "today", "wanted"), PERIODS)
def test_period_choices_are_the_last_this_and_the_next_in_words(kinds, today, wanted):
    assert period_choices(kinds, today) == wanted


def test_issue_collection_page_refuses_a_period_of_another_kind(client_as, forms):
    answers = {
        "form": forms["visit"].pk, "period": str(Period.of(timezone.localdate(), "month")),
        "title": "错期", "fill_level": 5, "confirmed": "1",
        "opens_on": "2026-01-01", "due_on": "2026-01-10", "locks_on": "2026-01-20",
    }  # fmt: skip
    page = client_as("county").post("/collections/issue/", answers).content.decode()
    assert "是半年报" in page
    assert Collection.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "status"),
    [("province", 200), ("county", 200), ("township", 403), ("village", 403), ("auditor", 403)],
)
def test_issue_collection_page_is_for_offices(client_as, forms, name, status):
    assert client_as(name).get("/collections/issue/").status_code == status


def test_issue_collection_by_the_platform_is_refused_outside_its_scope(forms, actor):
    with pytest.raises(Exception, match="row-level security"), scoped(actor("county").path):
        issue_collection(
            form=forms["visit"], title="越权", period="2023H1", fill_level=5,
            opens_on=in_days(0), due_on=in_days(1), locks_on=in_days(2), by=actor("province"),
        )  # fmt: skip
