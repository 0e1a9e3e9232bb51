"""Deciding in a batch: 1,000 cases of a county's reports approved at once, with all that follows."""

import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from bench.scratch import result, scratch_database
from fpa.access.models import Level, Unit
from fpa.access.roles import ROLES
from fpa.access.scope import scoped, whole_province
from fpa.approval.actions.cases import new_case, new_decision
from fpa.approval.actions.turns import bulk_tasks, stand_at
from fpa.approval.models import Case, Decision, Flow, Verdict
from fpa.approval.steps import next_turn
from fpa.core.actor import Actor
from fpa.reporting.actions.collections import issue_collection
from fpa.reporting.actions.reviewing import approve_submissions
from fpa.reporting.cases import SUBMISSION
from fpa.reporting.models import Cell, Collection, State, Submission, ensure_path
from fpa.reporting.standard_forms import ensure_forms, flow_code

CASES = 1_000
LIMIT_S = 5.0


def run() -> list[dict[str, Any]]:
    """Seconds of one batch of a township's reports, all of them its own to review."""
    with scratch_database():
        with whole_province():
            reviewer, submissions = _reports()
        started = time.perf_counter()
        with scoped(reviewer.path):
            left = approve_submissions(submissions=submissions, by=reviewer).failed
        seconds = time.perf_counter() - started
        with whole_province():
            done = Submission.objects.filter(state=State.APPROVED).count()
    if left or done != CASES:
        raise RuntimeError(f"{done} of {CASES} were approved, {len(left)} left: {left[:3]}")
    return [result("1,000 cases decided in one batch", seconds, LIMIT_S, "s")]


def _reports() -> tuple[Actor, list[Submission]]:
    """A thousand reports that wait for one township: all villages of some counties, moved below it for the measure."""
    township = Unit.objects.filter(level=4).order_by("path")[0]
    villages = list(Unit.objects.filter(level=5).order_by("path")[:CASES])
    Unit.objects.filter(pk__in=[v.pk for v in villages]).update(parent=township)
    for n, village in enumerate(villages):
        village.parent, village.path = township, f"{township.path}{n + 10_000}/"
    Unit.objects.bulk_update(villages, ["path"])
    collection = _collection()
    rows = [Submission(unit=v, collection=collection) for v in villages]
    submissions = Submission.objects.bulk_create(ensure_path(rows))
    Cell.objects.bulk_create(ensure_path([_cell(s, key) for s in submissions for key in VALUES]))
    _send_up(submissions, township)
    return _seat(township, "township"), list(Submission.objects.whole())


def _send_up(submissions: list[Submission], township: Unit) -> None:
    """The cases of the reports, as `submit_submission` leaves them one by one."""
    now = timezone.now()
    Submission.objects.update(state=State.SUBMITTED, first_submitted_at=now, last_submitted_at=now)
    flow = Flow.objects.get(code=flow_code(Level.VILLAGE))
    made = [new_case(SUBMISSION, s, str(s), s.unit, flow=flow) for s in submissions]
    turn = next_turn(flow, made[0].unit, -1, {}, SUBMISSION.terms)
    assert turn
    for case in made:
        stand_at(case, turn)
        case.reviewer_path = township.path
    cases = Case.objects.bulk_create(ensure_path(made))
    bulk_tasks([(case, turn) for case in cases])
    senders = [new_decision(case, Verdict.SUBMIT, _seat(case.unit, "village")) for case in cases]
    Decision.objects.bulk_create(senders)


VALUES = {"visit.households": Decimal(30), "visit.value": Decimal(30_000)}


def _cell(submission: Submission, key: str) -> Cell:
    return Cell(
        submission=submission, unit=submission.unit, key=key, period="2023H1", value=VALUES[key], version=1,
        saved_by="测量",
    )  # fmt: skip


def _seat(unit: Unit, role: str) -> Actor:
    return Actor(
        user_id=10_000_000 + unit.pk, name="测量", unit_id=unit.pk, unit_name=unit.name, path=unit.path,
        level=unit.level, role=role, permissions=ROLES[role].permissions,
    )  # fmt: skip


def _collection() -> Collection:
    province, today = Unit.objects.get(parent=None), timezone.localdate()
    form = next(form for form in ensure_forms(province) if form.code == "visit")
    return issue_collection(
        form=form, title="走访慰问", period="2023H1", fill_level=5, opens_on=today, due_on=today + timedelta(days=5),
        locks_on=today + timedelta(days=9), by=replace(_seat(province, "office"), path="/"),
    )  # fmt: skip
