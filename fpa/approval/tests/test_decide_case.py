"""Deciding on a case: whose turn it is, by whom, and what each verdict leaves behind."""

from dataclasses import replace

import pytest

from fpa.approval import actions
from fpa.approval.actions import CannotDecide, ReturnedPlace, cases
from fpa.approval.models import Case
from fpa.approval.tests.conftest import in_days
from fpa.audit.models import Event

DECIDE = {
    "approve": lambda case, by: actions.approve_case(case=case, by=by, note="属实"),
    "return": lambda case, by: actions.return_case(case=case, by=by, reason="请核对", due_on=in_days(2)),
    "reject": lambda case, by: actions.reject_case(case=case, by=by, reason="不符合要求"),
}
EVENT = {"approve": "case.approved", "return": "case.returned", "reject": "case.rejected"}
decisions = pytest.mark.parametrize("verdict", DECIDE)


@decisions
def test_decide_writes_decision_and_event(submit, actor, verdict):
    case = DECIDE[verdict](submit(), actor("township"))
    last = case.decisions.latest("id")
    assert (last.verdict, last.step, last.actor_unit_id) == (verdict, 0, actor("township").unit_id)
    assert last.reason
    assert last.tone
    assert Event.objects.filter(verb=EVENT[verdict], object_id=str(case.pk)).count() == 1


@decisions
@pytest.mark.parametrize("name", ["village", "county", "city", "province", "sibling", "auditor"])
def test_decide_out_of_turn_is_refused(submit, actor, name, verdict):
    case = submit()
    with pytest.raises(CannotDecide, match="还没有轮到您的单位"):
        DECIDE[verdict](case, actor(name))
    assert case.decisions.count() == 1


@decisions
def test_decide_needs_the_permission_of_the_step(submit, actor, verdict):
    by = replace(actor("township"), permissions=frozenset({"thread.view"}))
    with pytest.raises(CannotDecide, match="没有审核权限"):
        DECIDE[verdict](submit(), by)


@decisions
@pytest.mark.parametrize("first", DECIDE)
def test_decide_twice_is_refused(submit, actor, first, verdict):
    case = submit()
    DECIDE[first](case, actor("township"))
    with pytest.raises(CannotDecide):
        DECIDE[verdict](case, actor("township"))
    assert case.decisions.count() == 2


@decisions
def test_decide_fails_with_its_event(submit, actor, verdict, monkeypatch):
    case = submit()

    def refuse(*_args, **_kwargs):
        raise RuntimeError("no event")

    monkeypatch.setattr(cases, "record", refuse)
    with pytest.raises(RuntimeError, match="no event"):
        DECIDE[verdict](case, actor("township"))
    assert Case.objects.get(pk=case.pk).state == "open"
    assert case.decisions.count() == 1


def test_approve_case_climbs_to_the_end(submit, actor):
    case = submit()
    for name, state in [("township", "open"), ("county", "open"), ("province", "approved")]:
        case = actions.approve_case(case=case, by=actor(name))
        assert case.state == state
    assert list(case.decisions.values_list("step", "verdict")) == [
        (0, "submit"), (0, "approve"), (1, "approve"), (2, "approve"),
    ]  # fmt: skip


def test_approve_case_needs_two_persons(submit, actor, colleague):
    case = submit(by=actor("township"))
    with pytest.raises(CannotDecide, match="双人复核"):
        actions.approve_case(case=case, by=actor("township"))
    case = actions.approve_case(case=case, by=colleague("township"))
    assert case.reviewer_id == actor("county").unit_id


def test_approve_case_remembers_the_submitter_of_an_earlier_round(submit, actor):
    case = submit(by=actor("township"))
    actions.return_case(case=case, by=actor("township"), reason="自查有误", due_on=in_days(1))
    case = submit()
    with pytest.raises(CannotDecide, match="双人复核"):
        actions.approve_case(case=case, by=actor("township"))


def test_approve_case_settles_the_cells_of_its_own_returns(returned, submit, actor):
    case = actions.approve_case(case=submit(), by=actor("township"))
    assert set(case.threads.values_list("state", "settled_by_name")) == {("settled", actor("township").name)}
    assert Event.objects.filter(verb="thread.settled").count() == 2


def test_approve_case_leaves_what_a_higher_level_asked(submit, actor):
    case = actions.approve_case(case=submit(), by=actor("township"))
    cells: list[ReturnedPlace] = [{"place": "visit.money"}]
    actions.return_case(case=case, by=actor("county"), reason="请补", due_on=in_days(1), places=cells)
    submit()
    assert case.threads.get().is_open
    actions.approve_case(case=case, by=actor("county"))
    assert not case.threads.get().is_open


def test_return_case_names_cells_and_opens_their_threads(returned, actor):
    assert (returned.state, returned.due_on) == ("returned", in_days(3))
    assert returned.decisions.latest("id").places == [
        {"place": "visit.households", "label": "走访户数", "reason": "比上期多十倍，请核对"},
        {"place": "visit.money", "label": "慰问金额", "reason": "数字有误"},
    ]
    threads = {t.place: t for t in returned.threads.all()}
    money = threads["visit.money"]
    assert set(threads) == {"visit.households", "visit.money"}
    assert str(money) == "走访慰问（2023年上半年）：慰问金额"
    assert money.messages.get().body == "数字有误"
    assert (money.assignee_id, money.awaiting_id) == (returned.unit_id, returned.unit_id)
    assert (money.opened_unit_id, money.due_on) == (actor("township").unit_id, in_days(3))


def test_return_case_again_goes_on_in_the_cells_thread(returned, submit, actor):
    submit()
    cells: list[ReturnedPlace] = [{"place": "visit.money", "reason": "还是不对"}, {"place": "visit.date"}]
    actions.return_case(case=returned, by=actor("township"), reason="再改", due_on=in_days(9), places=cells)
    money = returned.threads.get(place="visit.money")
    assert [m.body for m in money.messages.all()] == ["数字有误", "还是不对"]
    assert (money.due_on, money.awaiting_id) == (in_days(9), returned.unit_id)
    assert returned.threads.count() == 3


def test_return_case_leads_to_the_cell(submit, actor):
    case = submit()
    case.subject_url = "/submissions/7/"
    case.save()
    cells: list[ReturnedPlace] = [{"place": "a.b"}]
    actions.return_case(case=case, by=actor("township"), reason="改", due_on=in_days(0), places=cells)
    assert case.threads.get().url == "/submissions/7/#cell-a.b"


@pytest.mark.parametrize(
    ("reason", "days", "match"), [("", 1, "理由"), ("  ", 1, "理由"), ("改", -1, "已过")]
)
def test_return_case_needs_a_reason_and_a_day_to_come(submit, actor, reason, days, match):
    with pytest.raises(CannotDecide, match=match):
        actions.return_case(case=submit(), by=actor("township"), reason=reason, due_on=in_days(days))


def test_reject_case_needs_a_reason(submit, actor):
    with pytest.raises(CannotDecide, match="理由"):
        actions.reject_case(case=submit(), by=actor("township"), reason=" ")


def test_reject_case_settles_its_cells(returned, submit, actor):
    actions.reject_case(case=submit(), by=actor("township"), reason="不属于本表范围")
    assert not returned.threads.filter(state="open").exists()


def test_withdraw_case_before_any_decision(submit, actor):
    case = actions.withdraw_case(case=submit(), by=actor("village"), reason="填错了")
    assert case.state == "withdrawn"
    assert case.decisions.latest("id").reason == "填错了"


@pytest.mark.parametrize("name", ["township", "county", "sibling"])
def test_withdraw_case_is_the_submitting_units(submit, actor, name):
    with pytest.raises(CannotDecide, match="只有上报的单位"):
        actions.withdraw_case(case=submit(), by=actor(name))


def test_withdraw_case_after_a_decision_is_refused(submit, actor):
    case = actions.approve_case(case=submit(), by=actor("township"))
    with pytest.raises(CannotDecide, match="已经开始审核"):
        actions.withdraw_case(case=case, by=actor("village"))


def test_withdraw_case_looks_at_this_round_only(returned, submit, actor):
    with pytest.raises(CannotDecide, match="退回修改"):
        actions.withdraw_case(case=returned, by=actor("village"))
    assert actions.withdraw_case(case=submit(), by=actor("village")).state == "withdrawn"
