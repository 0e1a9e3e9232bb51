"""What waits for a seat: to fill, to sum up, to mend, to review; in which order, from which day to which day."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fpa.access.scope import scoped
from fpa.reporting.queries import collections_for, due_collections
from fpa.reporting.tests.conftest import HOUSEHOLDS, in_days, seat_at


def due(by):
    with scoped(by.path):
        return due_collections(by, timezone.localdate())


def kinds(unit):
    return [(d.kind, d.state) for d in due(seat_at(unit))]


def test_kinds_follow_a_report_up_and_back(course, village, whole_unit):
    township, county = village.parent, whole_unit("county")
    assert kinds(village) == [("fill", "待填报")]
    submission = course.report(village)
    assert kinds(village) == []
    assert kinds(township) == [("sum", "待汇总上报"), ("review", "1 份待审核")]
    course.approve(submission)
    summary = course.sum_up(township)
    assert kinds(township) == []
    assert kinds(county) == [("sum", "待汇总上报"), ("review", "1 份待审核")]
    course.give_back(summary, HOUSEHOLDS)
    assert kinds(township) == [("mend", "已退回，请修改")]
    course.give_back(submission, HOUSEHOLDS)
    assert kinds(village) == [("mend", "已退回，请修改")]


def test_withdrawn_report_is_to_be_filled_again(course, village):
    course.withdraw(course.report(village))
    assert kinds(village) == [("fill", "填报中")]
    assert kinds(village.parent) == [("sum", "待汇总上报")]


def test_province_is_asked_to_review_and_never_to_sum_up(course, village, whole_unit):
    course.approve(course.report(village))
    for unit in (village.parent, whole_unit("county")):
        course.approve(course.sum_up(unit))
    course.sum_up(whole_unit("city"))
    assert kinds(whole_unit("province")) == [("review", "1 份待审核")]


DAYS = [
    ({"opens_on": 1}, None, []),
    ({"opens_on": 0}, None, ["fill"]),
    ({"opens_on": -9, "due_on": -1, "locks_on": 1}, None, ["fill"]),
    ({"opens_on": -9, "due_on": -1, "locks_on": 0}, None, []),
    ({"opens_on": -9, "due_on": -1, "locks_on": 0}, 0, ["fill"]),
    ({"opens_on": -9, "due_on": -1, "locks_on": 0}, 5, ["fill"]),
]


@pytest.mark.parametrize(("days", "exempt", "wanted"), DAYS)
def test_filling_is_asked_from_the_first_day_to_the_last(course, village, actor, days, exempt, wanted):
    course.move(**days)
    if exempt is not None:
        course.exempt(village, actor("province"), until=exempt)
    assert [kind for kind, _ in kinds(village)] == wanted


def test_lock_exception_of_one_village_asks_no_other(course, villages, actor):
    course.move(opens_on=-9, due_on=-3, locks_on=0)
    course.exempt(villages[0], actor("province"), until=2)
    assert (len(kinds(villages[0])), len(kinds(villages[1]))) == (1, 0)


def test_summing_up_is_asked_after_the_lock_too(course, village):
    course.move(opens_on=-9, due_on=-3, locks_on=-1)
    assert kinds(village.parent) == [("sum", "待汇总上报")]


def test_review_is_asked_of_seats_that_may(course, village):
    course.report(village)
    seat = seat_at(village.parent)
    assert "review" in [d.kind for d in due(seat)]
    assert "review" not in [
        d.kind for d in due(replace(seat, permissions=frozenset({"submission.view", "submission.fill"})))
    ]


def test_most_urgent_come_first_each_with_its_own_address(course, issue, village):
    later = issue(period="2023H2", title="下半年", due_on=in_days(9))
    sooner = issue(period="2022H2", title="上年下半年", due_on=in_days(2))
    found = due(seat_at(village))
    assert [d.title for d in found] == ["上年下半年", "2023年上半年走访慰问", "下半年"]
    assert [d.url for d in found] == [
        f"/collections/{c.pk}/fill/" for c in (sooner, course.collection, later)
    ]


def test_collection_of_the_county_asks_its_own_villages_only(issue, actor, village, whole_unit):
    issue(by=actor("county"), title="县里的采集")
    assert [d.title for d in due(seat_at(village))] == ["县里的采集"]
    assert kinds(whole_unit("sibling")) == []
    assert kinds(whole_unit("county")) == []


def test_collection_of_townships_asks_them_to_fill_and_counties_to_sum_up(issue, village, whole_unit):
    issue(fill_level=4)
    assert [kind for kind, _ in kinds(village.parent)] == ["fill"]
    assert [kind for kind, _ in kinds(whole_unit("county"))] == ["sum"]
    assert kinds(village) == []


@pytest.mark.parametrize("read", [due, lambda by: list(collections_for(by))])
def test_queries_do_not_grow_with_collections(course, issue, actor, read):
    by = actor("township")
    with scoped(by.path), CaptureQueriesContext(connection) as one:
        assert len(read(by)) == 1
    for year in range(2010, 2016):
        issue(period=f"{year}H1", title=f"{year}年走访慰问")
    with scoped(by.path), CaptureQueriesContext(connection) as many:
        assert len(read(by)) == 7
    assert len(many) == len(one)
