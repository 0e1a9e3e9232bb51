"""Kinds of steps: joint reviews, outside bodies, time, conditions; and what a flow's steps must name."""

from dataclasses import replace

import pytest
from django.utils import timezone

from fpa.approval import actions, kinds
from fpa.approval.actions import CannotDecide, CannotPublish
from fpa.approval.conditions import check_condition, holds, judge
from fpa.approval.course import course_of
from fpa.approval.kinds import CaseKind
from fpa.approval.models import Case, Task
from fpa.approval.queries import open_cases_for
from fpa.approval.steps import check_steps, needed
from fpa.approval.tests.conftest import SAMPLE, in_days
from fpa.audit.models import Event
from fpa.core.expressions import BadExpression, Term
from fpa.files.actions import CannotKeepDocument, NewDocument
from fpa.files.inspection import inspect
from fpa.files.tests.samples import PDF
from fpa.registers.working_days import add_working_days
from fpa.system.keeper import day_works

REVIEW = "submission.review"
TOWNSHIP = {"level": 4, "permission": REVIEW, "label": "乡镇审核"}
COUNTY = {"level": 3, "permission": REVIEW, "label": "县级审核"}
OUTSIDE = {"level": 4, "permission": REVIEW, "label": "批复", "kind": "outside", "body": "财政所", "days": 5}
TERMS = (Term("amount", "申请金额", "元"), Term("level", "单位层级"))
SCAN = inspect("批复.pdf", PDF)
PUBLIC = {"level": 4, "permission": REVIEW, "label": "公示", "kind": "time", "days": 5}


@pytest.fixture
def sent(province_scope, submit):
    """Send the village's matter up by a flow of these steps: `sent(step, …)`."""

    def act(*steps):
        return submit(flow=actions.ensure_flow("submission", "流程", list(steps)))

    return act


def test_joint_review_waits_for_every_right(sent, actor, colleague):
    case = sent(TOWNSHIP | {"also": ["submission.fill"]}, COUNTY)
    assert sorted(Task.objects.values_list("permission", flat=True)) == ["submission.fill", REVIEW]
    case = actions.approve_case(case=case, by=actor("township"))
    assert case.step == 0
    assert open_cases_for(actor("township")).count() == 1
    case = actions.approve_case(case=case, by=colleague("township"))
    assert (case.step, case.reviewer_id) == (1, actor("county").unit_id)


def test_joint_review_that_any_may_close(sent, actor):
    case = sent(TOWNSHIP | {"also": ["submission.fill"], "closes": "any"}, COUNTY)
    case = actions.approve_case(case=case, by=actor("township"))
    assert case.step == 1
    assert set(Task.objects.filter(step=0).values_list("state", flat=True)) == {"done", "closed"}


def test_outside_result_is_entered_with_its_document(sent, actor):
    case = sent(OUTSIDE, COUNTY)
    assert case.standing == "待财政所批复"
    with pytest.raises(CannotDecide, match="登记它的文号"):
        actions.approve_case(case=case, by=actor("township"))
    case = actions.record_outside_result(case=case, by=actor("township"), verdict="approve", document=paper())
    decision = case.decisions.latest("id")
    assert (case.step, str(decision.document)) == (1, "财政所财字〔2026〕3号")
    assert (decision.document.unit, decision.document.attachment.permission) == (case.unit, "document.view")
    assert decision.actor_name == actor("township").name
    told = Event.objects.filter(verb="case.approved").get().changes
    assert (told["document"], told["file"]) == ("财政所财字〔2026〕3号", "批复.pdf")


def paper(**changes):
    """The outside body's document as it is typed, with its scan."""
    facts = {
        "number": "财字〔2026〕3号",
        "issuer": "财政所",
        "issued_on": timezone.localdate(),
        "upload": SCAN,
    }
    return NewDocument(**facts | changes)


@pytest.mark.parametrize(("verdict", "state"), [("return", "returned"), ("reject", "rejected")])
def test_outside_body_may_return_or_reject(sent, actor, verdict, state):
    case = actions.record_outside_result(
        case=sent(OUTSIDE), by=actor("township"), verdict=verdict, document=paper(), note="资金不足",
        due_on=in_days(3),
    )  # fmt: skip
    assert (case.state, case.decisions.latest("id").document.number) == (state, "财字〔2026〕3号")


def test_outside_result_is_not_dated_ahead(sent, actor):
    with pytest.raises(CannotKeepDocument, match="不能晚于今天"):
        actions.record_outside_result(
            case=sent(OUTSIDE), by=actor("township"), verdict="approve", document=paper(issued_on=in_days(2))
        )


def test_an_objection_keeps_its_file_for_who_may_see_the_case(sent, actor):
    case = actions.record_objection(case=sent(PUBLIC), by=actor("township"), reason="名单有误", file=[SCAN])
    [kept] = case.decisions.latest("id").attachments
    assert (kept.name, kept.permission, kept.unit) == ("批复.pdf", SAMPLE.view, case.unit)


def test_a_time_closes_by_its_day(sent, actor):
    case = sent(PUBLIC, COUNTY)
    task = Task.objects.get()
    assert task.due_on == add_working_days(timezone.localdate(), 5)
    with pytest.raises(CannotDecide, match="期满后才能通过"):
        actions.approve_case(case=case, by=actor("township"))
    assert actions.close_due_steps(today=task.due_on) == 0
    assert actions.close_due_steps(today=add_working_days(task.due_on, 1)) == 1
    assert Case.objects.get().step == 1


def test_an_objection_waits_for_who_is_in_charge(sent, actor):
    case = sent(PUBLIC, COUNTY)
    actions.record_objection(case=case, by=actor("township"), reason="村民反映名单有误")
    Task.objects.update(due_on=in_days(-1))
    assert actions.close_due_steps(today=timezone.localdate()) == 0
    with pytest.raises(CannotDecide, match="收到异议"):
        actions.approve_case(case=case, by=actor("township"))
    assert actions.approve_case(case=case, by=actor("township"), note="经核实，名单无误").step == 1


def pass_days():
    for work in day_works():
        work.attempt()


def test_the_keeper_passes_days(sent):
    sent(PUBLIC, COUNTY)
    Task.objects.update(due_on=in_days(-1))
    pass_days()
    assert Case.objects.get().step == 1


@pytest.mark.parametrize(
    ("error", "told"), [(CannotDecide("编号已用完。"), "编号已用完。"), (KeyError(), "系统出错")]
)
def test_a_case_that_its_day_cannot_close_keeps_no_other(
    sent, actor, unit_of, monkeypatch, client_as, caplog, error, told
):
    bad, other = sent(PUBLIC, COUNTY), unit_of("township").children.all()[1]
    good = actions.submit_case(kind=SAMPLE, subject=other, title="好", unit=other, by=actor("township"))

    def fails(case, *_):
        if case.pk == bad.pk:
            raise error

    monkeypatch.setitem(kinds._KINDS, "sample", replace(SAMPLE, on_step=fails))
    Task.objects.update(due_on=add_working_days(timezone.localdate(), -9))
    pass_days()
    assert [Case.objects.get(pk=case.pk).step for case in (bad, good)] == [0, 1]
    assert Task.objects.filter(escalated_on__isnull=False).count() == 1  # the works after it are done
    assert ("没有办成" in caplog.text) == isinstance(error, KeyError)
    page = client_as("township").get(f"/cases/{bad.pk}/decide/").content.decode()
    todo = client_as("township").get("/").content.decode()
    assert all(told in text and "期满自动办结" in text for text in (page, todo))
    monkeypatch.undo()
    pass_days()
    assert Case.objects.get(pk=bad.pk).step == 1
    assert "期满自动办结" not in client_as("county").get(f"/cases/{bad.pk}/").content.decode()


@pytest.mark.parametrize(("when", "reviewer"), [("level >= 5", "township"), ("level < 5", "county")])
def test_conditions_choose_the_steps(sent, actor, when, reviewer):
    case = sent(TOWNSHIP | {"when": when}, COUNTY)
    assert case.reviewer_id == actor(reviewer).unit_id


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("", {}, True),
        ("amount >= 500000", {"amount": 500000}, True),
        ("amount >= 500000", {"amount": "499999.99"}, False),
        ("金额 > 3", {"金额": 4}, True),
        ("申请金额 >= 50万 或 [单位层级] <= 3", {"amount": 1, "level": 5}, False),
        ("2026金额 > 3", {"amount": 1}, True),
        ("amount != 0", {"amount": 0}, False),
        ("amount < 3", {}, True),
        ("amount < 3", {"amount": "不详"}, True),
    ],
)
def test_condition_holds(text, facts, expected):
    assert holds(text, facts, TERMS) is expected


def test_a_condition_says_why_in_chinese():
    assert (
        judge("申请金额 >= 50万", {"amount": "1000.50"}, TERMS).reason == "申请金额 1,000.5 元，低于 500,000"
    )


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("amount", "没有说和什么比"),
        ("amount >", "括号是否成对"),
        ("__import__('os')", "没有“__import__”这个函数"),
        ("a >= b", "可以用的项目有：申请金额、单位层级"),
    ],
)
def test_condition_that_is_none_is_refused(text, match):
    with pytest.raises(BadExpression, match=match):
        check_condition(text, TERMS)


@pytest.mark.parametrize(
    ("step", "match"),
    [
        (OUTSIDE | {"body": ""}, "外部单位"),
        (PUBLIC | {"days": 0}, "几个工作日"),
        (TOWNSHIP | {"days": 999}, "工作日"),
        (TOWNSHIP | {"closes": "most"}, "办结规则"),
        (TOWNSHIP | {"asks": ["mood"]}, "评分、金额、附件"),
        (TOWNSHIP | {"when": "amount > 3"}, "不是这里的项目"),
        (TOWNSHIP | {"kind": "wish"}, "种类不对"),
        (TOWNSHIP | {"also": ["no.such"]}, "no.such"),
    ],
)
def test_steps_that_are_not_whole_are_refused(step, match):
    with pytest.raises(CannotPublish, match=match):
        check_steps([step])


@pytest.mark.parametrize(
    ("closes", "asked", "agree"), [("all", 3, 3), ("any", 3, 1), (2, 3, 2), (5, 3, 3), ("any", 0, 0)]
)
def test_needed_follows_the_rule(closes, asked, agree):
    assert needed(closes, asked) == agree


def test_answers_that_a_step_asks_for_are_kept(sent, actor):
    case = sent(TOWNSHIP | {"asks": ["score", "amount"]}, COUNTY)
    with pytest.raises(CannotDecide, match="核定金额"):
        actions.approve_case(case=case, by=actor("township"), score=90)
    actions.approve_case(case=case, by=actor("township"), score=90, amount=5000)
    decision = case.decisions.latest("id")
    assert (decision.score, decision.amount) == (90, 5000)


def test_a_case_shows_each_step_and_why_one_was_passed_over(sent, actor, client_as):
    village = {"level": 5, "permission": REVIEW, "label": "村级核对"}
    over = TOWNSHIP | {"label": "大额会审", "when": "level < 5"}
    case = sent(
        village, over, COUNTY, {"level": 1, "permission": REVIEW, "label": "省级汇总", "when": "level = 9"}
    )
    told = [(step.label, step.status.word, step.reason) for step in course_of(case)]
    assert told == [
        ("村级核对", "跳过", f"{case.unit.name}的事项从上一级办起"),
        ("大额会审", "跳过", "条件不成立，跳过：单位层级 5，不小于 5"),
        ("县级审核", "正在办理", ""),
        ("省级汇总", "跳过", "条件不成立，跳过：单位层级 5，不等于 9"),
    ]
    for url in (f"/cases/{case.pk}/", f"/cases/{case.pk}/decide/"):
        assert "条件不成立，跳过：单位层级 5，不小于 5" in client_as("county").get(url).content.decode()
    actions.approve_case(case=case, by=actor("county"))
    assert [step.status.word for step in course_of(Case.objects.get())][2] == "已办"


def test_steps_of_a_case_that_is_over_say_so(sent, actor):
    case = sent(TOWNSHIP, COUNTY)
    case = actions.reject_case(case=case, by=actor("township"), reason="不符")
    assert [(s.status.word, s.reason) for s in course_of(case)] == [("已办", ""), ("没有办理", "事项已结束")]


def test_what_nobody_reviews_neither_goes_up_nor_is_entered_afterwards(province_scope, actor, unit_of):
    free = CaseKind(
        code="free", label="自定事项", subject="access.unit", view="case.view", summary=lambda unit: [],
        flow=lambda unit: None if unit.level < 5 else "submission", enter="thread.write",
    )  # fmt: skip
    county, by = unit_of("county"), actor("county")
    told = {"kind": free, "subject": county, "title": "甲", "unit": county, "by": by}
    with pytest.raises(CannotDecide, match="没有上级审核，不需要报送"):
        actions.submit_case(**told)
    document = NewDocument("怀编〔2021〕5号", "编办", in_days(-900))
    with pytest.raises(CannotDecide, match="没有上级审核，不需要补录"):
        actions.record_past_case(**told, document=document)
