"""The lists of training; a certificate's and a session's rows are found by `?session=`."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import django_filters as filters
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from fpa.core.actor import Actor
from fpa.core.lists import Column, Link, Status, Tone, is_export
from fpa.pages.declared_lists import List
from fpa.pages.filters import SeatFilters, UnitFilter
from fpa.training.models import Certificate, Participant, Plan, PlanState, Role, Session, SessionKind
from fpa.training.models import SessionLevel as Level

PLANS = Plan.objects.select_related("unit")
SESSIONS = Session.objects.select_related("unit", "task", "plan")
PARTICIPANTS = Participant.objects.select_related("unit", "session")
CERTIFICATES = Certificate.objects.select_related("unit", "participant__session", "participant__unit")
TONES: dict[str, Tone] = {
    PlanState.DRAFT: "plain",
    PlanState.SUBMITTED: "waiting",
    PlanState.RETURNED: "returned",
    PlanState.APPROVED: "done",
    PlanState.REJECTED: "off",
}
UNIT = Column("unit", "单位", lambda row: row.unit.name)
CODE = Column("code", "区划代码", lambda row: row.unit.code, kind="code", default=False)


def state_of_plan(plan: Plan) -> Status:
    """Where the plan stands, by word and shape."""
    return Status(plan.get_state_display(), TONES[plan.state])


def state_of(session: Session) -> Status:
    """Whether it is closed, by word and shape."""
    return Status(session.get_state_display(), "waiting" if session.is_open else "done")


def state_of_certificate(certificate: Certificate) -> Status:
    """Whether it is in force, by word and shape."""
    return Status("已作废", "off") if certificate.revoked_on else Status("有效", "done")


class PlanFilters(SeatFilters):
    """Find plans."""

    year = filters.NumberFilter(label="年度")
    unit = UnitFilter(label="单位（含下级）")
    state = filters.ChoiceFilter(label="状态", choices=PlanState.choices)


class SessionFilters(SeatFilters):
    """Find sessions."""

    ended = filters.DateFromToRangeFilter(label="结束日期", field_name="ends_on")
    unit = UnitFilter(label="主办单位（含下级）")
    level = filters.ChoiceFilter(label="级别", choices=Level.choices)
    kind = filters.ChoiceFilter(label="对象", choices=SessionKind.choices)


class ParticipantFilters(SeatFilters):
    """Find who took part."""

    name = filters.CharFilter(label="姓名", field_name="name", lookup_expr="prefix")
    unit = UnitFilter(label="所在单位（含下级）")
    role = filters.ChoiceFilter(label="身份", choices=Role.choices)
    session = filters.ModelChoiceFilter(label="培训班", queryset=lambda request: Session.objects.all())


class CertificateFilters(SeatFilters):
    """Find certificates."""

    number = filters.CharFilter(label="证书编号", field_name="number", lookup_expr="prefix")
    unit = UnitFilter(label="发证单位（含下级）")
    session = filters.ModelChoiceFilter(
        label="培训班", field_name="participant__session", queryset=lambda request: Session.objects.all()
    )


def _add(permission: str, label: str, name: str) -> Callable[[Actor], Sequence[Link]]:
    """The one link of a list, for who may follow it."""
    return lambda actor: [Link(label, reverse(name), "plus", primary=True)] if actor.may(permission) else ()


def _detail(name: str) -> Callable[[Any], str]:
    return lambda row: reverse(name, args=[row.pk])


PLAN_LIST = List(
    key="plan_list",
    view="training.view",
    title="培训计划",
    rows=lambda: PLANS,
    columns=(
        Column("title", "计划名称", lambda p: p.title, link=_detail("plan_detail")),
        UNIT,
        Column("year", "年度", lambda p: str(p.year), sort="year"),
        Column("sessions", "计划场次", lambda p: p.sessions, kind="number", unit="场"),
        Column("participants", "计划人次", lambda p: p.participants, kind="number", unit="人次"),
        Column("state", "状态", state_of_plan, sort="state"),
        CODE,
    ),
    filters=PlanFilters,
    links=_add("training.edit", "登记培训计划", "add_plan"),
    empty="还没有培训计划。",
)
SESSION_LIST = List(
    key="session_list",
    view="training.view",
    title="培训台账",
    rows=lambda: SESSIONS.annotate(people=Count("attendance")),
    columns=(
        Column("title", "培训名称", lambda s: s.title, link=_detail("session_detail")),
        Column("unit", "主办单位", lambda s: s.unit.name),
        Column("level", "级别", lambda s: s.get_level_display(), sort="level"),
        Column("kind", "对象", lambda s: s.get_kind_display()),
        Column("task", "重点任务", lambda s: s.task.label),
        Column("starts_on", "开始日期", lambda s: s.starts_on, sort="starts_on", kind="date"),
        Column("ends_on", "结束日期", lambda s: s.ends_on, sort="ends_on", kind="date"),
        Column("people", "名单人数", lambda s: s.people, kind="number", unit="人"),
        Column("state", "状态", state_of),
        Column("place", "地点", lambda s: s.place, default=False),
        Column("hours", "学时", lambda s: s.hours, kind="number", default=False),
        Column("cost", "经费", lambda s: s.cost, kind="money", unit="元", default=False),
        CODE,
    ),
    filters=SessionFilters,
    links=_add("training.edit", "登记培训班", "add_session"),
    empty="还没有培训班。",
)
REMOVE = Column(
    "remove",
    "更正",
    lambda p: "移除" if p.session.is_open else "",
    link=lambda p: reverse("remove_participant", args=[p.pk]) if p.session.is_open else None,
)


def _for_seat(request: HttpRequest, actor: Actor) -> List:
    """The same, with the way to take someone off the list for who may; a file or paper has no such column."""
    may = actor.may("training.edit") and not is_export(request)
    return replace(PARTICIPANT_LIST, columns=[*PARTICIPANT_LIST.columns, *([REMOVE] if may else [])])


PARTICIPANT_LIST = List(
    key="participant_list",
    view="training.view",
    export="training.export",
    title="参训人员",
    rows=lambda: PARTICIPANTS,
    columns=(
        Column("name", "姓名", lambda p: p.name),
        Column("unit", "所在单位", lambda p: p.unit.name),
        Column("role", "身份", lambda p: p.get_role_display()),
        Column("title", "职务", lambda p: p.title),
        Column("session", "培训班", lambda p: p.session.title, link=lambda p: p.session.get_absolute_url()),
        Column("result", "考核", lambda p: p.get_result_display()),
        CODE,
    ),
    filters=ParticipantFilters,
    opens=_for_seat,
    empty="名单还是空的。请打开培训班，粘贴或导入名单。",
)
CERTIFICATE_LIST = List(
    key="certificate_list",
    view="certificate.view",
    title="培训证书",
    rows=lambda: CERTIFICATES,
    columns=(
        Column("number", "证书编号", lambda c: c.number, link=_detail("certificate_detail")),
        Column("name", "姓名", lambda c: c.participant.name),
        Column("unit", "发证单位", lambda c: c.unit.name),
        Column("session", "培训班", lambda c: c.participant.session.title),
        Column("issued_on", "发证日期", lambda c: c.issued_on, sort="issued_on", kind="date"),
        Column("state", "状态", state_of_certificate),
    ),
    filters=CertificateFilters,
    empty="还没有发过证书。培训办结以后，在培训班的页面发证。",
)
