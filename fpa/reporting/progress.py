"""The board: how far each unit below has come. Complete, on time and approved are three different things.

Set-based: two grouped reads over one index range each, whatever the number of villages.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import JSONObject, Left, StrIndex, Substr

from fpa.access.models import Unit, UnitQuerySet
from fpa.core.visibility import upper_bound
from fpa.reporting.models import Cell, Collection, State, Submission, late_in
from fpa.reporting.queries import with_formulas

COMPLETE = (State.SUBMITTED, State.APPROVED)


@dataclass(frozen=True)
class Progress:
    """Counts of filling units at or below one unit.

    `complete` (已上报) is submitted or approved now, and is made up of `on_time`, first submitted by the due day, and
    `late`, first submitted after it. What was returned is to be mended and counts as missing until it is sent again.
    """

    expected: int = 0
    started: int = 0
    complete: int = 0
    on_time: int = 0
    late: int = 0
    approved: int = 0
    returned: int = 0

    @property
    def missing(self) -> int:
        """How many have not reported."""
        return self.expected - self.complete

    @property
    def complete_share(self) -> float | None:
        """Those complete as a share of those expected; None where nobody is."""
        return self.complete / self.expected if self.expected else None

    @property
    def on_time_share(self) -> float | None:
        """Those on time as a share of those complete; None where nobody is."""
        return self.on_time / self.complete if self.complete else None

    @property
    def approved_share(self) -> float | None:
        """Those approved as a share of those complete; None where nobody is."""
        return self.approved / self.complete if self.complete else None


def board_unit(collection: Collection, unit: Unit) -> Unit:
    """The unit whose board is meant: never above the publisher, nothing is expected there."""
    return unit if unit.path.startswith(collection.path) else collection.unit


def filling_units(collection: Collection, path: str) -> UnitQuerySet:
    """The units that are asked to fill in a collection at or below a path."""
    return Unit.objects.current().under(path).filter(level=collection.fill_level)


def _child_path(unit: Unit, children: list[Unit]) -> Left:
    """The path of the unit directly below at which a row counts, in the boundaries of now; the unit's own without any.

    It ends with the first step below the unit, however long: one that has moved beside a unit of the same step carries
    its whole code (`move_unit`), so paths of one level differ in length.
    """
    if not children:
        return Left("path", len(unit.path))
    return Left("path", len(unit.path) + StrIndex(Substr("path", len(unit.path) + 1), Value("/")))


def progress_of(collection: Collection, unit: Unit, children: list[Unit]) -> dict[str, Progress]:
    """Progress by path: of each child, and of the unit itself as their sum."""
    child = _child_path(unit, children)
    asked = filling_units(collection, unit.path).order_by().annotate(child=child).values_list("child")
    counts = {path: {"expected": n} for path, n in asked.annotate(n=Count("pk"))}
    for row in _states(collection, unit, child):
        counts.setdefault(row.pop("child"), {}).update(row)
    found = {path: Progress(**numbers) for path, numbers in counts.items()}
    return found | {unit.path: _sum(list(found.values()))}


def _states(collection: Collection, unit: Unit, child: Left) -> QuerySet[Any, Any]:
    complete, late = Q(state__in=COMPLETE), late_in(collection)
    rows = Submission.objects.filter(
        collection=collection,
        is_summary=False,
        unit__valid_to=None,
        path__gte=unit.path,
        path__lt=upper_bound(unit.path),
    )
    return (
        rows.order_by()
        .annotate(child=child)
        .values("child")
        .annotate(
            started=Count("pk"),
            complete=Count("pk", filter=complete),
            on_time=Count("pk", filter=complete & ~late),
            late=Count("pk", filter=complete & late),
            approved=Count("pk", filter=Q(state=State.APPROVED)),
            returned=Count("pk", filter=Q(state=State.RETURNED)),
        )
    )


def _sum(parts: list[Progress]) -> Progress:
    names = Progress.__dataclass_fields__
    return Progress(**{name: sum(getattr(part, name) for part in parts) for name in names})


def children_with_summaries(collection: Collection, unit: Unit) -> list[Unit]:
    """The current units directly below, with `summary_state` of what they sent up in a collection, in code order."""
    own = Submission.objects.filter(collection=collection, unit=OuterRef("pk"), is_summary=True)
    below = Unit.objects.current().filter(parent=unit, level__lte=collection.fill_level)
    return list(below.annotate(summary_state=Subquery(own.values("state")[:1])))


def with_reports(collection: Collection, path: str) -> QuerySet[Any]:
    """The filling units at or below a path, in code order, with `report`: None before the first save, else a dict of
    the submission's `id`, its `state`, `late` (of use where it is complete) and `past`. One look-up a unit."""
    own = Submission.objects.filter(collection=collection, unit=OuterRef("pk"))
    late = ExpressionWrapper(late_in(collection), output_field=BooleanField())
    report = own.values(report=JSONObject(id="pk", state="state", late=late, past="is_past"))
    return (
        filling_units(collection, path)
        .select_related("parent")
        .annotate(report=Subquery(report))
        .order_by("path")
    )


STANDINGS = {
    "missing": "未上报（含填报中、已退回）",
    "not_started": "待填报",
    "draft": "填报中",
    "submitted": "待审核",
    "returned": "已退回",
    "approved": "已通过",
    "complete": "已上报（含已通过）",
    "on_time": "按时上报",
    "late": "迟报",
}


def standing(units: UnitQuerySet, collection: Collection, wanted: str) -> UnitQuerySet:
    """Those of `filling_units` that stand so in a collection; `wanted` is one of STANDINGS."""
    own = Submission.objects.filter(collection=collection, unit=OuterRef("pk"))
    if wanted == "not_started":
        return units.filter(~Exists(own))
    complete, late = own.filter(state__in=COMPLETE), late_in(collection)
    if wanted == "missing":
        return units.filter(~Exists(complete))
    if wanted == "complete":
        return units.filter(Exists(complete))
    if wanted in ("on_time", "late"):
        return units.filter(Exists(complete.filter(late if wanted == "late" else ~late)))
    return units.filter(Exists(own.filter(state=wanted)))


Totals = dict[str, dict[str, Decimal]]


def totals_of(collection: Collection, unit: Unit, children: list[Unit]) -> Totals:
    """Sums of the counted cells by path and item key: of each child, and of the unit itself as their sum.

    A line with a formula is computed from the sums. Item and period name the collection, as no unit is asked twice for
    them; so one index is read and nothing joined.
    """
    items = list(collection.form.items.all())
    cells = Cell.objects.filter(
        counted=True,
        path__gte=unit.path,
        path__lt=upper_bound(unit.path),
        key__in=[item.key for item in items if item.adds_up],
        period=collection.period,
    )
    grouped = cells.order_by().annotate(child=_child_path(unit, children)).values_list("child", "key")
    parts, whole = defaultdict[str, dict[str, Decimal]](dict), defaultdict[str, Decimal](Decimal)
    for path, key, value in grouped.annotate(value=Sum("value")):
        parts[path][key] = value
        whole[key] += value
    totals = {**parts, unit.path: dict(whole)}
    if not any(item.formula for item in items):
        return totals
    computed = {path: with_formulas(items, sums) for path, sums in totals.items()}
    return {path: {k: v for k, v in sums.items() if v is not None} for path, sums in computed.items()}
