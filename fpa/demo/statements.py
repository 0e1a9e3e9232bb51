"""What the speech of mid-2023 states and no record can yield, each with the document that it rests on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fpa.access.models import Level, Unit
from fpa.core.actor import SYSTEM
from fpa.figures.actions import state_figure
from fpa.figures.models import Qualifier, Statement
from fpa.files.actions import NewDocument

SPEECH = "在全省计划生育协会半年工作会议上的讲话"
SPEECH_DAY = date(2023, 7, 20)
ISSUER = "湖南省计划生育协会"
PLAN = "2023年全省计划生育协会工作要点"
PLAN_DAY = date(2023, 2, 20)
SECRETARIES = {"湘潭县": "430321000000", "江永县": "431125000000", "耒阳市": "430481000000"}


@dataclass(frozen=True)
class Stated:
    """One number of a document, of the province or of the units with `codes`."""

    figure: str
    period: str
    value: str
    document: str = SPEECH
    day: date = SPEECH_DAY
    qualifier: Qualifier = Qualifier.EXACT
    whose: str = ""
    codes: tuple[str, ...] = ()


STATED = (
    Stated("visit.provincial_leader_years", "2023", "7"),
    Stated("visit.county_secretary_years", "2023", "5", whose="、".join(SECRETARIES)),
    Stated("visit.county_secretary_years", "2023", "5", codes=tuple(SECRETARIES.values())),
    Stated("system.modules", "2023H1", "5"),
    Stated("target.instructor_village_share", "2023", "0.7", qualifier=Qualifier.STATED),
    Stated("task.annual_count", "2023", "9", document=PLAN, day=PLAN_DAY),
)


def make_statements() -> None:
    """State them where they are missing. Needs the scope of the whole province."""
    province = Unit.objects.get(level=Level.PROVINCE)
    for each in STATED:
        for unit in Unit.objects.current().filter(code__in=each.codes) if each.codes else [province]:
            if not Statement.objects.filter(figure=each.figure, unit=unit).exists():
                _state(each, unit)


def _state(each: Stated, unit: Unit) -> None:
    state_figure(
        figure=each.figure, unit=unit, period=each.period, value=Decimal(each.value), qualifier=each.qualifier,
        whose=each.whose, document=NewDocument(each.document, ISSUER, each.day), by=SYSTEM,
    )  # fmt: skip
