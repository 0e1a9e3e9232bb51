"""How actions write rows: new or changed, tidied, with their event; locked while they are open to change."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.audit.models import Event
from fpa.core.refusals import Refusal
from fpa.pages.closing import ClosingState, lock_closed, turn
from fpa.pages.rows import as_new, save_changes, save_new, tidy
from fpa.pages.rules import check_own_unit, fault_of_day
from fpa.registers.models import Entry
from fpa.training.models import Plan, Session

DAY = date(2023, 5, 12)


@pytest.fixture
def plan(province_scope, actor, unit_of):
    facts = {"year": 2023, "title": " 年度  计划 ", "sessions": 6, "participants": 30}
    return save_new(Plan(unit=unit_of("county")), "plan.added", by=actor("county"), **facts)


@pytest.fixture
def session(province_scope, unit_of):
    task = Entry.objects.get(code="publicity")
    held = {"title": "班", "level": 3, "place": "党校", "starts_on": DAY, "ends_on": DAY, "hours": 8}
    return Session.objects.create(unit=unit_of("county"), task=task, **held)


def test_tidy_cleans_lines_of_text_alone():
    facts = {"title": " 两 个  空格\u200b", "state": " draft ", "sessions": 6}
    assert tidy(Plan, facts) == {"title": "两 个 空格", "state": " draft ", "sessions": 6}


def test_as_new_tells_what_was_nothing_before():
    assert as_new({"year": 2023}) == {"year": [None, 2023]}


def test_save_new_keeps_the_row_at_its_unit_with_its_event(plan, unit_of):
    assert (plan.title, plan.path) == ("年度 计划", unit_of("county").path)
    assert Event.objects.get(verb="plan.added").changes["title"] == [None, "年度 计划"]


def test_save_new_tells_more_than_the_facts(plan, actor, unit_of):
    row = Plan(unit=unit_of("city"), year=2023, sessions=1, participants=1)
    save_new(row, "plan.edited", by=actor("city"), told={"of": "别处"}, title="市计划")
    assert Event.objects.get(verb="plan.edited").changes == {"of": "别处", "title": [None, "市计划"]}


def test_save_changes_records_what_is_different(plan, actor):
    save_changes(plan, "plan.edited", by=actor("county"), title="新名", sessions=6)
    assert Plan.objects.get().title == "新名"
    assert Event.objects.get(verb="plan.edited").changes == {"title": ["年度 计划", "新名"]}


def test_save_changes_of_nothing_writes_nothing(plan, actor):
    save_changes(plan, "plan.edited", by=actor("county"), title="年度 计划 ", sessions=6)
    assert not Event.objects.filter(verb="plan.edited").exists()


def test_lock_open_refuses_what_is_not_open_to_change(plan):
    assert Plan.objects.lock_open(plan, Refusal) == plan
    Plan.objects.update(state="approved")
    with pytest.raises(Refusal, match="“年度 计划”已批准，不能修改。"):
        Plan.objects.lock_open(plan, Refusal)


def test_lock_open_of_what_is_closed_says_the_way_out(session, actor):
    turn(session, ClosingState.CLOSED, "session.closed", by=actor("county"), people=3)
    assert Event.objects.get(verb="session.closed").changes == {"people": 3}
    with pytest.raises(Refusal, match="“班”已办结，不能修改；确需更正，请先退回未办结。"):
        Session.objects.lock_open(session, Refusal)
    assert lock_closed(session, Refusal) == session


def test_lock_closed_refuses_what_is_open(session):
    with pytest.raises(Refusal, match="“班”没有办结，可以直接修改"):
        lock_closed(session, Refusal)


def test_turn_keeps_state_and_reason(session, actor):
    turn(session, ClosingState.CLOSED, "session.closed", by=actor("county"))
    turn(session, ClosingState.OPEN, "session.reopened", by=actor("county"), reason="漏了人")
    assert Session.objects.get().is_open
    assert Event.objects.get(verb="session.reopened").reason == "漏了人"


def test_check_own_unit_takes_current_units_at_or_below_ones_own(province_scope, actor, unit_of):
    for name in ("county", "township", "village"):
        check_own_unit(unit_of(name), Refusal, by=actor("county"))
    ended = unit_of("village")
    ended.valid_to = DAY
    for unit in (unit_of("city"), unit_of("sibling"), ended):
        with pytest.raises(Refusal, match="本单位及下级现有单位"):
            check_own_unit(unit, Refusal, by=actor("county"))


def test_fault_of_day_says_what_is_wrong():
    ahead = timezone.localdate() + timedelta(days=1)
    assert fault_of_day("发证日期", ahead, earliest=DAY, earliest_label="结束日期") == (
        "发证日期不能晚于今天，请核对。"
    )
    assert fault_of_day("发证日期", date(2023, 5, 11), earliest=DAY, earliest_label="结束日期") == (
        "发证日期不能早于结束日期，请核对。"
    )
    assert fault_of_day("发证日期", DAY, earliest=DAY, earliest_label="结束日期") == ""
