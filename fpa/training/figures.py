"""The figures of training: 场, 人次 and 人 apart, each at the 主办 alone, once a session is closed."""

from functools import partial
from typing import Any

from django.db.models import CharField, F, Func, QuerySet, Value

from fpa.access.models import Level
from fpa.figures.attendance import COUNTED, COUNTED_LEVELS, PERSON, with_count, with_persons
from fpa.figures.catalogue import Figure, Kind, nobody_reports, register
from fpa.pages.closing import ClosingState
from fpa.pages.held import HeldLevel
from fpa.pages.told import columns_of
from fpa.training.models import TRAINED, Certificate, Participant, Session, SessionKind

COLUMNS = columns_of(Session, "unit__code unit title ends_on", default=True)
INSTRUCTORS = {"kind": SessionKind.INSTRUCTOR, "level": HeldLevel.PROVINCE}


def _held(**which: object) -> QuerySet[Session]:
    """Closed sessions of county level and above."""
    closed = Session.objects.filter(state=ClosingState.CLOSED, level__lte=HeldLevel.COUNTY, **which)
    return closed.select_related("unit")


def _people(**which: object) -> QuerySet[Session]:
    """The same, each with how many staff and volunteers it trained."""
    return with_count(_held(**which), Participant.objects.filter(role__in=TRAINED), "session")


def _persons(**which: object) -> QuerySet[Session]:
    """A row for each of these at each session."""
    return with_persons(_held(attendance__role__in=TRAINED, **which), "attendance")


def _cities() -> QuerySet[Session]:
    """A row for each instructor trained by the province, with the step of the path that is the city's."""
    rows = _persons(**INSTRUCTORS, attendance__unit__level__gt=Level.PROVINCE)
    step = Func(F("attendance__path"), Value("/"), Value(2), function="split_part", output_field=CharField())
    return rows.annotate(city=step)


def _certified() -> QuerySet[Certificate]:
    held = {f"participant__session__{name}": value for name, value in INSTRUCTORS.items()}
    return Certificate.objects.filter(revoked_on=None, **held).select_related("unit", "participant__session")


USUAL: dict[str, Any] = {"lowest": Level.COUNTY, "records_permission": "training.view"}
_held_figure = partial(Figure, on="ends_on", columns=COLUMNS, coverage=nobody_reports, **USUAL)
register(
    _held_figure(
        key="training.sessions",
        definition="报告期内结束并已办结的县级及以上培训班，每班计一场，只计在主办单位。",
        rows=_held,
        cuts=[COUNTED_LEVELS],
    ),
    _held_figure(
        key="training.participants",
        definition="上述培训班名单中的工作人员和志愿者，每班每人计一人次，只计在主办单位。",
        rows=_people,
        measure="counted",
        columns=[*COLUMNS, COUNTED],
    ),
    _held_figure(
        key="training.persons",
        definition="上述培训班培训过的工作人员和志愿者，同一单位同名的，参加几次都只计一人。",
        name="培训工作人员和志愿者（人数）",
        unit="人",
        kind=Kind.DISTINCT,
        rows=_persons,
        subject="person",
        columns=[*COLUMNS, PERSON],
    ),
    _held_figure(
        key="training.instructor_cities",
        definition="省级家庭健康指导员师资培训班的学员来自几个市州。",
        kind=Kind.DISTINCT,
        lowest=Level.PROVINCE,
        rows=_cities,
        subject="city",
        columns=[*COLUMNS, PERSON],
    ),
    _held_figure(
        key="training.instructor_participants",
        definition="省级家庭健康指导员师资培训班发出、没有作废的证书数，按发证日期计。",
        lowest=Level.PROVINCE,
        rows=_certified,
        on="issued_on",
        columns=columns_of(
            Certificate, "unit__code unit number participant__session issued_on", default=True
        ),
    ),
    _held_figure(
        key="training.youth_participants",
        definition="省级青春健康师资培训班培训的工作人员和志愿者人次。",
        lowest=Level.PROVINCE,
        rows=partial(_people, kind=SessionKind.YOUTH),
        measure="counted",
        columns=[*COLUMNS, COUNTED],
    ),
)
