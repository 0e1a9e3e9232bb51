"""What may be done with a task beside deciding, what days do to it, batches, 补录, amendments, 代办."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fpa.access.models import Post
from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.kinds import CaseKind, register
from fpa.approval.models import Case, Task
from fpa.approval.queries import escalated_to, open_cases_for
from fpa.approval.tests.conftest import SAMPLE, in_days
from fpa.audit.models import Event
from fpa.core.chinese import date_cn
from fpa.registers.models import Parameter
from fpa.registers.working_days import add_working_days

OTHER = CaseKind(
    code="sample_other", label="另一业务", subject="access.unit", view="case.view", flow=lambda unit: "submission",
    summary=lambda unit: [("单位", unit.name)],
)  # fmt: skip
register(OTHER)


@pytest.fixture
def helper(province_scope, unit_of, actor):
    """Another post of the township, whose role may not review."""
    post = Post.objects.create(unit=unit_of("township"), title="内勤", role="village")
    by = actor("township")
    return replace(by, user_id=by.user_id + 9_000_000, post_id=post.pk, permissions=frozenset({"case.view"}))


def test_a_level_step_makes_one_task_a_unit_and_right(submit, actor):
    case = submit()
    task = Task.objects.get()
    assert (task.case, task.assignee_id, task.permission, task.path) == (
        case, actor("township").unit_id, "submission.review", case.path,
    )  # fmt: skip
    actions.approve_case(case=case, by=actor("township"))
    task.refresh_from_db()
    assert (task.state, task.post_id) == ("done", actor("township").post_id)


def test_delegated_task_is_done_by_the_other_post_until_its_day(submit, actor, helper):
    case = submit()
    with pytest.raises(CannotDecide, match="没有审核权限"):
        actions.approve_case(case=case, by=helper)
    post = Post.objects.get(pk=helper.post_id)
    actions.delegate_task(case=case, to_post=post, until=in_days(1), reason="出差", by=actor("township"))
    assert open_cases_for(helper).count() == 1
    Task.objects.update(delegated_until=in_days(-1))
    assert open_cases_for(helper).count() == 0
    with pytest.raises(CannotDecide):
        actions.approve_case(case=case, by=helper)
    Task.objects.update(delegated_until=in_days(0))
    assert actions.approve_case(case=case, by=helper).step == 1
    assert Event.objects.filter(verb="task.delegated").count() == 1


def test_delegation_stays_in_the_unit(submit, actor, unit_of):
    post = Post.objects.filter(unit=unit_of("county")).first()
    with pytest.raises(CannotDecide, match="本单位的其他岗位"):
        actions.delegate_task(
            case=submit(), to_post=post, until=in_days(1), reason="出差", by=actor("township")
        )


def test_recused_person_leaves_the_task_to_a_colleague(submit, actor, colleague):
    case = submit()
    actions.recuse_case(case=case, reason="申报人是亲属", by=actor("township"))
    assert not open_cases_for(actor("township")).exists()
    with pytest.raises(CannotDecide, match="已申请回避"):
        actions.approve_case(case=case, by=actor("township"))
    assert actions.approve_case(case=case, by=colleague("township")).step == 1
    assert case.decisions.filter(verdict="recuse").get().reason == "申报人是亲属"


def test_escalated_task_is_listed_at_the_level_above_once(submit, actor, unit_of):
    submit()
    today = timezone.localdate()
    Task.objects.update(due_on=today)
    assert actions.escalate_tasks(today=add_working_days(today, 3)) == 0
    assert actions.escalate_tasks(today=add_working_days(today, 4)) == 1
    assert actions.escalate_tasks(today=add_working_days(today, 9)) == 0
    assert escalated_to(actor("county")).count() == 1
    event = Event.objects.get(verb="task.escalated")
    assert (event.object_id, event.changes) == (str(unit_of("county").pk), {"tasks": 1})


@pytest.mark.parametrize(("at", "days"), [("county", 5), ("sibling", 3), ("province", 0)])
def test_escalation_follows_the_parameter_of_unit_and_year(submit, unit_of, at, days):
    submit()
    today = timezone.localdate()
    number = 9 if at == "sibling" else days
    Parameter.objects.create(
        unit=unit_of(at),
        key="approval.escalate_after",
        from_year=today.year - 1,
        number=number,
        basis="湘计生协〔2026〕1号",
    )
    Task.objects.update(due_on=today)
    assert actions.escalate_tasks(today=add_working_days(today, days)) == 0
    assert actions.escalate_tasks(today=add_working_days(today, days + 1)) == 1


@pytest.fixture
def many(flow, actor, unit_of):
    """Cases of so many villages of the county."""

    def act(n):
        villages = [v for t in unit_of("county").children.all() for v in t.children.all()][:n]
        return [
            actions.submit_case(
                kind=SAMPLE,
                flow=flow,
                subject=v,
                title=v.name,
                unit=v,
                by=replace(actor("county"), user_id=1),
            )
            for v in villages
        ]

    return act


def test_decide_cases_names_each_failure(many, actor, flow):
    cases = [c for c in many(30) if c.reviewer_id == actor("township").unit_id]
    actions.reject_case(case=cases[0], by=actor("township"), reason="不符")
    other = Case.objects.exclude(reviewer_id=actor("township").unit_id).first()
    tried = [*cases, *([other] if other else [])]
    result = actions.decide_cases(cases=tried, verdict="approve", by=actor("township"))
    assert len(result.done) == len(cases) - 1
    assert all(reason.endswith("。") for _, reason in result.failed)
    assert {case.pk for case, _ in result.failed} == {cases[0].pk, *([other.pk] if other else [])}
    for case in result.done:
        one = Case.objects.get(pk=case.pk)
        assert (one.step, one.reviewer_id) == (1, actor("county").unit_id)
        assert list(one.decisions.order_by("id").values_list("verdict", flat=True)) == ["submit", "approve"]
        assert Task.objects.filter(case=one).open().get().assignee_id == one.reviewer_id
    assert Event.objects.filter(verb="case.approved").count() == len(result.done)


def test_decide_cases_keeps_the_two_person_rule(submit, actor):
    case = submit(by=actor("township"))
    result = actions.decide_cases(cases=[case], verdict="approve", by=actor("township"))
    assert [reason for _, reason in result.failed] == [
        "这件事项由您本人上报，按双人复核的规定，请由本单位另一位同事审核。"
    ]


def test_decide_cases_query_count_does_not_grow(many, actor):
    cases = [c for c in many(12) if c.reviewer_id == actor("township").unit_id]
    counts = []
    for batch in (cases[:1], cases[1:]):
        with CaptureQueriesContext(connection) as queries:
            actions.decide_cases(cases=batch, verdict="approve", by=actor("township"))
        counts.append(len(queries))
    assert len(cases) > 2
    assert counts[0] == counts[1]


def test_decide_cases_page_sums_up(submit, client_as, actor):
    case = submit()
    page = client_as("township").post("/cases/decide/", {"row": [case.pk]}, follow=True).content.decode()
    assert "审核通过：办成 1 条" in page
    assert Case.objects.get().reviewer_id == actor("county").unit_id


def test_decide_cases_over_all_that_match_asks_once_and_takes_no_other(many, client_as, actor):
    cases = many(12)
    actions.decide_cases(cases=cases[:3], verdict="approve", by=actor("township"))
    client, mine = client_as("township"), len(cases) - 3
    over_all = {"all": "1", "query": "mine=turn"}
    asked = client.post("/cases/decide/", over_all).content.decode()
    assert f"将对符合条件的全部 <strong>{mine} 条</strong>记录办理“审核通过”" in asked
    assert open_cases_for(actor("township")).count() == mine
    page = client.post("/cases/decide/", over_all | {"confirmed": mine}, follow=True).content.decode()
    assert f"审核通过：办成 {mine} 条" in page
    assert not open_cases_for(actor("township")).exists()
    assert Case.objects.filter(decisions__verdict="approve").distinct().count() == len(cases)
    assert Case.objects.filter(step__gt=1).count() == 0


def test_a_subject_may_have_a_live_case_of_each_kind(submit, actor, unit_of, flow):
    submit()
    village = unit_of("village")
    with pytest.raises(CannotDecide, match="正在审核"):
        submit()
    actions.submit_case(kind=OTHER, flow=flow, subject=village, title="变", unit=village, by=actor("village"))
    assert Case.objects.of(village).live().count() == 2


def test_a_hook_that_refuses_undoes_the_decision(submit, actor, flow, unit_of, monkeypatch):
    def refuse(*_):
        raise CannotDecide("编号已用完。")

    stern = CaseKind(
        code="stern", label="从严", subject="access.unit", view="case.view", flow=lambda unit: "submission",
        summary=lambda unit: [], on_step=refuse,
    )  # fmt: skip
    monkeypatch.setattr("fpa.approval.kinds._KINDS", {"stern": stern})
    village = unit_of("village")
    case = actions.submit_case(
        kind=stern, flow=flow, subject=village, title="严", unit=village, by=actor("village")
    )
    with pytest.raises(CannotDecide, match="编号已用完"):
        actions.approve_case(case=case, by=actor("township"))
    assert Case.objects.get().step == 0
    assert Task.objects.get().state == "open"


def test_acting_for_a_unit_below_is_said(submit, actor):
    case = submit(by=actor("township"))
    decision = case.decisions.get()
    assert (decision.on_behalf_of_id, decision.actor_unit_id) == (case.unit_id, actor("township").unit_id)
    assert Event.objects.get(verb="case.submitted").changes["on_behalf_of"] == case.unit.name
    assert actions.withdraw_case(case=case, by=actor("village")).state == "withdrawn"


def test_decide_case_page_leads_to_the_next(submit, flow, actor, unit_of, client_as):
    first = submit()
    other = unit_of("township").children.all()[1]
    second = actions.submit_case(
        kind=SAMPLE, flow=flow, subject=other, title="第二件", unit=other, by=actor("village").__class__(
            user_id=77, name="他", unit_id=other.pk, unit_name=other.association, path=other.path, level=5
        ),
    )  # fmt: skip
    client = client_as("township")
    page = client.get(f"/cases/{first.pk}/decide/").content.decode()
    assert all(words in page for words in ("事项内容", "办理经过", "第 1 件，共 2 件", "退回处：名称"))
    answer = client.post(f"/cases/{first.pk}/decide/", {"verdict": "approve", "reason": ""})
    assert answer["Location"] == f"/cases/{second.pk}/decide/?done=1"
    assert "第 2 件，共 2 件" in client.get(answer["Location"]).content.decode()
    bad = client.post(f"/cases/{second.pk}/decide/", {"verdict": "return", "reason": ""}).content.decode()
    assert "要写明理由" in bad
    data = {"verdict": "return", "place_0": "名称有误", "due_on": in_days(3).isoformat()}
    assert client.post(f"/cases/{second.pk}/decide/", data)["Location"] == "/cases/"
    second.refresh_from_db()
    assert second.state == "returned"
    assert second.threads.get().place == "name"


def test_decide_case_page_out_of_turn_offers_nothing(submit, client_as):
    page = client_as("county").get(f"/cases/{submit().pk}/decide/").content.decode()
    assert "现在不由您的岗位办理" in page
    assert 'name="verdict"' not in page


def test_delegation_is_offered_where_there_is_another_post(submit, client_as, actor):
    pages = f"/cases/{submit().pk}/decide/", f"/cases/{Task.objects.get().case_id}/delegate/"
    client = client_as("township")
    offered = [client.get(page).content.decode() for page in pages]
    assert "委托办理" not in offered[0]
    assert "本单位没有其他岗位" in offered[1]
    post = Post.objects.create(unit_id=actor("township").unit_id, title="内勤", role="village")
    offered = [client.get(page).content.decode() for page in pages]
    assert "委托办理" in offered[0]
    assert "本单位没有其他岗位" not in offered[1]
    answers = {"to_post": post.pk, "until": in_days(1).isoformat(), "reason": "出差"}
    assert client.post(pages[1], answers)["Location"] == pages[0]
    assert Task.objects.get().delegated_to_id == post.pk
    assert f"已委托内勤办理，至{date_cn(in_days(1))}" in client.get(pages[0]).content.decode()


def test_who_stepped_aside_is_told_so(submit, client_as, colleague):
    case = submit()
    client = client_as("township")
    client.post(f"/cases/{case.pk}/recuse/", {"reason": "申报人是亲属"})
    assert "您已申请回避" in client.get(f"/cases/{case.pk}/decide/").content.decode()
    assert "您已申请回避" not in client_as("county").get(f"/cases/{case.pk}/decide/").content.decode()
