"""Every write of training, one function a business verb."""

from datetime import date
from typing import Any

from django.db import transaction

from fpa.access.models import Unit
from fpa.approval.models import Case
from fpa.approval.subjects import submit_reviewed
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean
from fpa.core.refusals import Refusal
from fpa.figures.freshness import mark_stale
from fpa.files.inspection import Upload
from fpa.files.record_files import keep_record_file
from fpa.pages.attendance import enrol, strike_off
from fpa.pages.closing import ClosingState, lock_closed, turn
from fpa.pages.rows import as_new, save_changes, save_new, tidy
from fpa.pages.rules import check_own_unit, fault_of_day
from fpa.registers.catalogue import NumberKind, declare_number
from fpa.registers.paper_actions import CannotGive, give_papers, revoke_paper
from fpa.training.cases import PLAN
from fpa.training.models import Certificate, Material, Participant, Plan, Session

NUMBER = declare_number(NumberKind("training_certificate", "培训证书", "{mark}培证〔{year}〕{n}号"))


class CannotPlan(Refusal):
    """The plan can't be so; the message says why, in Chinese."""


class CannotHold(Refusal):
    """The session can't be so."""


class CannotEnrol(Refusal):
    """The person can't be put on the session's list, or taken off it."""


class CannotCertify(CannotGive):
    """No such certificate can be given."""


@transaction.atomic
def add_plan(*, unit: Unit, year: int, by: Actor, **facts: Any) -> Plan:
    """Write down what a current unit at or below the actor's plans for a year; the province's is in force at once.

    Raises `CannotPlan`.
    """
    check_own_unit(unit, CannotPlan, by=by)
    facts, state = tidy(Plan, facts), Plan.first_state(unit)
    plan, is_new = Plan.objects.get_or_create(unit=unit, year=year, defaults={"state": state, **facts})
    if not is_new:
        raise CannotPlan(f"{unit.association}已登记{year}年的培训计划，请打开它修改。")
    record("plan.added", plan, by=by, changes=as_new({"year": year, **facts}))
    return plan


@transaction.atomic
def edit_plan(*, plan: Plan, by: Actor, **facts: Any) -> Plan:
    """Change a plan that is not under review and not decided on. Raises `CannotPlan`."""
    return save_changes(Plan.objects.lock_open(plan, CannotPlan), "plan.edited", by=by, **facts)


@transaction.atomic
def submit_plan(*, plan: Plan, by: Actor) -> Case:
    """Send a plan up; its state follows the case (`cases.py`). Raises `CannotPlan`, `CannotDecide`."""
    return submit_reviewed(plan, kind=PLAN, refusal=CannotPlan, by=by)


@transaction.atomic
def add_session(*, unit: Unit, by: Actor, **facts: Any) -> Session:
    """Open a session held by a current unit at or below the actor's; `facts` are the model's. Raises `CannotHold`."""
    check_own_unit(unit, CannotHold, by=by)
    session = Session(unit=unit, **facts)
    _check_session(session)
    return save_new(session, "session.added", by=by, **facts)


@transaction.atomic
def edit_session(*, session: Session, by: Actor, **facts: Any) -> Session:
    """Correct an open session. Raises `CannotHold`."""
    session = Session.objects.lock_open(session, CannotHold)
    wanted = Session(unit=session.unit, **facts)
    _check_session(wanted)
    session.co_holders = wanted.co_holders
    return save_changes(session, "session.edited", by=by, **facts)


def _check_session(session: Session) -> None:
    """Find the units that hold it too; raise `CannotHold` where the session can't be so."""
    host, plan = session.unit, session.plan
    if session.fault:
        raise CannotHold(session.fault)
    if plan and (plan.unit_id, plan.year) != (host.pk, session.ends_on.year):
        raise CannotHold(f"“{plan}”不是{host.name}{session.ends_on.year}年的计划，请重新选择。")
    session.find_co_holders()


@transaction.atomic
def close_session(*, session: Session, by: Actor) -> Session:
    """Close a session that is over: from now on it counts, and who took part stays. Raises `CannotHold`."""
    session = Session.objects.lock_open(session, CannotHold)
    if fault := fault_of_day("结束日期", session.ends_on):
        raise CannotHold(f"培训还没有结束：{fault}")
    count = session.attendance.count()
    if not count:
        raise CannotHold("还没有登记参训人员，请先粘贴或导入名单，再办结。")
    mark_stale(Session, session.path, since=session.ends_on)
    return turn(session, ClosingState.CLOSED, "session.closed", by=by, people=count)


@transaction.atomic
def reopen_session(*, session: Session, reason: str, by: Actor) -> Session:
    """Open a closed session again to correct it; meanwhile it does not count. Raises `CannotHold`."""
    session = lock_closed(session, CannotHold)
    if Certificate.objects.in_force().filter(participant__session=session).exists():
        raise CannotHold("这个班已经发证，不能退回；确需更正，请先作废证书。")
    mark_stale(Session, session.path, since=session.ends_on)
    return turn(session, ClosingState.OPEN, "session.reopened", by=by, reason=reason)


@transaction.atomic
def add_participant(*, session: Session, unit: Unit, name: str, by: Actor, **facts: Any) -> Participant:
    """Put a person of a unit at or below the actor's on an open session's list. Raises `CannotEnrol`, `CannotHold`."""
    session = Session.objects.lock_open(session, CannotHold)
    person = Participant(session=session, unit=unit, name=clean(name))
    return enrol(person, "participant.added", refusal=CannotEnrol, by=by, **facts)


@transaction.atomic
def remove_participant(*, participant: Participant, reason: str, by: Actor) -> Session:
    """Take someone off an open session's list, where they stood by mistake. Raises `CannotEnrol`, `CannotHold`."""
    Session.objects.lock_open(participant.session, CannotHold)
    if participant.certificates.exists():
        raise CannotEnrol(f"{participant}在这个班发过证书，不能从名单移除。")
    return strike_off(participant, "participant.removed", reason=reason, by=by)


@transaction.atomic
def add_material(*, session: Session, title: str, upload: Upload, by: Actor) -> Material:
    """Keep a file of a session, before it is closed or after."""
    row = Material(unit=session.unit, session=session, title=title)
    return keep_record_file(row, "material.added", upload=upload, permission="training.view", by=by)


@transaction.atomic
def issue_certificates(*, session: Session, issued_on: date, by: Actor) -> list[Certificate]:
    """Give everyone of a closed session who did not fail a certificate with the 主办's next number.

    Raises `CannotCertify`, and `CannotNumber` where the unit has no 发文代字.
    """
    session = Session.objects.lock(session)
    if session.is_open:
        raise CannotCertify("培训办结以后才能发证，请先办结。")
    if fault := fault_of_day("发证日期", issued_on, earliest=session.ends_on, earliest_label="培训结束日期"):
        raise CannotCertify(fault)
    unit, people = session.unit, session.attendance.certifiable()
    wanted = [Certificate(participant=person, unit=unit, issued_on=issued_on) for person in people]
    if not wanted:
        raise CannotCertify("没有需要发证的学员：都已发证、考核不合格，或者只登记了授课老师。")
    given = give_papers(papers=wanted, kind=NUMBER.code, by=by)
    mark_stale(Certificate, session.path, since=issued_on)
    numbers = f"{given[0]}至{given[-1]}"
    record("certificate.issued", session, by=by, changes={"certificates": len(given), "numbers": numbers})
    return given


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by: Actor) -> Certificate:
    """Declare a certificate void from today on; its number is not given again. Raises `CannotGive`."""
    paper = revoke_paper(paper=certificate, verb="certificate.revoked", reason=reason, by=by)
    mark_stale(Certificate, paper.path, since=paper.issued_on)
    return paper
