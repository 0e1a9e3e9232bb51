"""Sending a thing up, and up again after a return."""

import pytest

from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.models import Case
from fpa.approval.tests.conftest import SAMPLE, STEPS, in_days
from fpa.audit.models import Event


def verdicts(case):
    return list(case.decisions.values_list("round", "step", "verdict"))


def test_submit_case_awaiting_the_first_level_above(submit, unit_of):
    case = submit()
    assert (case.state, case.step, case.round) == ("open", 0, 1)
    assert case.reviewer == unit_of("township")
    assert case.reviewer_path == unit_of("township").path
    assert case.standing == f"待{unit_of('township').association}审核"
    assert verdicts(case) == [(1, 0, "submit")]


def test_submit_case_signs_and_audits(submit, actor):
    case = submit()
    by, decision = actor("village"), case.decisions.get()
    assert (decision.actor_id, decision.actor_name) == (by.user_id, by.name)
    assert (decision.actor_unit_id, decision.post_title) == (by.unit_id, by.post_title)
    event = Event.objects.get(verb="case.submitted")
    assert (event.object_id, event.path) == (str(case.pk), case.path)


@pytest.mark.parametrize(
    ("submitter", "reviewer", "step"),
    [
        ("village", "township", 0),
        ("township", "county", 1),
        ("county", "province", 2),
        ("city", "province", 2),
    ],
)
def test_submit_case_skips_steps_at_or_below_the_unit(flow, actor, unit_of, submitter, reviewer, step):
    unit = unit_of(submitter)
    case = actions.submit_case(
        kind=SAMPLE, flow=flow, subject=unit, title="表", unit=unit, by=actor(submitter)
    )
    assert (case.reviewer, case.step) == (unit_of(reviewer), step)


def test_submit_case_needs_a_level_above(flow, actor, unit_of):
    province = unit_of("province")
    with pytest.raises(CannotDecide, match=r"没有.*上级审核环节"):
        actions.submit_case(
            kind=SAMPLE, flow=flow, subject=province, title="表", unit=province, by=actor("province")
        )


@pytest.mark.parametrize("name", ["sibling"])
def test_submit_case_refuses_a_unit_outside(submit, actor, name):
    with pytest.raises(CannotDecide, match="不在您的管理范围内"):
        submit(by=actor(name))


def test_submit_case_twice_is_refused(submit):
    submit()
    with pytest.raises(CannotDecide, match=r"正在审核.*不能重复上报"):
        submit()
    assert Case.objects.count() == 1


def test_submit_case_again_goes_back_to_the_step_that_returned(submit, actor):
    case = actions.approve_case(case=submit(), by=actor("township"))
    actions.return_case(case=case, by=actor("county"), reason="请补充", due_on=in_days(1))
    again = submit()
    assert (again.pk, again.round, again.step) == (case.pk, 2, 1)
    assert (again.reviewer_id, again.due_on) == (actor("county").unit_id, None)
    assert verdicts(again) == [(1, 0, "submit"), (1, 0, "approve"), (1, 1, "return"), (2, 1, "submit")]


def test_submit_case_again_hands_the_cells_back_to_the_reviewer(returned, submit, actor):
    assert set(returned.threads.values_list("awaiting", flat=True)) == {returned.unit_id}
    submit()
    assert set(returned.threads.values_list("awaiting", flat=True)) == {actor("township").unit_id}
    assert set(returned.threads.values_list("state", flat=True)) == {"open"}


@pytest.mark.parametrize("end", ["rejected", "withdrawn"])
def test_submit_case_after_the_end_is_a_new_case(submit, actor, end):
    case = submit()
    if end == "rejected":
        actions.reject_case(case=case, by=actor("township"), reason="不属于本表范围")
    else:
        actions.withdraw_case(case=case, by=actor("village"))
    again = submit()
    assert again.pk != case.pk
    assert (again.round, again.step) == (1, 0)


def test_submit_case_finishes_on_its_version(submit, actor):
    case = submit()
    newer = actions.ensure_flow("submission", "数据上报审核", STEPS[:1])
    assert newer.version == 2
    case = actions.approve_case(case=case, by=actor("township"))
    assert (case.state, case.flow.version) == ("open", 1)
    assert case.standing.endswith("区计生协审核")
