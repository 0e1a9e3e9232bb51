"""Deciding on many cases at once: a bounded number of statements, whatever their number, and each failure by name."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.approval.actions import turns
from fpa.approval.actions.cases import changes_of, new_decision, reject_case, return_case
from fpa.approval.actions.refusals import TWO_PERSONS, CannotDecide
from fpa.approval.actions.returned_places import return_threads
from fpa.approval.kinds import CaseKind, Changes, kind_of
from fpa.approval.models import Case, CaseState, Decision, Flow, Task, TaskKind, TaskState, Verdict
from fpa.approval.steps import Turn, asks_of, next_turn
from fpa.audit.record import record_all
from fpa.core.actor import Actor
from fpa.threads.actions import settle_all
from fpa.threads.models import Thread

ALONE = "这一环节要逐件填写评分或金额，请打开单独办理。"
AMENDS = "这是变更申请，请打开核对变更的内容，单独办理。"


@dataclass
class BatchResult:
    """What became of a batch: the cases that were decided, and title and reason of each that was not."""

    done: list[Case] = field(default_factory=list)
    failed: list[tuple[Case, str]] = field(default_factory=list)


@dataclass
class _Held:
    """A case of the batch with the seat's task on it and where it goes."""

    case: Case
    task: Task
    turn: Turn | None = None


@transaction.atomic
def decide_cases(
    *, cases: Sequence[Case], verdict: str, by: Actor, reason: str = "", due_on: date | None = None
) -> BatchResult:
    """Decide alike on many cases. What can't be decided so is left as it is, and named with its reason.

    Approvals are set-based: 1,000 cases take a bounded number of statements, one event each. Returns and rejections
    go one by one, since each opens or settles its own threads.
    """
    if verdict == Verdict.APPROVE:
        return _approve_all(cases, by, reason)
    result = BatchResult()
    for case in cases:
        try:
            result.done.append(_decide_one(case, verdict, by, reason, due_on))
        except CannotDecide as refusal:
            result.failed.append((case, str(refusal)))
    return result


def _decide_one(case: Case, verdict: str, by: Actor, reason: str, due_on: date | None) -> Case:
    if verdict == Verdict.REJECT:
        return reject_case(case=case, by=by, reason=reason)
    return return_case(case=case, by=by, reason=reason, due_on=due_on or timezone.localdate())


def _approve_all(cases: Sequence[Case], by: Actor, note: str) -> BatchResult:
    result = BatchResult()
    found = Case.objects.select_for_update().filter(pk__in=[case.pk for case in cases]).order_by("pk")
    held = _checked(_with_names(list(found)), by, result)
    over, waiting = _sorted_by_step(held)
    decisions = _written(held, by, note)
    _finish(held, by)
    _move(over)
    _settle(over, by)
    _follow(over, waiting, decisions, by, note)
    result.done = [h.case for h in held]
    return result


def _with_names(cases: list[Case]) -> list[Case]:
    """The cases with their flows and units: two statements for all."""
    flows = Flow.objects.in_bulk({c.flow_id for c in cases if c.flow_id})
    units = Unit.objects.in_bulk({c.unit_id for c in cases} | {c.reviewer_id for c in cases})
    for case in cases:
        case.unit, case.reviewer = units[case.unit_id], units[case.reviewer_id]
        case.flow = flows[case.flow_id] if case.flow_id else None
    return cases


def _checked(cases: list[Case], by: Actor, result: BatchResult) -> list[_Held]:
    """Those that the seat may approve now; the others are named in the result."""
    open_tasks = Task.objects.open().filter(case__in=cases).select_for_update().order_by("id")
    by_case = defaultdict[int, list[Task]](list)
    for each in open_tasks:
        by_case[each.case_id].append(each)
    sent = Decision.objects.filter(case__in=cases, verdict=Verdict.SUBMIT, actor_id=by.user_id)
    own = set(sent.values_list("case", flat=True)) if by.user_id else set()
    problems = _problems(cases)
    held = []
    for case in cases:
        task = next((t for t in by_case[case.pk] if turns.is_for(t, by)), None)
        fault = _fault(case, task, by, case.pk in own) or problems.get(case.pk, "")
        if fault or task is None:
            result.failed.append((case, fault))
        else:
            held.append(_Held(case, task))
    return held


def _problems(cases: Sequence[Case]) -> dict[int, str]:
    """What the kinds have against approving cases unseen, by case."""
    found: dict[int, str] = {}
    for kind, of_kind in _by_kind(cases).items():
        found |= kind_of(kind).problems(of_kind)
    return found


def _by_kind(cases: Sequence[Case]) -> dict[str, list[Case]]:
    groups = defaultdict[str, list[Case]](list)
    for case in cases:
        groups[case.kind].append(case)
    return groups


def _fault(case: Case, task: Task | None, by: Actor, is_own: bool) -> str:
    if case.state != CaseState.OPEN:
        return f"现在是“{case.get_state_display()}”，不在审核中。"
    if task is None:
        return turns.out_of_turn(case, by)
    if by.user_id in task.recused:
        return "您已申请回避这件事项，请由本单位其他同事办理。"
    if task.kind != TaskKind.REVIEW:
        return f"现在的环节是“{case.step_label}”，不能批量通过，请打开单独办理。"
    if asks_of(case, kind_of(case.kind).asks) - {"file"}:
        return ALONE
    if case.changes:
        return AMENDS
    return TWO_PERSONS if is_own else ""


def _sorted_by_step(held: list[_Held]) -> tuple[list[_Held], list[_Held]]:
    """Those whose step is over with this approval, each with its next turn; and those that wait for others."""
    joint = [h.case.pk for h in held if h.case.current_step.get("also")]
    others = Task.objects.open().filter(case__in=joint).exclude(pk__in=[h.task.pk for h in held])
    waits = set(others.values_list("case", flat=True))
    over = [h for h in held if h.case.pk not in waits or h.case.current_step.get("closes") == "any"]
    above = _units_above([h.case.unit for h in over])
    for h in over:
        terms, units = kind_of(h.case.kind).terms, above[h.case.unit_id]
        h.turn = next_turn(h.case.flow, h.case.unit, h.case.step, h.case.facts, terms, units)
    moved = {h.case.pk for h in over}
    return over, [h for h in held if h.case.pk not in moved]


def _units_above(units: Sequence[Unit]) -> dict[int, dict[int, Unit]]:
    """For each unit the units above it, by level: one statement for all."""
    steps = {path for unit in units for path in _paths_above(unit.path)}
    known = {unit.path: unit for unit in Unit.objects.filter(path__in=steps)}
    return {
        unit.pk: {known[p].level: known[p] for p in _paths_above(unit.path) if p in known} for unit in units
    }


def _paths_above(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[: n + 1]) + "/" for n in range(len(parts) - 2)]


def _written(held: list[_Held], by: Actor, note: str) -> dict[int, Decision]:
    made = [new_decision(h.case, Verdict.APPROVE, by, reason=note, task=h.task) for h in held]
    return {decision.case_id: decision for decision in Decision.objects.bulk_create(made)}


def _finish(held: list[_Held], by: Actor) -> None:
    done = Task.objects.filter(pk__in=[h.task.pk for h in held])
    done.update(state=TaskState.DONE, done_at=timezone.now(), post_id=by.post_id)


def _move(over: list[_Held]) -> None:
    """Put the cases to their next steps, one statement a step and reviewer; those without one are approved."""
    groups = defaultdict[tuple[int, int] | None, list[_Held]](list)
    for h in over:
        groups[(h.turn.index, h.turn.reviewer.pk) if h.turn else None].append(h)
    Task.objects.open().filter(case__in=[h.case.pk for h in over]).update(state=TaskState.CLOSED)
    for group in groups.values():
        _move_alike(group)
    turns.bulk_tasks([(h.case, h.turn) for h in over if h.turn])


def _move_alike(group: list[_Held]) -> None:
    rows, turn = Case.objects.filter(pk__in=[h.case.pk for h in group]), group[0].turn
    if turn is None:
        rows.update(state=CaseState.APPROVED)
    else:
        where = {"reviewer": turn.reviewer, "reviewer_path": turn.reviewer.path}
        rows.update(step=turn.index, permission=turn.permission, **where)
    for h in group:
        if turn is None:
            h.case.state = CaseState.APPROVED
        else:
            turns.stand_at(h.case, turn)


def _settle(over: list[_Held], by: Actor) -> None:
    """Settle the threads that these approvals settle; most cases have none."""
    subjects = {h.case.subject_id for h in over}
    kinds = {h.case.kind for h in over}
    asked = Thread.objects.open().filter(subject_id__in=subjects, case__kind__in=kinds)
    talked = set(asked.values_list("subject_type", "subject_id"))
    for h in over:
        if (h.case.subject_type, h.case.subject_id) in talked:
            rows = return_threads(h.case)
            settle_all(rows.filter(opened_unit=by.unit_id) if h.turn else rows, by, "审核通过，此处办结。")


def _follow(
    over: list[_Held], waiting: list[_Held], decisions: Mapping[int, Decision], by: Actor, note: str
) -> None:
    """Do what follows, kind by kind, and leave an event for each case."""
    last = [h.case for h in over if h.turn is None]
    steps = [h.case for h in over if h.turn] + [h.case for h in waiting]
    changes: dict[int, Changes] = {}
    for code, cases in _by_kind(last).items():
        changes |= _follow_last(kind_of(code), cases, decisions, by)
    for case in steps:
        changes[case.pk] = kind_of(case.kind).on_step(case, decisions[case.pk], by)
    for code, cases in _by_kind([*last, *steps]).items():
        _tell(kind_of(code), cases, decisions, changes, by, note)


def _follow_last(
    kind: CaseKind, cases: list[Case], decisions: Mapping[int, Decision], by: Actor
) -> Mapping[int, Changes]:
    if kind.on_approved_many:
        return kind.on_approved_many(cases, [decisions[case.pk] for case in cases], by)
    return {case.pk: kind.on_approved(case, decisions[case.pk], by) for case in cases}


def _tell(
    kind: CaseKind,
    cases: list[Case],
    decisions: Mapping[int, Decision],
    changes: Mapping[int, Changes],
    by: Actor,
    note: str,
) -> None:
    things = kind.subjects_of(cases) if kind.verbs else {case.pk: case for case in cases}
    told = [(things[case.pk], changes_of(decisions[case.pk], changes.get(case.pk))) for case in cases]
    record_all(kind.verb_of(Verdict.APPROVE), told, by=by, reason=note)
