"""Every write of training, one function a business verb."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.approval.actions import submit_case
from fpa.approval.models import Case
from fpa.approval.states import ReviewState
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, date_cn
from fpa.core.refusals import Refusal
from fpa.figures.freshness import mark_stale
from fpa.files.actions import keep_file
from fpa.files.inspection import Upload
from fpa.pages.queries import units_named
from fpa.pages.rows import as_new, save_changes, save_new, tidy
from fpa.pages.rules import fault_of_day
from fpa.registers.catalogue import NumberKind, declare_number
from fpa.registers.numbers import take_number
from fpa.training.cases import PLAN
from fpa.training.models import (
    Certificate,
    Material,
    Participant,
    Plan,
    Session,
    SessionLevel,
    SessionState,
)

NUMBER = declare_number(NumberKind("training_certificate", "培训证书", "{mark}培证〔{year}〕{n}号"))


class CannotPlan(Refusal):
    """The plan can't be so; the message says why, in Chinese."""


class CannotHold(Refusal):
    """The session can't be so."""


class CannotEnrol(Refusal):
    """The person can't be put on the session's list, or taken off it."""


class CannotCertify(Refusal):
    """No such certificate can be given, or taken back."""


@transaction.atomic
def add_plan(*, unit: Unit, year: int, by: Actor, **facts: Any) -> Plan:
    """Write down what a current unit at or below the actor's plans for a year; the province's is in force at once.

    Raises `CannotPlan`.
    """
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotPlan("只能登记本单位及下级现有单位的培训计划，请重新选择单位。")
    state = ReviewState.APPROVED if unit.level == Level.PROVINCE else ReviewState.DRAFT
    facts = tidy(Plan, facts)
    plan, is_new = Plan.objects.get_or_create(unit=unit, year=year, defaults={"state": state, **facts})
    if not is_new:
        raise CannotPlan(f"{unit.association}已登记{year}年的培训计划，请打开它修改。")
    record("plan.added", plan, by=by, changes=as_new({"year": year, **facts}))
    return plan


@transaction.atomic
def edit_plan(*, plan: Plan, by: Actor, **facts: Any) -> Plan:
    """Change a plan that is not under review and not decided on. Raises `CannotPlan`."""
    return save_changes(_locked_plan(plan), "plan.edited", by=by, **facts)


@transaction.atomic
def submit_plan(*, plan: Plan, by: Actor) -> Case:
    """Send a plan up; its state follows the case (`cases.py`). Raises `CannotPlan`, `CannotDecide`."""
    plan = _locked_plan(plan)
    if plan.is_province:
        raise CannotPlan("省级培训计划没有上级审核，登记后即可据此办班，无需报送。")
    return submit_case(kind=PLAN, subject=plan, title=str(plan), unit=plan.unit, by=by)


def _locked_plan(plan: Plan) -> Plan:
    plan = Plan.objects.lock(plan)
    if not plan.is_open_to_change:
        raise CannotPlan(f"“{plan}”{plan.get_state_display()}，不能修改或再次报送。")
    return plan


@transaction.atomic
def add_session(*, unit: Unit, by: Actor, **facts: Any) -> Session:
    """Open a session held by a current unit at or below the actor's; `facts` are the model's. Raises `CannotHold`."""
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotHold("主办单位只能是本单位及下级现有单位，请重新选择。")
    session = Session(unit=unit, **facts)
    _check_session(session)
    return save_new(session, "session.added", by=by, **facts)


@transaction.atomic
def edit_session(*, session: Session, by: Actor, **facts: Any) -> Session:
    """Correct an open session. Raises `CannotHold`."""
    session = _locked(session)
    wanted = Session(unit=session.unit, **facts)
    _check_session(wanted)
    session.co_holders = wanted.co_holders
    return save_changes(session, "session.edited", by=by, **facts)


def _locked(session: Session) -> Session:
    """The session, held until commit. Raises `CannotHold` where it is closed."""
    session = Session.objects.lock(session)
    if not session.is_open:
        raise CannotHold(f"“{session}”已办结，不能再改；确需更正，请先退回未办结。")
    return session


def _check_session(session: Session) -> None:
    """Find the units that hold it too; raise `CannotHold` where the session can't be so."""
    if session.ends_on < session.starts_on:
        raise CannotHold("结束日期不能早于开始日期，请核对。")
    host, plan = session.unit, session.plan
    is_nations = session.level == SessionLevel.NATION and host.level == Level.PROVINCE
    if session.level < host.level and not is_nations:
        raise CannotHold(f"{host.name}主办的培训不能高于{host.get_level_display()}级，请核对级别。")
    if plan and (plan.unit_id, plan.year) != (host.pk, session.ends_on.year):
        raise CannotHold(f"“{plan}”不是{host.name}{session.ends_on.year}年的计划，请重新选择。")
    bodies = units_named(f"{session.organizer}、{session.partners}")
    session.co_holders = sorted({found[0].path for _, found in bodies if len(found) == 1} - {host.path})


@transaction.atomic
def close_session(*, session: Session, by: Actor) -> Session:
    """Close a session that is over: from now on it counts, and who took part stays. Raises `CannotHold`."""
    session = _locked(session)
    if fault := fault_of_day("结束日期", session.ends_on, earliest=date.min, earliest_label=""):
        raise CannotHold(f"培训还没有结束：{fault}")
    count = session.attendance.count()
    if not count:
        raise CannotHold("还没有登记参训人员，请先粘贴或导入名单，再办结。")
    _turn(session, SessionState.CLOSED)
    record("session.closed", session, by=by, changes={"people": count})
    return session


def _turn(session: Session, state: SessionState) -> None:
    session.state = state
    session.save()
    mark_stale(Session, session.path, since=session.ends_on)


@transaction.atomic
def reopen_session(*, session: Session, reason: str, by: Actor) -> Session:
    """Open a closed session again to correct it; meanwhile it does not count. Raises `CannotHold`."""
    session = Session.objects.lock(session)
    if session.is_open:
        raise CannotHold(f"“{session}”本来就没有办结，可以直接修改。")
    if Certificate.objects.in_force().filter(participant__session=session).exists():
        raise CannotHold("这个班已经发证，不能退回；确需更正，请先作废证书。")
    _turn(session, SessionState.OPEN)
    record("session.reopened", session, by=by, reason=reason)
    return session


@transaction.atomic
def add_participant(*, session: Session, unit: Unit, name: str, by: Actor, **facts: Any) -> Participant:
    """Put a person of a unit at or below the actor's on an open session's list. Raises `CannotEnrol`, `CannotHold`."""
    session, name = _locked(session), clean(name)
    if not unit.path.startswith(by.path):
        raise CannotEnrol("所在单位只能是本单位及下级单位；外单位的老师请选本单位，在“职务”里写明来处。")
    if Participant.objects.filter(session=session, unit=unit, name=name).exists():
        raise CannotEnrol(f"{unit.name}的{name}已在这个班的名单里，无需重复登记。")
    told = {"session": str(session)}
    person = Participant(session=session, unit=unit)
    return save_new(person, "participant.added", by=by, told=told, name=name, **facts)


@transaction.atomic
def remove_participant(*, participant: Participant, reason: str, by: Actor) -> Session:
    """Take someone off an open session's list, where they stood by mistake. Raises `CannotEnrol`, `CannotHold`."""
    session = _locked(participant.session)
    if participant.certificates.exists():
        raise CannotEnrol(f"{participant}在这个班发过证书，不能从名单移除。")
    record("participant.removed", participant, by=by, changes={"session": str(session)}, reason=reason)
    participant.delete()
    return session


@transaction.atomic
def add_material(*, session: Session, title: str, upload: Upload, by: Actor) -> Material:
    """Keep a file of a session, before it is closed or after."""
    file = keep_file(upload=upload, unit=session.unit, permission="training.view", by=by)
    material = Material.objects.create(unit=session.unit, session=session, title=title, attachment=file)
    record("material.added", material, by=by, changes={"session": str(session), "sm3": file.digest})
    return material


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
    given = [_certificate(each, session.unit, issued_on, by) for each in session.attendance.certifiable()]
    if not given:
        raise CannotCertify("没有需要发证的学员：都已发证、考核不合格，或者只登记了授课老师。")
    Certificate.objects.bulk_create(given)
    mark_stale(Certificate, session.path, since=issued_on)
    numbers = f"{given[0]}至{given[-1]}"
    record("certificate.issued", session, by=by, changes={"certificates": len(given), "numbers": numbers})
    return given


def _certificate(participant: Participant, unit: Unit, day: date, by: Actor) -> Certificate:
    number = take_number(kind=NUMBER.code, unit=unit, year=day.year, by=by).text
    return Certificate(participant=participant, unit=unit, path=unit.path, number=number, issued_on=day)


@transaction.atomic
def revoke_certificate(*, certificate: Certificate, reason: str, by: Actor) -> Certificate:
    """Declare a certificate void from today on; its number is not given again. Raises `CannotCertify`."""
    certificate = Certificate.objects.lock(certificate)
    if certificate.revoked_on:
        raise CannotCertify(f"{certificate}已于{date_cn(certificate.revoked_on)}作废，无需重复办理。")
    certificate.revoked_on = timezone.localdate()
    certificate.save()
    mark_stale(Certificate, certificate.path, since=certificate.issued_on)
    changes = {"revoked_on": [None, certificate.revoked_on]}
    record("certificate.revoked", certificate, by=by, changes=changes, reason=reason)
    return certificate
