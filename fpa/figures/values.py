"""Values of figures at units: facts, what is computed from facts, and what is stated. Nothing is counted here."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet
from django.utils import timezone

from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.cuts import WHOLE
from fpa.figures.fact_periods import fact_period, parts_of
from fpa.figures.figure import Figure, Kind
from fpa.figures.models import Fact, Statement

Amounts = tuple[Decimal, Decimal]
"""The value with all units below, and the unit's own part."""

ZERO = (Decimal(0), Decimal(0))
EXACT = "exact"


def period_of_fact(figure: Figure, period: Period, today: date, *, cut: bool = False) -> Period | None:
    """The period under which a figure's fact for `period` is kept; None where none is kept."""
    return fact_period(period, today, on_a_day=bool(figure.since), cut=cut)


def qualifier_of(figure: Figure, period: Period) -> str:
    """Tell "exact" from "pending" and "not_kept"; what is computed is as its operands are."""
    if figure.pending:
        return "pending"
    if figure.operands:
        found = {qualifier_of(operand, period) for operand in catalogue.bases([figure])}
        return next((word for word in ("pending", "not_kept") if word in found), EXACT)
    if figure.kind is Kind.STATED:
        return EXACT
    return EXACT if period_of_fact(figure, period, timezone.localdate()) else "not_kept"


def facts_of(figures: Sequence[Figure], period: Period) -> QuerySet[Fact]:
    """The whole facts of figures in a period, of all units in scope."""
    today = timezone.localdate()
    by_period: dict[str, list[str]] = {}
    for figure in figures:
        stored = figure.kind.is_stored and not figure.pending
        if kept := period_of_fact(figure, period, today) if stored else None:
            by_period.setdefault(str(kept), []).append(figure.key)
    found = Q()
    for code, keys in by_period.items():
        found |= Q(figure__in=keys, period=code)
    return Fact.objects.filter(found, cut=WHOLE) if by_period else Fact.objects.none()


def amounts_at(
    figures: Sequence[Figure], unit_ids: Iterable[int], period: Period
) -> dict[tuple[str, int], Amounts]:
    """Value and own part by key and unit, of stored figures; none where it is zero."""
    facts = facts_of(figures, period).filter(unit_id__in=list(unit_ids))
    return {
        (key, unit): (value, own)
        for key, unit, value, own in facts.values_list("figure", "unit_id", "value", "own")
    }


def value_of(figure: Figure, values: dict[str, Decimal]) -> Decimal | None:
    """A figure's value from those of the stored figures, by key; one that is missing is zero."""
    if not figure.operands:
        return values.get(figure.key, Decimal(0))
    operands = {each.key: value_of(each, values) for each in catalogue.get_all(figure.operands)}
    known = {key: value for key, value in operands.items() if value is not None}
    return figure.compute(known) if len(known) == len(operands) else None


def statements_of(keys: Sequence[str], unit_id: int, period: Period) -> dict[str, Statement]:
    """What is stated of figures at a unit for a period, by key.

    A statement speaks for its period, for the shorter ones in it, and for longer ones that end on its last day; the
    nearest counts.
    """
    around = [period, *period.parents()]
    ending = [part for part in reversed(parts_of(period)) if part.end == period.end and part != period]
    order = [str(each) for each in (*around, *sorted(ending, key=lambda part: part.grain))]
    stated = Statement.objects.current().select_related("document")
    rows = stated.filter(figure__in=keys, unit_id=unit_id, period__in=order)
    found: dict[str, Statement] = {}
    for row in sorted(rows, key=lambda row: order.index(row.period)):
        found.setdefault(row.figure, row)
    return found
