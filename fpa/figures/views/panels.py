"""What stands on a figure's page below its value: meaning, statements, comparisons, parts by cuts and units, course."""

from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone
from django.utils.html import format_html_join

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn, number
from fpa.core.periods import Period
from fpa.figures import fact_periods, queries
from fpa.figures.boundaries import CannotTell, read_then
from fpa.figures.comparisons import Change, change_words, changes, share_of, year_to_date
from fpa.figures.display import address, exact_words, value_words, why_none
from fpa.figures.figure import SHARE, Figure, Kind
from fpa.figures.models import Statement
from fpa.figures.queries import Reading, Value
from fpa.pages.record import Fact, Panel, facts_panel

TREND = 8
"""Periods of a figure's course that its page shows."""
MEMBERS = "member.total"
"""What a figure is told for each thousand of."""
THEN = "then"
TO_STATE, TO_OPEN = "statement.edit", "document.view"
NO_RECORDS_YET = "产生这个数的业务还没有接入平台，接入后由记录自动汇总。"


def meaning(reading: Reading, operands: list[tuple[Figure, str]], actor: Actor) -> list[Fact]:
    """What a figure counts, from what, how exactly and as of when; or why it has no value. `operands` are the figures
    that it is computed from, with their pages."""
    figure = reading.figure
    found = [Fact("口径", figure.definition or NO_RECORDS_YET)]
    if why := why_none(reading):
        found.append(Fact("说明", why))
    if operands:
        links = [(url, operand.name) for operand, url in operands]
        found.append(Fact("计算依据", format_html_join("、", '<a href="{}">{}</a>', links)))
    if is_told(reading):
        found += _of_the_value(reading, actor)
    return [*found, Fact("指标代码", figure.key, code=True)]


def is_told(reading: Reading) -> bool:
    """Whether there is something to tell of it: a value, or that nobody has reported one."""
    return reading.value is not None or reading.qualifier == "not_reported"


def _of_the_value(reading: Reading, actor: Actor) -> list[Fact]:
    statement = reading.statement
    at = f"，时点为{date_cn(reading.day)}" if reading.day else ""
    if statement:
        whose = f"（范围：{statement.whose}）" if statement.whose else ""
        url = statement.document.get_absolute_url() if actor.may(TO_OPEN) else ""
        ground = Fact("依据", f"{statement.source}{whose}", url=url)
    else:
        ground = Fact("覆盖面", f"{reading.coverage.done} {reading.coverage}" if reading.coverage else "—")
    return [
        Fact(f"{reading.unit.name}{reading.period.label}", exact_words(reading)),
        Fact("统计方式", f"{reading.figure.kind.value}{at}"),
        Fact("准确程度", _exactness(reading)),
        ground,
        Fact("截至时间", reading.as_of),
    ]


def _exactness(reading: Reading) -> str:
    if reading.statement:
        return str(reading.statement.get_qualifier_display())
    return "—" if reading.value is None else "准确数"


def below(reading: Reading, actor: Actor, boundaries: str) -> list[Panel]:
    """The panels of a figure's page, without those that have nothing to say."""
    shown = {"reading": reading}
    statements = Statement.objects.whole().filter(figure=reading.figure.key, unit=reading.unit)
    found = []
    if statements:
        may_state = reading.figure.kind is Kind.STATED and actor.may(TO_STATE)
        told = shown | {"statements": statements, "can_state": may_state, "can_open": actor.may(TO_OPEN)}
        found.append(Panel("登记情况", "figures/_statements.html", told))
    if not is_told(reading):
        return found
    if compared := _compared(reading):
        found.append(facts_panel("对比", compared, narrow=True))
    found += [
        Panel(f"按{cut.name}", "figures/_cut.html", shown | {"cut": cut}, True) for cut in by_cuts(reading)
    ]
    parts = by_units(reading, actor, boundaries)
    if parts.rows or parts.is_then:
        found.append(Panel("按下级单位", "figures/_by_units.html", shown | {"by_units": parts}))
    return [*found, Panel("各期情况", "figures/_course.html", shown | {"course": course(reading)}, True)]


def _compared(reading: Reading) -> list[Fact]:
    told, figure = comparisons(reading), reading.figure
    found = []
    for change in told.changes:
        base = value_words(change.base, figure)
        found.append(Fact(change.word, f"{change_words(change, figure)}，{change.period.label}为{base}"))
    if told.to_date is not None:
        to_date = f"{value_words(told.to_date, figure)}{figure.unit}"
        found.append(Fact("本年累计", f"{to_date}，从年初到{reading.period.label}末"))
    if told.per_thousand is not None:
        found.append(Fact("每千名会员", f"{number(told.per_thousand)}{figure.unit}"))
    return found


@dataclass(frozen=True)
class BreakdownRow:
    """A row of a breakdown: a unit below (None for the unit's own records), its value and share of the whole; None
    for one that has not reported."""

    unit: Unit | None
    value: Value | None
    share: Decimal | None
    url: str


@dataclass(frozen=True)
class Breakdown:
    """A figure by the units below, in the boundaries of now or (`is_then`) of the period's end.

    `adds_up` tells whether the parts come to the whole. `may_switch`: a past period can be told in both boundaries.
    `fault` says why those of then can't be told.
    """

    whole: Value | None
    rows: list[BreakdownRow]
    adds_up: bool
    may_switch: bool = False
    is_then: bool = False
    fault: str = ""


def by_units(reading: Reading, actor: Actor, boundaries: str) -> Breakdown:
    """The units below in code order, after the unit's own part where it has one."""
    adds_up = reading.figure.kind.is_additive
    may_switch = not reading.figure.kind.is_stored or adds_up
    may_switch = may_switch and reading.statement is None and reading.period.end < timezone.localdate()
    fault = ""
    if boundaries == THEN and may_switch:
        try:
            then = read_then(reading.figure.key, reading.unit, reading.period, actor.path)
        except CannotTell as error:
            fault = str(error)
        else:
            rows = _rows(reading, then.value, then.parts)
            return Breakdown(then.value, rows, adds_up, may_switch, is_then=True)
    parts = queries.breakdown(reading.figure.key, reading.unit, reading.period)
    return Breakdown(reading.value, _rows(reading, reading.value, parts), adds_up, may_switch, fault=fault)


def _rows(
    reading: Reading, whole: Value | None, parts: list[tuple[Unit, Value | None]]
) -> list[BreakdownRow]:
    base = Decimal(whole or 0) if reading.figure.kind.is_additive else Decimal(0)
    found: list[tuple[Unit | None, Value | None]] = [*parts]
    if found and reading.own:
        found.insert(0, (None, reading.own))
    key, period = reading.figure.key, reading.period
    return [
        BreakdownRow(
            unit,
            value,
            value / base if base and value is not None else None,
            address("figure_detail", key, unit, period) if unit else "",
        )
        for unit, value in found
    ]


@dataclass(frozen=True)
class CutTable:
    """A figure by one of its dimensions: the name of each value, how many, and its share of the whole."""

    name: str
    rows: list[tuple[str, Value, Decimal | None]]
    adds_up: bool


def by_cuts(reading: Reading) -> list[CutTable]:
    """The figure by each of its dimensions; none in a period that its cuts are not kept for."""
    values = queries.cut_values(reading.figure, reading.unit, reading.period)
    if values is None:
        return []
    whole = Decimal(reading.value or 0)
    return [
        CutTable(
            cut.name,
            [
                (label, values.get(code, 0), Decimal(values.get(code, 0)) / whole if whole else None)
                for code, label in cut.labels()
            ],
            reading.figure.kind.is_additive,
        )
        for cut in reading.figure.cuts
    ]


def course(reading: Reading) -> list[tuple[Period, Value | None]]:
    """The figure in the last periods of the same kind, the latest first."""
    periods = [reading.period]
    while len(periods) < TREND and periods[-1].previous().end >= fact_periods.first_day():
        periods.append(periods[-1].previous())
    return queries.trend(reading.figure.key, reading.unit, periods)


@dataclass(frozen=True)
class Comparisons:
    """How a reading compares: with other times, from the year's beginning, and for each thousand members."""

    changes: list[Change] = field(default_factory=list)
    to_date: Value | None = None
    per_thousand: Decimal | None = None


def comparisons(reading: Reading) -> Comparisons:
    """The readings that a page shows beside the value."""
    figure = reading.figure
    divided = figure.kind.is_stored and figure.key != MEMBERS and figure.unit != SHARE
    members = queries.read([MEMBERS], reading.unit, reading.period)[MEMBERS].value if divided else None
    return Comparisons(
        changes(reading),
        year_to_date(figure.key, reading.unit, reading.period),
        share_of(reading.value, members),
    )
