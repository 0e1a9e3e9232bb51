"""Every write of approval: publish a flow, carry a case up and back, talk about a matter (design §7).

A subject is any saved row. Where it has `get_absolute_url`, cases and threads lead there; a cell's thread leads to
`…#cell-<place>`, so its page gives the cell's element that id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NotRequired, TypedDict

from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.access.roles import ROLES
from fpa.approval.models import (
    Case,
    CaseState,
    Decision,
    Flow,
    Message,
    Thread,
    ThreadState,
    Verdict,
)
from fpa.audit.record import record
from fpa.core.actor import SYSTEM, Actor
from fpa.core.chinese import date_cn
from fpa.core.refusals import Refusal


class Step(TypedDict):
    """One step of a flow: which level reviews, by which permission, and what the step is called."""

    level: int
    permission: str
    label: str


class Place(TypedDict):
    """A faulty field or cell of a return; without a reason of its own it shares the return's."""

    place: str
    label: NotRequired[str]
    reason: NotRequired[str]


class CannotPublish(Refusal):
    """The flow's steps do not make a way up."""


class CannotDecide(Refusal):
    """The case does not allow this decision now, or not by this seat; the message says why, in Chinese."""


class CannotOpen(Refusal):
    """A thread can't be opened so."""


class CannotReply(Refusal):
    """The thread takes no reply."""


class CannotSettle(Refusal):
    """The thread can't be settled by this seat, or is settled already."""


# ---- flows


@transaction.atomic
def publish_flow(*, code: str, name: str, steps: Sequence[Step], by: Actor) -> Flow:
    """Publish the next version of a flow for the actor's unit and all below; running cases finish on theirs.

    Raises CannotPublish where the steps are empty, go downwards, or name an unknown level or permission.
    """
    _check_steps(steps)
    unit = _unit_of(by, Unit.objects.select_for_update(no_key=True))
    last = Flow.objects.filter(unit=unit, code=code).order_by("-version").first()
    version = last.version + 1 if last else 1
    flow = Flow.objects.create(unit=unit, code=code, version=version, name=name, steps=list(steps))
    record("flow.published", flow, by=by, changes={"steps": [last.steps if last else None, flow.steps]})
    return flow


def ensure_flow(code: str, name: str, steps: Sequence[Step]) -> Flow:
    """The province's flow of a module: published where it is missing or its name or steps have changed.

    Needs the scope of the whole province. Raises CannotPublish.
    """
    last = Flow.objects.filter(unit__parent=None, code=code).order_by("-version").first()
    if last and (last.name, last.steps) == (name, list(steps)):
        return last
    return publish_flow(code=code, name=name, steps=steps, by=SYSTEM)


def _unit_of(by: Actor, units: models.QuerySet[Unit]) -> Unit:
    """The actor's unit; the platform itself stands at the province."""
    return units.get(pk=by.unit_id) if by.unit_id else units.get(parent=None)


def _check_steps(steps: Sequence[Step]) -> None:
    levels = [step["level"] for step in steps]
    if not steps:
        raise CannotPublish("流程至少要有一个审核环节。")
    if not set(levels) <= set(Level.values) or levels != sorted(levels, reverse=True):
        raise CannotPublish("审核环节要从下级到上级依次排列：村 5、乡镇 4、县 3、市 2、省 1。")
    known = frozenset[str]().union(*(role.permissions for role in ROLES.values()))
    for step in steps:
        if step["permission"] not in known or not step["label"]:
            raise CannotPublish(f"环节“{step['label']}”的权限“{step['permission']}”不存在，或环节没有名称。")


# ---- cases


@dataclass(frozen=True)
class _Turn:
    """The step that a case stands at, and the unit whose turn it is."""

    index: int
    permission: str
    reviewer: Unit


def _turn_after(flow: Flow, unit: Unit, index: int) -> _Turn | None:
    """The next step after `index` that stands above the unit; None where the way up is done."""
    above = {u.level: u for u in Unit.objects.above(unit.path) if u.level < unit.level}
    turns = (
        _Turn(n, step["permission"], above[step["level"]])
        for n, step in enumerate(flow.steps)
        if n > index and step["level"] in above
    )
    return next(turns, None)


@transaction.atomic
def submit_case(*, flow: Flow, subject: models.Model, title: str, unit: Unit, by: Actor) -> Case:
    """Send a subject of `unit` up by a flow; a returned case goes back to the step that returned it, a round later.

    Steps at or below the unit's own level are skipped. Cells that were returned now wait for who returned them,
    those of a case withdrawn before too. Raises CannotDecide where the subject is under review
    already, the unit is not the actor's to act for, or no level above reviews it.
    """
    if not unit.path.startswith(by.path):
        raise CannotDecide(f"“{title}”属于{unit.name}，不在您的管理范围内，不能由您上报。")
    case = Case.objects.of(subject).live().select_for_update().first()
    if case and case.state == CaseState.OPEN:
        raise CannotDecide(f"“{title}”正在审核（{case.standing}），不能重复上报。需要修改请先撤回。")
    case = _resubmit(case, title) if case else _first_submit(flow, subject, title, unit)
    _cells_asked_of(case).update(awaiting=F("opened_unit"))
    return _decide(case, Verdict.SUBMIT, by)


def _first_submit(flow: Flow, subject: models.Model, title: str, unit: Unit) -> Case:
    turn = _turn_after(flow, unit, -1)
    if turn is None:
        raise CannotDecide(f"流程“{flow.name}”没有{unit.name}的上级审核环节，请联系省计生协办公室调整流程。")
    case = Case(
        flow=flow,
        unit=unit,
        title=title,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        subject_url=_url_of(subject),
        submitted_at=timezone.now(),
    )
    _hand_to(case, turn)
    try:
        with transaction.atomic():
            case.save()
    except IntegrityError as error:  # somebody else sent the same subject up in this very moment
        raise CannotDecide(f"“{title}”刚刚已由他人上报，请刷新页面查看。") from error
    return case


def _resubmit(case: Case, title: str) -> Case:
    """Open a returned case again at its step."""
    case.title, case.state, case.round = title, CaseState.OPEN, case.round + 1
    case.due_on, case.submitted_at = None, timezone.now()
    case.save()
    return case


def _url_of(subject: models.Model) -> str:
    return subject.get_absolute_url() if hasattr(subject, "get_absolute_url") else ""


def _hand_to(case: Case, turn: _Turn) -> None:
    case.step, case.permission, case.reviewer = turn.index, turn.permission, turn.reviewer


@transaction.atomic
def approve_case(*, case: Case, by: Actor, note: str = "") -> Case:
    """Approve the current step: the case moves to the next level, or is approved where there is none.

    The threads that this level's returns opened are settled with it; at the end of the way, all. Raises
    CannotDecide where it is not this seat's turn, or the person is the one who submitted (two-person rule, ASVS
    2.3.5).
    """
    case = _lock_for_review(case, by)
    senders = case.decisions.filter(verdict=Verdict.SUBMIT).values_list("actor_id", flat=True)
    if by.user_id in senders:
        raise CannotDecide("这件事项由您本人上报，按双人复核的规定，请由本单位另一位同事审核。")
    decided_at = case.step
    turn = _turn_after(case.flow, case.unit, case.step)
    threads = _return_threads(case)
    _settle_all(threads.filter(opened_unit=case.reviewer) if turn else threads, by, "审核通过，此处办结。")
    if turn:
        _hand_to(case, turn)
    else:
        case.state = CaseState.APPROVED
    case.save()
    return _decide(case, Verdict.APPROVE, by, step=decided_at, reason=note)


@transaction.atomic
def return_case(*, case: Case, by: Actor, reason: str, due_on: date, places: Sequence[Place] = ()) -> Case:
    """Return a case for revision until a day, naming the faulty cells; each gets a thread (issue point 12).

    A cell that was returned before goes on in its thread. Raises CannotDecide where it is not this seat's turn,
    the reason is empty, or the day has passed.
    """
    case = _lock_for_review(case, by)
    if not reason.strip():
        raise CannotDecide("退回修改要写明理由，让填报单位知道改什么。")
    if due_on < timezone.localdate():
        raise CannotDecide(f"办理期限{date_cn(due_on)}已过，请选今天或以后的日期。")
    case.state, case.due_on = CaseState.RETURNED, due_on
    case.save()
    named = [_named(place, reason) for place in places]
    for place in named:
        _return_place(case, place, by)
    return _decide(case, Verdict.RETURN, by, reason=reason, due_on=due_on, places=named)


def _named(place: Place, reason: str) -> dict[str, str]:
    key = place["place"]
    return {"place": key, "label": place.get("label") or key, "reason": place.get("reason") or reason}


def _return_place(case: Case, place: dict[str, str], by: Actor) -> None:
    """Ask the case's unit to mend a cell: in the cell's open thread, or in a new one."""
    known = _return_threads(case).filter(place=place["place"], opened_unit=case.reviewer)
    thread = known.select_for_update().first()
    if thread is None:
        thread = _new_thread(
            case.subject_type, case.subject_id, case.unit, case.unit, by,
            place=place["place"], place_label=place["label"], title=case.title,
            url=f"{case.subject_url}#cell-{place['place']}" if case.subject_url else "",
        )  # fmt: skip
    thread.case, thread.due_on, thread.awaiting = case, case.due_on, case.unit
    thread.save()
    _say(thread, place["reason"], by)


@transaction.atomic
def reject_case(*, case: Case, by: Actor, reason: str) -> Case:
    """Refuse a case for good; its cells' threads are settled. Raises CannotDecide as `return_case` does."""
    case = _lock_for_review(case, by)
    if not reason.strip():
        raise CannotDecide("不予通过要写明理由。只需修改的，请用“退回修改”。")
    _settle_all(_return_threads(case), by, "事项不予通过，此处办结。")
    case.state, case.due_on = CaseState.REJECTED, None
    case.save()
    return _decide(case, Verdict.REJECT, by, reason=reason)


@transaction.atomic
def withdraw_case(*, case: Case, by: Actor, reason: str = "") -> Case:
    """Take a case back, by the unit that submitted it and before anybody decided in this round.

    Cells that were returned before wait for its unit again.

    Raises CannotDecide where the case is not under review, another unit submitted it, or a level has decided.
    """
    case = _locked(case)
    _check_open(case)
    this_round = list(case.decisions.filter(round=case.round))
    if any(d.verdict != Verdict.SUBMIT for d in this_round):
        raise CannotDecide("上级已经开始审核，不能撤回。需要修改请联系审核单位退回。")
    if all(d.actor_unit_id != by.unit_id for d in this_round):
        raise CannotDecide("只有上报的单位可以撤回这件事项。")
    case.state, case.due_on = CaseState.WITHDRAWN, None
    case.save()
    _cells_asked_of(case).update(awaiting=F("assignee"))
    return _decide(case, Verdict.WITHDRAW, by, reason=reason)


def _locked(case: Case) -> Case:
    """The case as it is now, held until commit. Without joins: PostgreSQL drops a locked row from its result where
    somebody else has just changed the key that the join goes by."""
    return Case.objects.select_for_update().get(pk=case.pk)


def _check_open(case: Case) -> None:
    if case.state != CaseState.OPEN:
        raise CannotDecide(f"“{case.title}”现在是“{case.get_state_display()}”，不在审核中，请刷新页面查看。")


def _lock_for_review(case: Case, by: Actor) -> Case:
    """Hold the case until commit, where it is under review and it is this seat's turn."""
    case = _locked(case)
    _check_open(case)
    if by.unit_id != case.reviewer_id:
        raise CannotDecide(f"这件事项{case.standing}，还没有轮到您的单位，或者已经过了您的环节。")
    if not by.may(case.permission):
        raise CannotDecide("您的岗位没有审核权限，请由本单位有审核权限的同事办理。")
    return case


_DONE = {
    Verdict.SUBMIT: "case.submitted",
    Verdict.APPROVE: "case.approved",
    Verdict.RETURN: "case.returned",
    Verdict.REJECT: "case.rejected",
    Verdict.WITHDRAW: "case.withdrawn",
}


def _decide(
    case: Case,
    verdict: Verdict,
    by: Actor,
    *,
    step: int | None = None,
    reason: str = "",
    due_on: date | None = None,
    places: Sequence[dict[str, str]] = (),
) -> Case:
    """Write the decision and its event; `step` is where it was made, if the case has moved on since."""
    decision = Decision(
        case=case, unit=case.unit, round=case.round, step=case.step if step is None else step,
        verdict=verdict, reason=reason, due_on=due_on, places=list(places),
    )  # fmt: skip
    decision.sign(by)
    decision.save()
    record(_DONE[verdict], case, by=by, reason=reason, changes={"round": case.round, "places": list(places)})
    return case


# ---- threads


@transaction.atomic
def open_thread(
    *,
    subject: models.Model,
    unit: Unit,
    title: str,
    body: str,
    by: Actor,
    assignee: Unit | None = None,
    place: str = "",
    place_label: str = "",
    url: str = "",
    due_on: date | None = None,
) -> Thread:
    """Open talk on a matter of `unit`, and ask a unit (the matter's own, unless named) to answer by a day.

    `url` is where the matter stands, by default the subject's page. Raises CannotOpen where nothing is said, or
    the asked unit would not see the matter: only the matter's unit and those above it do.
    """
    assignee = assignee or unit
    if not body.strip():
        raise CannotOpen("请写明要说的事。")
    if not unit.path.startswith(assignee.path):
        raise CannotOpen(f"{assignee.name}看不到{unit.name}的事项，请改为请{unit.name}或它的上级办理。")
    thread = _new_thread(
        subject._meta.label_lower, str(subject.pk), unit, assignee, by,
        place=place, place_label=place_label, title=title, url=url or _url_of(subject), due_on=due_on,
    )  # fmt: skip
    thread.save()
    _say(thread, body, by)
    return thread


def _new_thread(
    subject_type: str, subject_id: str, unit: Unit, assignee: Unit, by: Actor, **rest: Any
) -> Thread:
    return Thread(
        subject_type=subject_type, subject_id=subject_id, unit=unit, assignee=assignee, awaiting=assignee,
        opened_by_id=by.user_id, opened_by_name=by.name, opened_unit=_unit_of(by, Unit.objects.all()), **rest,
    )  # fmt: skip


@transaction.atomic
def reply_thread(*, thread: Thread, body: str, by: Actor) -> Message:
    """Say a word in an open thread; the asked unit's answer turns the wait to the opener, and back.

    Raises CannotReply where nothing is said or the thread is settled.
    """
    thread = _locked_thread(thread)
    if not body.strip():
        raise CannotReply("请写明答复的内容。")
    if not thread.is_open:
        raise CannotReply("这件事已经办结，不能再答复。有新情况请另开一条讨论。")
    if by.unit_id in (thread.assignee_id, thread.opened_unit_id):
        thread.awaiting = thread.opened_unit if by.unit_id == thread.assignee_id else thread.assignee
        thread.save()
    return _say(thread, body, by)


@transaction.atomic
def settle_thread(*, thread: Thread, by: Actor, note: str = "") -> Thread:
    """Close a thread whose matter is settled: by the unit that opened it, or one above that.

    The asked unit answers and does not settle. Raises CannotSettle otherwise, or where it is settled already.
    """
    thread = _locked_thread(thread)
    if not thread.is_open:
        raise CannotSettle("这件事已经办结。")
    if not may_settle(thread, by):
        raise CannotSettle(f"只有发起单位{thread.opened_unit.name}或它的上级可以办结，请先答复，由对方确认。")
    return _settle(thread, by, note)


def may_settle(thread: Thread, by: Actor) -> bool:
    """Whether the seat is the opener's unit, or above it and not the one asked."""
    if by.unit_id == thread.opened_unit_id:
        return True
    return by.unit_id != thread.assignee_id and thread.opened_unit.path.startswith(by.path)


def _locked_thread(thread: Thread) -> Thread:
    return Thread.objects.select_for_update().get(pk=thread.pk)


def _return_threads(case: Case) -> models.QuerySet[Thread]:
    """The open threads that returns of the case's subject opened, in this case or one withdrawn before."""
    return Thread.objects.on(case.subject_type, case.subject_id).open().filter(case__isnull=False)


def _cells_asked_of(case: Case) -> models.QuerySet[Thread]:
    """Those of them that ask the case's own unit to mend something."""
    return _return_threads(case).filter(assignee=case.unit)


def _settle_all(threads: models.QuerySet[Thread], by: Actor, note: str) -> None:
    for thread in threads.select_for_update():  # one that somebody settles meanwhile is not settled twice
        _settle(thread, by, note)


def _settle(thread: Thread, by: Actor, note: str) -> Thread:
    if note.strip():
        _say(thread, note, by)
    thread.state, thread.settled_at = ThreadState.SETTLED, timezone.now()
    thread.settled_by_id, thread.settled_by_name = by.user_id, by.name
    thread.save()
    record("thread.settled", thread, by=by, reason=note)
    return thread


def _say(thread: Thread, body: str, by: Actor) -> Message:
    """Write a message; the first one of a thread is its opening."""
    verb = "thread.replied" if thread.messages.exists() else "thread.opened"
    message = Message(thread=thread, unit=thread.unit, body=body.strip())
    message.sign(by)
    message.save()
    record(verb, thread, by=by)
    return message
