"""Carrying a case up the levels and back: every decision is a row that is never changed, with its hook and one event.

A subject is any saved row of a registered kind. Where it has `get_absolute_url`, cases and threads lead there; a
cell's thread leads to `…#cell-<place>`, so its page gives the cell's element that id.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NotRequired, TypedDict

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from fpa.access.models import Unit
from fpa.approval.actions import dossiers, turns
from fpa.approval.actions.refusals import TWO_PERSONS, CannotDecide
from fpa.approval.actions.returned_places import ask_to_mend, cells_asked_of, return_threads
from fpa.approval.kinds import CaseKind, kind_of, model_of
from fpa.approval.models import (
    Case,
    CaseState,
    Decision,
    DecisionFile,
    Flow,
    Task,
    TaskKind,
    TaskState,
    Verdict,
)
from fpa.approval.queries import was_sent_by
from fpa.approval.steps import asks_of, next_turn
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.files.actions import NewDocument, file_facts, keep_document, keep_file
from fpa.files.inspection import Upload
from fpa.files.models import Attachment, Document
from fpa.threads.actions import settle_all, url_of


class ReturnedPlace(TypedDict):
    """A faulty field or cell of a return; without a reason of its own it shares the return's."""

    place: str
    label: NotRequired[str]
    reason: NotRequired[str]


class Answers(TypedDict, total=False):
    """What a decision carries beside its verdict, where its kind or step asks for it; `file` may be several."""

    score: Decimal | None
    amount: Decimal | None
    file: Sequence[Upload]


@transaction.atomic
def submit_case(
    *,
    kind: CaseKind,
    subject: models.Model,
    title: str,
    unit: Unit,
    by: Actor,
    flow: Flow | None = None,
    amends: Case | None = None,
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Case:
    """Send a subject of `unit` up by its kind's flow; a returned case goes back to the step that returned it, a round
    later, and everyone who was asked there is asked anew.

    Steps at or below the unit's own level are skipped, and those whose condition does not hold. An actor of a unit
    above acts for it (代办), which the decision says. Cells that were returned now wait for who returned them, those
    of a case withdrawn before too. Raises CannotDecide where the subject is under review already, the unit is not the
    actor's to act for, or no level above reviews it.
    """
    if not unit.path.startswith(by.path):
        raise CannotDecide(f"“{title}”属于{unit.association}，不在您的管理范围内，不能由您上报。")
    case = Case.objects.of(subject).of_kind(kind.code).live().select_for_update().first()
    if case and case.state == CaseState.OPEN:
        raise CannotDecide(f"“{title}”正在审核（{case.standing}），不能重复上报。需要修改请先撤回。")
    facts = dict(kind.facts(subject))
    if case:
        case = _resubmit(case, title, facts, changes or case.changes)
    else:
        case = new_case(kind, subject, title, unit, facts=facts, amends=amends)
        case.flow, case.changes = flow or _flow_of(kind, unit), dict(changes or {})
        _first_submit(case, kind)
    cells_asked_of(case).update(awaiting=F("opened_unit"))
    return decide(case, Verdict.SUBMIT, by, reason=reason)


def _flow_of(kind: CaseKind, unit: Unit) -> Flow:
    code = kind.flow(unit)
    if code is None:
        raise CannotDecide(f"{unit.association}的{kind.label}没有上级审核，不需要报送。")
    flow = Flow.objects.current_for(code, unit)
    if flow is None:
        raise CannotDecide(f"还没有设置“{kind.label}”的审核流程，请联系省计生协办公室。")
    return flow


def _first_submit(case: Case, kind: CaseKind) -> None:
    """Save a new case at its first step, with the tasks there."""
    turn = next_turn(case.flow, case.unit, -1, case.facts, kind.terms)
    if turn is None:
        name = case.flow.name if case.flow else kind.label
        raise CannotDecide(
            f"流程“{name}”没有{case.unit.association}的上级审核环节，请联系省计生协办公室调整流程。"
        )
    turns.stand_at(case, turn)
    insert(case)
    turns.bulk_tasks([(case, turn)])


def new_case(kind: CaseKind, subject: models.Model, title: str, unit: Unit, **more: Any) -> Case:
    """A case, not yet saved, of a subject."""
    return Case(
        kind=kind.code, unit=unit, title=title, subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk), subject_url=url_of(subject), submitted_at=timezone.now(), **more,
    )  # fmt: skip


def insert(case: Case) -> None:
    """Save a new case. Raises CannotDecide where somebody else has just sent the same subject up."""
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:
        raise CannotDecide(f"“{case.title}”刚刚已由他人上报，请刷新页面查看。") from error


def _resubmit(case: Case, title: str, facts: dict[str, Any], changes: Mapping[str, Any]) -> Case:
    """Open a returned case again at its step."""
    case.title, case.state, case.round = title, CaseState.OPEN, case.round + 1
    case.due_on, case.submitted_at, case.facts = None, timezone.now(), facts
    case.changes = dict(changes)
    case.save()
    if not turns.ask_again(case):
        turn = next_turn(case.flow, case.unit, case.step - 1, facts, kind_of(case.kind).terms)
        turns.bulk_tasks([(case, turn)] if turn else [])
    return case


@transaction.atomic
def approve_case(*, case: Case, by: Actor, note: str = "", **answers: Any) -> Case:
    """Approve the task that this seat has on the case: once the step's rule is met it moves on, or is approved where
    there is no further step.

    The threads that this level's returns opened are settled with it; at the end of the way, all. `answers` are
    `Answers`. Raises CannotDecide where it is not this seat's turn, the step is not to be passed yet, an answer that
    is asked for is missing, or the person is the one who submitted (two-person rule, ASVS 2.3.5).
    """
    case, task = turns.lock_for_review(case, by)
    turns.check_may_close(case, task, note)
    return approve_task(case, task, by, note, checked_answers(case, answers))


def approve_task(case: Case, task: Task, by: Actor, note: str, fields: Mapping[str, Any]) -> Case:
    """Do a held task with approval, and let the case move on where its step is over with it."""
    check_second_person(case, by)
    turns.finish(task, by)
    decision = written(case, Verdict.APPROVE, by, reason=note, task=task, **fields)
    if not turns.step_is_over(case, task):
        return told(case, decision, by, kind_of(case.kind).on_step(case, decision, by))
    return move_on(case, decision, by)


def move_on(case: Case, decision: Decision, by: Actor, verb: str = "") -> Case:
    """Let a case whose step is over go to its next step, or be approved; with what follows, and the event."""
    turns.close_open(case)
    dossiers.end_grants(case)
    turn = next_turn(case.flow, case.unit, case.step, case.facts, kind_of(case.kind).terms)
    asked = return_threads(case)
    settle_all(asked.filter(opened_unit=case.reviewer) if turn else asked, by, "审核通过，此处办结。")
    if turn:
        turns.stand_at(case, turn)
    else:
        case.state = CaseState.APPROVED
    case.save()
    turns.bulk_tasks([(case, turn)] if turn else [])
    hook = kind_of(case.kind).hook_of(Verdict.APPROVE, is_last=turn is None)
    amended = {} if turn else apply_changes(case)
    return told(case, decision, by, amended | dict(hook(case, decision, by) or {}), verb)


def apply_changes(case: Case) -> dict[str, Any]:
    """Change the subject as an approved amendment asks; returns field → [old, new].

    Raises CannotDecide where a value is not any more what the amendment changes.
    """
    if not case.changes:
        return {}
    kind = kind_of(case.kind)
    subject = model_of(kind)._default_manager.select_for_update(of=("self",)).get(pk=case.subject_id)
    done = {}
    for name, (old, new) in case.changes.items():
        field: Any = subject._meta.get_field(name)
        if getattr(subject, name) != field.to_python(old):
            raise CannotDecide(
                f"“{field.verbose_name}”在申请变更以后又有改动，请退回，由申请单位核对后重报。"
            )
        setattr(subject, name, field.to_python(new))
        done[name] = [old, new]
    subject.save()
    return done


def check_second_person(case: Case, by: Actor) -> None:
    """Raise CannotDecide where the person is one who sent the case up."""
    if was_sent_by(case, by):
        raise CannotDecide(TWO_PERSONS)


WORDS = {"score": "评分", "amount": "核定金额"}


def checked_answers(case: Case, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers that the step asks for. Raises CannotDecide where one is missing."""
    asked = asks_of(case, kind_of(case.kind).asks)
    for name in sorted(asked - {"file"}):
        if answers.get(name) is None:
            raise CannotDecide(f"这一环节要填写{WORDS[name]}。")
    return {name: value for name, value in answers.items() if name in asked and value is not None}


def _keep_files(decision: Decision, files: Sequence[Upload], by: Actor) -> list[Attachment]:
    """Keep a decision's files for whoever may see the case."""
    case = decision.case
    right = kind_of(case.kind).view
    kept = [keep_file(upload=file, unit=case.unit, permission=right, by=by) for file in files]
    DecisionFile.objects.bulk_create(
        DecisionFile(decision=decision, attachment=file, unit_id=case.unit_id, path=case.path)
        for file in kept
    )
    return kept


@transaction.atomic
def return_case(
    *,
    case: Case,
    by: Actor,
    reason: str,
    due_on: date,
    places: Sequence[ReturnedPlace] = (),
    document: Document | None = None,
) -> Case:
    """Return a case for revision until a day, naming the faulty cells; each gets a thread (issue point 12).

    A cell that was returned before goes on in its thread; whoever else was to review with this seat is asked again
    when the case comes back. Raises CannotDecide where it is not this seat's turn, the reason is empty, or the day
    has passed.
    """
    case, task = turns.lock_for_review(case, by)
    _check_return(reason, due_on)
    turns.finish(task, by)
    return give_back(case, by, reason, due_on, places, task=task, document=document)


@transaction.atomic
def reopen_case(
    *, case: Case, by: Actor, reason: str, due_on: date, places: Sequence[ReturnedPlace] = ()
) -> Case:
    """Return an approved case to its unit, by the unit that approved it last: it stands at that step again. A case of
    补录, which its own unit has checked, may be returned by units above too.

    Raises CannotDecide where it is not approved, another unit approved it, or the subject is under review anew.
    """
    case = turns.locked(case)
    _check_return(reason, due_on)
    is_theirs = by.unit_id == case.reviewer_id or (case.is_past and case.reviewer_path.startswith(by.path))
    if case.state != CaseState.APPROVED or not is_theirs or not by.may(case.permission):
        raise CannotDecide("只有最后审核通过的单位，可以把已通过的事项退回修改。")
    if Case.objects.of_subject_of(case).live().exists():
        raise CannotDecide(f"“{case.title}”已有正在办理的变更，请先办完。")
    return give_back(case, by, reason, due_on, places)


def _check_return(reason: str, due_on: date) -> None:
    if not reason.strip():
        raise CannotDecide("退回修改要写明理由，让填报单位知道改什么。")
    if due_on < timezone.localdate():
        raise CannotDecide(f"办理期限{date_cn(due_on)}已过，请选今天或以后的日期。")


def give_back(
    case: Case, by: Actor, reason: str, due_on: date, places: Sequence[ReturnedPlace], **fields: Any
) -> Case:
    """Put a held case back to its unit, with a thread a place."""
    turns.close_open(case, TaskState.RETURNED)
    day = None if case.is_past else due_on  # what is entered afterwards is never late
    case.state, case.due_on = CaseState.RETURNED, day
    case.save()
    named = [_named(place, reason) for place in places]
    for place in named:
        ask_to_mend(case, place, by)
    return decide(case, Verdict.RETURN, by, reason=reason, due_on=day, places=named, **fields)


def _named(place: ReturnedPlace, reason: str) -> dict[str, str]:
    key = place["place"]
    return {"place": key, "label": place.get("label") or key, "reason": place.get("reason") or reason}


@transaction.atomic
def reject_case(*, case: Case, by: Actor, reason: str, document: Document | None = None) -> Case:
    """Refuse a case for good; its cells' threads are settled. Raises CannotDecide as `return_case` does."""
    case, task = turns.lock_for_review(case, by)
    if not kind_of(case.kind).rejects:
        raise CannotDecide("这类事项不作“不予通过”，有问题的请退回修改。")
    if not reason.strip():
        raise CannotDecide("不予通过要写明理由。只需修改的，请用“退回修改”。")
    settle_all(return_threads(case), by, "事项不予通过，此处办结。")
    turns.finish(task, by)
    _end(case, CaseState.REJECTED)
    return decide(case, Verdict.REJECT, by, reason=reason, task=task, document=document)


def _end(case: Case, state: CaseState) -> None:
    turns.close_open(case)
    dossiers.end_grants(case)
    case.state, case.due_on = state, None
    case.save()


@transaction.atomic
def withdraw_case(*, case: Case, by: Actor, reason: str = "") -> Case:
    """Take a case back, by the unit that submitted it and before anybody decided in this round.

    Cells that were returned before wait for its unit again.

    Raises CannotDecide where the case is not under review, another unit submitted it, or a level has decided.
    """
    case = turns.locked(case)
    turns.check_open(case)
    this_round = list(case.decisions.filter(round=case.round))
    if any(d.verdict != Verdict.SUBMIT for d in this_round):
        raise CannotDecide("上级已经开始审核，不能撤回。需要修改请联系审核单位退回。")
    if all(by.unit_id not in (d.actor_unit_id, d.on_behalf_of_id) for d in this_round):
        raise CannotDecide("只有上报的单位可以撤回这件事项。")
    _end(case, CaseState.WITHDRAWN)
    cells_asked_of(case).update(awaiting=F("assignee"))
    return decide(case, Verdict.WITHDRAW, by, reason=reason)


@transaction.atomic
def record_outside_result(
    *, case: Case, by: Actor, verdict: str, document: Document | NewDocument, note: str = "",
    due_on: date | None = None, places: Sequence[ReturnedPlace] = (),
) -> Case:  # fmt: skip
    """Enter what an outside body decided: its document (number, issuer, day, scan), and whether it approved, returned
    or rejected; the body has no account, and the entry names who made it.

    Raises CannotDecide where the case does not stand at an outside body's step, the seat is not in charge of it, or a
    return or rejection gives no reason; CannotKeepDocument where the document can't be put on record.
    """
    case, task = turns.lock_for_review(case, by)
    if task.kind != TaskKind.OUTSIDE:
        raise CannotDecide("这件事项现在不在外部环节，不需要登记外部结论。")
    kept = keep_document(document=document, unit=case.unit, by=by)
    if verdict == Verdict.RETURN:
        day = due_on or timezone.localdate()
        return return_case(case=case, by=by, reason=note, due_on=day, places=places, document=kept)
    if verdict == Verdict.REJECT:
        return reject_case(case=case, by=by, reason=note, document=kept)
    return approve_task(case, task, by, note, {"document": kept})


@transaction.atomic
def record_objection(*, case: Case, by: Actor, reason: str, file: Sequence[Upload] = ()) -> Case:
    """Record an objection that came while a case was made public; it must be answered before the case moves on.

    Raises CannotDecide where the case is not made public now, the seat is not in charge, or nothing is said.
    """
    case, task = turns.lock_for_review(case, by)
    if task.kind != TaskKind.PERIOD:
        raise CannotDecide("这件事项现在不在公示，不能登记异议。")
    if not reason.strip():
        raise CannotDecide("请写明异议的内容和提出人。")
    return decide(case, Verdict.OBJECT, by, reason=reason, file=file, task=task)


def decide(case: Case, verdict: Verdict, by: Actor, **fields: Any) -> Case:
    """Write a decision, do what follows it, and leave its event."""
    decision = written(case, verdict, by, **fields)
    return told(case, decision, by, kind_of(case.kind).hook_of(verdict)(case, decision, by))


def written(case: Case, verdict: Verdict, by: Actor, **fields: Any) -> Decision:
    """The decision's row, at the step where the case stands, with its files (`file`, Uploads) kept."""
    files = fields.pop("file", ())
    decision = new_decision(case, verdict, by, **fields)
    decision.save()
    decision.kept_files = _keep_files(decision, files, by) if files else []
    return decision


def new_decision(case: Case, verdict: Verdict, by: Actor, **fields: Any) -> Decision:
    """A decision, not yet saved. A unit above that sends up or takes back acts for the case's unit."""
    acts_for = verdict in (Verdict.SUBMIT, Verdict.WITHDRAW) and by.unit_id not in (None, case.unit_id)
    decision = Decision(
        case=case, unit_id=case.unit_id, path=case.path, round=case.round, step=case.step, verdict=verdict,
        on_behalf_of_id=case.unit_id if acts_for else None, **fields,
    )  # fmt: skip
    decision.sign(by)
    return decision


def told(
    case: Case, decision: Decision, by: Actor, changes: Mapping[str, Any] | None, verb: str = ""
) -> Case:
    """Leave a decision's one event: on its subject where the kind has verbs of its own, else on the case."""
    kind = kind_of(case.kind)
    thing = kind.subject_of(case) if kind.verbs else case
    verb = verb or kind.verb_of(decision.verdict)
    record(verb, thing, by=by, reason=decision.reason, changes=changes_of(decision, changes))
    return case


def changes_of(decision: Decision, changes: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a decision's event holds: round, places, and what its hook changed."""
    told_of: dict[str, Any] = {}
    if decision.round > 1:
        told_of["round"] = decision.round
    if decision.places:
        told_of["places"] = decision.places
    if decision.document:
        told_of["document"] = str(decision.document)
        told_of |= file_facts(decision.document)
    if files := decision.kept_files:
        told_of |= {"file": "、".join(f.name for f in files), "sm3": "、".join(f.digest for f in files)}
    if decision.on_behalf_of_id:
        told_of["on_behalf_of"] = str(decision.on_behalf_of)
    return told_of | dict(changes or {})
