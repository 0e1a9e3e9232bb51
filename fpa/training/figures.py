"""The figures of training: 场, 人次 and 人 apart, each at the 主办 alone, once a session is closed."""

from functools import partial
from typing import Any

from django.db.models import CharField, Count, F, Func, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from fpa.access.models import Level, Unit
from fpa.core.lists import Column
from fpa.core.periods import Period
from fpa.figures.catalogue import Coverage, Figure, Kind, register
from fpa.figures.cuts import Cut
from fpa.training.models import (
    TRAINED,
    Certificate,
    Participant,
    Session,
    SessionKind,
    SessionLevel,
    SessionState,
)

HOST = (
    Column("code", "区划代码", lambda row: row.unit.code, kind="code"),
    Column("unit", "主办单位", lambda row: row.unit.association),
)
TITLE = Column("title", "培训班", lambda s: s.title, link=lambda s: s.get_absolute_url())
ENDED = Column("ends_on", "结束日期", lambda s: s.ends_on, sort="ends_on", kind="date")
COUNTED = Column("counted", "数值", lambda s: s.counted, kind="number")
COUNTED_PERSON = Column("person", "单位和姓名", lambda s: s.person_name)
LEVELS = Cut(key="level", name="级别", by="level", values={str(v): w for v, w in SessionLevel.choices[:4]})
IN_CITY = "attendance__path"


def _held(**which: object) -> QuerySet[Session]:
    """Closed sessions of county level and above."""
    closed = Session.objects.filter(state=SessionState.CLOSED, level__lte=SessionLevel.COUNTY, **which)
    return closed.select_related("unit")


def _people(**which: object) -> QuerySet[Session]:
    """The same, each with how many staff and volunteers it trained."""
    people = Participant.objects.filter(session=OuterRef("pk"), role__in=TRAINED).order_by()
    count = people.values("session").annotate(n=Count("pk")).values("n")
    return _held(**which).annotate(counted=Coalesce(Subquery(count), 0))


def _persons() -> QuerySet[Session]:
    """A row for each person at each session; one of the same unit and name is one person."""
    return _held(attendance__role__in=TRAINED).annotate(
        person=Concat(Cast("attendance__unit_id", CharField()), Value(" "), F("attendance__name")),
        person_name=Concat(F("attendance__unit__name"), Value(" "), F("attendance__name")),
    )


def _cities() -> QuerySet[Session]:
    """A row for each instructor trained by the province, with the step of the path that is the city's."""
    rows = _held(kind=SessionKind.INSTRUCTOR, level=SessionLevel.PROVINCE, attendance__role__in=TRAINED)
    city = Func(F(IN_CITY), Value("/"), Value(2), function="split_part", output_field=CharField())
    return rows.filter(attendance__unit__level__gt=1).annotate(
        city=city, person_name=Concat(F("attendance__unit__name"), Value(" "), F("attendance__name"))
    )


def _certified() -> QuerySet[Certificate]:
    session = {"kind": SessionKind.INSTRUCTOR, "level": SessionLevel.PROVINCE}
    held = {f"participant__session__{name}": value for name, value in session.items()}
    return Certificate.objects.filter(revoked_on=None, **held).select_related("unit", "participant__session")


def _nobody_reports(_unit: Unit, _period: Period) -> Coverage | None:
    """A unit that held nothing has nothing missing: 0 is 0."""
    return None


def _figure(key: str, definition: str, **more: Any) -> Figure:
    usual: dict[str, Any] = {
        "on": "ends_on",
        "columns": (*HOST, TITLE, ENDED),
        "records_permission": "training.view",
    }
    usual |= {"lowest": Level.COUNTY, "coverage": _nobody_reports}
    return Figure(key=f"training.{key}", definition=definition, **usual | more)


register(
    _figure(
        "sessions",
        "报告期内结束并已办结的县级及以上培训班，每班计一场，只计在主办单位。",
        rows=_held,
        cuts=[LEVELS],
    ),
    _figure(
        "participants",
        "上述培训班名单中的工作人员和志愿者，每班每人计一人次，只计在主办单位。",
        rows=_people,
        measure="counted",
        columns=(*HOST, TITLE, COUNTED, ENDED),
    ),
    _figure(
        "persons",
        "上述培训班培训过的工作人员和志愿者，同一单位同名的，参加几次都只计一人。",
        name="培训工作人员和志愿者（人数）",
        unit="人",
        kind=Kind.DISTINCT,
        rows=_persons,
        subject="person",
        columns=(*HOST, TITLE, COUNTED_PERSON, ENDED),
    ),
    _figure(
        "instructor_cities",
        "省级家庭健康指导员师资培训班的学员来自几个市州。",
        kind=Kind.DISTINCT,
        lowest=Level.PROVINCE,
        rows=_cities,
        subject="city",
        columns=(*HOST, TITLE, COUNTED_PERSON, ENDED),
    ),
    _figure(
        "instructor_participants",
        "省级家庭健康指导员师资培训班发出、没有作废的证书数，按发证日期计。",
        lowest=Level.PROVINCE,
        rows=_certified,
        on="issued_on",
        columns=(
            *HOST,
            Column("number", "证书编号", lambda c: c.number),
            Column("title", "培训班", lambda c: c.participant.session.title),
            Column("issued_on", "发证日期", lambda c: c.issued_on, sort="issued_on", kind="date"),
        ),
    ),
    _figure(
        "youth_participants",
        "省级青春健康师资培训班培训的工作人员和志愿者人次。",
        lowest=Level.PROVINCE,
        rows=partial(_people, kind=SessionKind.YOUTH),
        measure="counted",
        columns=(*HOST, TITLE, COUNTED, ENDED),
    ),
)
