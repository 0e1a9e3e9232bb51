"""Pages on which a case is decided, for all kinds alike: one page with its facts, and what else a task needs."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from fpa.access.loaders import check, load
from fpa.approval import actions
from fpa.approval.actions.refusals import TWO_PERSONS
from fpa.approval.forms import (
    DecideForm,
    DelegateForm,
    ExpertsForm,
    ObjectionForm,
    OutsideForm,
    RecuseForm,
)
from fpa.approval.kinds import CaseKind, kind_of
from fpa.approval.lists import CASE_LIST
from fpa.approval.models import Case, Task, Verdict
from fpa.approval.queries import (
    mended_since_return,
    next_case_for,
    open_cases_for,
    opinions_on,
    posts_beside,
    tasks_for,
    threads_of,
    was_sent_by,
)
from fpa.approval.steps import asks_of
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.lists import Link
from fpa.core.once import needs_key
from fpa.files.models import Attachment
from fpa.pages.batch import BatchOutcome, run_batch
from fpa.pages.form_flow import form_flow, redirect_with_message
from fpa.pages.record import Fact


def decide_case(request: HttpRequest, pk: int) -> HttpResponse:
    """A case with all that is needed to decide on it: facts, places, history, talk; after it the next one's turn."""
    case, actor, kind = load_case(request, pk)
    task = _task(case, actor)
    subject = kind.subject_of(case)
    form = DecideForm(
        request.POST or None,
        request.FILES or None,
        places=kind.places(subject),
        asks=asks_of(case, kind.asks),
        rejects=kind.rejects,
        is_past=case.is_past,
    )

    def decide(verdict: str, reason: str, due_on: Any, **_: Any) -> None:
        _decide(case, form, verdict, reason, due_on, actor)

    return form_flow(
        request,
        form,
        title=case.title,
        submit="提交",
        back=reverse("case_list"),
        does=decide,
        said=lambda _: _to_next(request, case, actor),
        consequences=partial(_consequences, case) if kind.weighty and not form.is_multipart() else None,
        context=_shown(case, kind, subject, task, actor) | _place_in_queue(request, actor),
        form_template="approval/decide_case.html",
    )


def load_case(request: HttpRequest, pk: int) -> tuple[Case, Actor, CaseKind]:
    """A case of the seat's scope, where its role may see cases of that kind."""
    case = load(Case.objects.whole(), pk, request, "case.view")
    kind = kind_of(case.kind)
    return case, check(request, kind.view), kind


def _task(case: Case, actor: Actor) -> Task | None:
    """What the seat has to do on the case now."""
    return tasks_for(actor).of_turn(case).first()


def _decide(case: Case, form: DecideForm, verdict: str, reason: str, due_on: Any, by: Actor) -> None:
    if verdict == Verdict.RETURN:
        actions.return_case(case=case, by=by, reason=reason, due_on=due_on, places=form.places)
    elif verdict == Verdict.REJECT:
        actions.reject_case(case=case, by=by, reason=reason)
    else:
        actions.approve_case(case=case, by=by, note=reason, **form.answers)


def _consequences(case: Case, answers: dict[str, Any]) -> list[str]:
    """What follows from a decision, in words."""
    if answers["verdict"] == Verdict.RETURN:
        return [f"退回{case.unit.association}修改，请于{date_cn(answers['due_on'])}前改好重报。"]
    if answers["verdict"] == Verdict.REJECT:
        return ["事项到此结束，不能再修改重报；只需修改的，请改选“退回修改”。"]
    return ["通过以后不能撤回；需要更正的，另办变更。"]


def _shown(case: Case, kind: CaseKind, subject: Any, task: Task | None, actor: Actor) -> dict[str, Any]:
    return {
        "case": case,
        "kind": kind,
        "task": task,
        "out_of_turn": "" if task else _out_of_turn(case, actor),
        "can_delegate": task is not None and posts_beside(actor).exists(),
        "two_persons": TWO_PERSONS if was_sent_by(case, actor) else "",
        "facts": [Fact(*each) for each in kind.facts_of(case, subject)] + _grounds(case, kind.files(subject)),
        "mended": mended_since_return(case, subject),
        "threads": threads_of(case),
        "opinions": opinions_on(case),
    }


def _out_of_turn(case: Case, actor: Actor) -> str:
    """Why the seat has nothing to do on a case."""
    if Task.objects.open().filter(case=case, recused__contains=[actor.user_id or 0]).exists():
        return "您已申请回避，这件事项由本单位其他同事办理。"
    return f"{case.standing}，现在不由您的岗位办理。"


def _grounds(case: Case, files: Sequence[Attachment]) -> list[Fact]:
    """What a case rests on: its files, the document of one entered later, the case that it amends."""
    found = [Fact("附件", file, file.get_absolute_url()) for file in files]
    if basis := case.basis:
        file = basis.attachment
        more = Link("下载扫描件", file.get_absolute_url()) if file else None
        found.append(Fact("补录依据", basis, basis.get_absolute_url(), more=more))
    if case.amends:
        found.append(Fact("变更的事项", case.amends, case.amends.get_absolute_url()))
    return found


def _place_in_queue(request: HttpRequest, actor: Actor) -> dict[str, int]:
    """How far the seat has come in its queue: done in this sitting, and how many there are in all."""
    text = request.GET.get("done", "")
    done = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
    return {"done": done, "nth": done + 1, "total": done + open_cases_for(actor).order_by().count()}


def _to_next(request: HttpRequest, case: Case, actor: Actor) -> HttpResponse:
    """Say what was done, and go on to the next case of the queue; to the list where that was the last."""
    case.refresh_from_db()
    done = _place_in_queue(request, actor)["nth"]
    following = next_case_for(actor, case)
    if following is None:
        return redirect_with_message(
            request, f"“{case.title}”已办理，没有其他待办事项。", reverse("case_list")
        )
    url = reverse("decide_case", args=[following.pk], query={"done": done})
    return redirect_with_message(request, f"“{case.title}”已办理，接着办下一件。", url)


@require_POST
@needs_key
def decide_cases(request: HttpRequest) -> HttpResponse:
    """Approve the ticked cases, or all that match, where they can be approved unseen; a summary names each that was
    left, and why."""
    actor = check(request, "case.decide")
    return run_batch(request, CASE_LIST, did="审核通过", act=partial(_approve_all, by=actor))


def _approve_all(rows: QuerySet[Case], by: Actor) -> BatchOutcome:
    result = actions.decide_cases(cases=list(rows), verdict=Verdict.APPROVE, by=by)
    return BatchOutcome(len(result.done), [(case.title, reason) for case, reason in result.failed])


def _task_page(
    request: HttpRequest,
    pk: int,
    *,
    title: str,
    submit: str,
    form: Callable[[Case, Actor], forms.BaseForm],
    does: Callable[..., Any],
    done: str,
) -> HttpResponse:
    """A form page about the seat's task on a case. Raises Http404 where it has none."""
    case, actor, _ = load_case(request, pk)
    if _task(case, actor) is None:
        raise Http404(f"“{case.title}”：{_out_of_turn(case, actor)}")
    page = reverse("decide_case", args=[pk])

    return form_flow(
        request,
        form(case, actor),
        title=f"{title}：{case.title}",
        submit=submit,
        back=page,
        does=partial(does, case=case, by=actor),
        said=lambda _: (done, page),
    )


def record_outside_result(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the document by which an outside body decided."""
    return _task_page(
        request, pk, title="登记外部结论", submit="登记", does=actions.record_outside_result,
        done="已登记外部结论。",
        form=lambda case, actor: OutsideForm(
            request.POST or None, request.FILES or None, seat=actor,
            initial={"issuer": case.current_step.get("body", "")},
        ),
    )  # fmt: skip


def record_objection(request: HttpRequest, pk: int) -> HttpResponse:
    """Record an objection to a case that is made public."""
    return _task_page(
        request, pk, title="登记公示异议", submit="登记", does=actions.record_objection,
        done="已登记异议，核实处理后再通过。",
        form=lambda *_: ObjectionForm(request.POST or None, request.FILES or None),
    )  # fmt: skip


def name_experts(request: HttpRequest, pk: int) -> HttpResponse:
    """Name who reviews a case, until when."""
    return _task_page(
        request, pk, title="选定评审人", submit="选定", does=actions.name_experts,
        done="已选定评审人，他们登录后即可评审。",
        form=lambda *_: ExpertsForm(request.POST or None),
    )  # fmt: skip


def delegate_task(request: HttpRequest, pk: int) -> HttpResponse:
    """Let another post of the unit do the seat's task on a case too."""
    return _task_page(
        request, pk, title="委托办理", submit="委托", does=actions.delegate_task,
        done="已委托，受托岗位可以办理这件事项。",
        form=lambda _, actor: DelegateForm(request.POST or None, actor=actor),
    )  # fmt: skip


def recuse_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Step aside from a case; a colleague takes it."""
    return _task_page(
        request, pk, title="申请回避", submit="回避", does=actions.recuse_case,
        done="已登记回避，请由本单位其他同事办理。",
        form=lambda *_: RecuseForm(request.POST or None),
    )  # fmt: skip
