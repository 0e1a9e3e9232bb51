"""The lists of training; a certificate's and a session's rows are found by `?session=`."""

from dataclasses import replace
from operator import attrgetter
from typing import Any

import django_filters as filters
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse

from fpa.approval.states import ReviewState, status_of
from fpa.core.actor import Actor
from fpa.core.lists import Column, Status, is_export
from fpa.pages.declared_lists import List, new_link
from fpa.pages.filters import SeatFilters, UnitFilter
from fpa.pages.rows import columns_of
from fpa.training.models import Certificate, Participant, Plan, Role, Session, SessionKind, SessionLevel

PLANS = Plan.objects.select_related("unit")
SESSIONS = Session.objects.select_related("unit", "task", "plan")
PARTICIPANTS = Participant.objects.select_related("unit", "session")
CERTIFICATES = Certificate.objects.select_related("unit", "participant__session", "participant__unit")
CODE = Column("code", "区划代码", lambda row: row.unit.code, kind="code", default=False)


def state_of_plan(plan: Plan) -> Status:
    """Where the plan stands, by word and shape; the province's was decided on by nobody."""
    return Status("已生效", "done") if plan.is_province else status_of(plan.state)


def state_of(session: Session) -> Status:
    """Whether it is closed, by word and shape."""
    return Status(session.get_state_display(), "waiting" if session.is_open else "done")


class PlanFilters(SeatFilters):
    """Find plans."""

    year = filters.NumberFilter(label="年度")
    unit = UnitFilter(label="单位（含下级）")
    state = filters.ChoiceFilter(label="状态", choices=ReviewState.choices)


class SessionFilters(SeatFilters):
    """Find sessions."""

    ended = filters.DateFromToRangeFilter(label="结束日期", field_name="ends_on")
    unit = UnitFilter(label="主办单位（含下级）")
    level = filters.ChoiceFilter(label="级别", choices=SessionLevel.choices)
    kind = filters.ChoiceFilter(label="对象", choices=SessionKind.choices)


def _session_filter(field: str) -> filters.ModelChoiceFilter:
    return filters.ModelChoiceFilter(
        label="培训班", field_name=field, queryset=lambda request: Session.objects.all()
    )


class ParticipantFilters(SeatFilters):
    """Find who took part."""

    name = filters.CharFilter(label="姓名", field_name="name", lookup_expr="prefix")
    unit = UnitFilter(label="所在单位（含下级）")
    role = filters.ChoiceFilter(label="身份", choices=Role.choices)
    session = _session_filter("session")


class CertificateFilters(SeatFilters):
    """Find certificates."""

    number = filters.CharFilter(label="证书编号", field_name="number", lookup_expr="prefix")
    unit = UnitFilter(label="发证单位（含下级）")
    session = _session_filter("participant__session")


def _page_of(row: Any) -> str:
    url: str = row.get_absolute_url()
    return url


PLAN_LIST = List(
    key="plan_list",
    view="training.view",
    title="培训计划",
    rows=lambda: PLANS,
    columns=(
        Column("title", "计划名称", attrgetter("title"), link=_page_of),
        *columns_of(Plan, "unit", unit="单位"),
        Column("year", "年度", lambda p: str(p.year), sort="year"),
        Column("sessions", "计划场次", attrgetter("sessions"), kind="number", unit="场"),
        Column("participants", "计划人次", attrgetter("participants"), kind="number", unit="人次"),
        Column("state", "状态", state_of_plan, sort="state"),
        CODE,
    ),
    filters=PlanFilters,
    links=new_link("training.edit", "登记培训计划", "add_plan"),
    empty="还没有培训计划。",
)
SESSION_LIST = List(
    key="session_list",
    view="training.view",
    title="培训台账",
    rows=lambda: SESSIONS.annotate(people=Count("attendance")),
    columns=(
        Column("title", "培训名称", attrgetter("title"), link=_page_of),
        Column("unit", "主办单位", lambda s: s.unit.association),
        *columns_of(Session, "level", "kind", "task", "starts_on", "ends_on"),
        Column("people", "名单人数", attrgetter("people"), kind="number", unit="人"),
        Column("state", "状态", state_of),
        *columns_of(Session, "organizer", "partners", "place", "hours", default=False),
        Column("cost", "经费", attrgetter("cost"), kind="money", unit="元", default=False),
        CODE,
    ),
    filters=SessionFilters,
    links=new_link("training.edit", "登记培训班", "add_session"),
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
        *columns_of(Participant, "name", "unit", "role", "title", unit="所在单位"),
        Column("session", "培训班", lambda p: p.session.title, link=lambda p: _page_of(p.session)),
        *columns_of(Participant, "result"),
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
        Column("number", "证书编号", attrgetter("number"), link=_page_of),
        Column("name", "姓名", lambda c: c.participant.name),
        Column("unit", "发证单位", lambda c: c.unit.association),
        Column("session", "培训班", lambda c: c.participant.session.title),
        *columns_of(Certificate, "issued_on"),
        Column("state", "状态", attrgetter("state")),
    ),
    filters=CertificateFilters,
    empty="还没有发过证书。培训办结以后，在培训班的页面发证。",
)
