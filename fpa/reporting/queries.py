"""Reads of reporting that have a name: sums from below, what a unit reviews, and what waits for a seat."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.urls import reverse

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.visibility import upper_bound
from fpa.forms.checking import computed
from fpa.reporting.models import Cell, Collection, Item, LockException, State, Submission, state_word


def sums_below(collection: Collection, unit: Unit) -> dict[str, Decimal | None]:
    """A summary's values: for each item that adds up the sum over the approved submissions of the units below."""
    cells = Cell.objects.filter(
        submission__collection=collection, submission__unit__parent=unit, submission__state=State.APPROVED
    )
    sums = dict(cells.values_list("key").annotate(total=Sum("value")).order_by())
    return with_formulas(collection.form.items.all(), sums)


def with_formulas(items: Iterable[Item], sums: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
    """Sums by key of the items that add up; one with a formula is computed from the sums, as a ratio must be."""
    fields = [item.typed for item in items if item.adds_up]
    found = computed(fields, sums)
    return {field.key: found.get(field.key) for field in fields}


def told_below(collection: Collection, unit: Unit) -> dict[str, dict[str, Any]]:
    """The approved values of the lines that do not add up: by path of the unit or a filling unit below it, by key."""
    items = {item.key: item for item in collection.form.items.all() if not item.adds_up}
    if not items:
        return {}
    approved = Cell.objects.filter(
        Q(submission__unit__parent=unit) | Q(submission__unit=unit),
        submission__collection=collection,
        submission__state=State.APPROVED,
        key__in=items,
    )
    found: dict[str, dict[str, Any]] = {}
    for cell in approved:
        found.setdefault(cell.path, {})[cell.key] = cell.typed_value(items[cell.key])
    return found


@dataclass(frozen=True)
class LateSum:
    """A line of a summary that is older than what is approved below it now."""

    item: Item
    sent: Decimal | None
    now: Decimal | None

    @property
    def difference(self) -> str:
        """By how much they differ, with its sign."""
        change = (self.now or Decimal(0)) - (self.sent or Decimal(0))
        return f"{'增加' if change > 0 else '减少'} {self.item.shown(abs(change))}{self.item.measure}"


def counted_below(collection: Collection, unit: Unit) -> dict[str, Decimal | None]:
    """What the figures count now of the units whose reports a summary adds up: down to the cells that were typed."""
    paths = Submission.objects.filter(collection=collection, unit__parent=unit, state=State.APPROVED)
    within = Q(pk__in=[])
    for path in paths.values_list("path", flat=True):
        within |= Q(path__gte=path, path__lt=upper_bound(path))
    cells = Cell.objects.filter(within, counted=True, submission__collection=collection)
    sums = dict(cells.order_by().values_list("key").annotate(total=Sum("value")))
    return with_formulas(collection.form.items.all(), sums)


def late_sums(submission: Submission) -> list[LateSum]:
    """The lines of a summary sent up that differ from what the figures count now, at whatever level below a report
    was approved late or returned."""
    if not submission.pk or not submission.is_summary or submission.is_open:
        return []
    now = counted_below(submission.collection, submission.unit)
    sent = dict(submission.cells.values_list("key", "value"))
    items = submission.collection.form.items.all()
    return [LateSum(i, sent.get(i.key), now.get(i.key)) for i in items if sent.get(i.key) != now.get(i.key)]


def counted_cells(key: str, path: str) -> QuerySet[Cell]:
    """The cells behind a figure at or below a path, in code order, with what a line about them shows."""
    cells = Cell.objects.filter(key=key, counted=True, path__gte=path, path__lt=upper_bound(path))
    return cells.select_related("unit__parent", "submission__collection").order_by("path", "pk")


@dataclass(frozen=True)
class Child:
    """One unit directly below, as a summary is broken down by it."""

    unit: Unit
    submission: Submission | None
    lines: list[tuple[Item, str]] = field(default_factory=list)
    sums: bool = False

    @property
    def word(self) -> str:
        """How its report stands."""
        return state_word(self.submission.state if self.submission else None, sums=self.sums)

    @property
    def is_in(self) -> bool:
        """Whether the sum has it."""
        return self.submission is not None and self.submission.state == State.APPROVED


def children_of(collection: Collection, unit: Unit) -> list[Child]:
    """The units directly below with their submissions and values, in code order."""
    units = Unit.objects.current().filter(parent=unit)
    submissions = Submission.objects.filter(collection=collection, unit__parent=unit)
    found = {s.unit_id: s for s in submissions.prefetch_related("cells")}
    items = list(collection.form.items.all())
    return [
        Child(u, found.get(u.pk), _shown(found.get(u.pk), items), u.level < collection.fill_level)
        for u in units
    ]


def _shown(submission: Submission | None, items: Iterable[Item]) -> list[tuple[Item, str]]:
    cells = {c.key: c for c in submission.cells.all()} if submission else {}
    values = {i.key: cells[i.key].typed_value(i) for i in items if i.key in cells}
    return [(item, item.shown(values.get(item.key))) for item in items]


def submissions_below(collection: Collection, unit: Unit) -> QuerySet[Submission]:
    """The submissions that a unit reviews in a collection, those that wait first."""
    return Submission.objects.whole().filter(collection=collection).children_of(unit)


@dataclass(frozen=True)
class DueCollection:
    """A collection that asks something of a seat: what, by when, where to do it. `kind` is fill, sum, mend or
    review; the last two also stand as a case before the seat."""

    title: str
    due_on: date
    url: str
    state: str
    kind: str


def with_own_state(collections: QuerySet[Collection], actor: Actor) -> QuerySet[Any]:
    """Annotate what a seat needs of each collection: `own_state` (None before the first save), `exempt_until` of its
    lock exception, and `waiting`, how many submissions wait for its review."""
    own = Submission.objects.filter(collection=OuterRef("pk"), unit=actor.unit_id)
    waiting = Submission.objects.filter(
        collection=OuterRef("pk"), unit__parent=actor.unit_id, state=State.SUBMITTED, is_past=False
    )
    counted = waiting.order_by().values("collection").annotate(n=Count("pk")).values("n")
    exempt = LockException.objects.filter(collection=OuterRef("pk"), unit=actor.unit_id).values("until")
    return collections.annotate(
        own_state=Subquery(own.values("state")[:1]),
        exempt_until=Subquery(exempt[:1]),
        waiting=Coalesce(Subquery(counted), 0),
    )


def collections_for(actor: Actor) -> QuerySet[Any]:
    """The collections that concern a seat: those that its level fills in, or that are filled in below it."""
    return with_own_state(Collection.objects.whole().filter(fill_level__gte=actor.level), actor)


def due_collections(actor: Actor, today: date) -> list[DueCollection]:
    """What collections ask of a seat today, the most urgent first: to fill, to mend, to sum up, to review."""
    opened = with_own_state(Collection.objects.whole().filter(opens_on__lte=today), actor)
    found = []
    for collection in opened.order_by("due_on", "pk"):
        found += [_to_report(collection, actor, today), _to_review(collection, actor)]
    return [due for due in found if due]


def _to_report(collection: Any, actor: Actor, today: date) -> DueCollection | None:
    state = collection.own_state or State.DRAFT
    if not collection.asks(actor.path, actor.level) or state not in (State.DRAFT, State.RETURNED):
        return None
    is_leaf = actor.level == collection.fill_level
    if is_leaf and today > max(collection.last_day, collection.exempt_until or date.min):
        return None
    kind, word = "fill" if is_leaf else "sum", state_word(collection.own_state, sums=not is_leaf)
    if state == State.RETURNED:
        kind, word = "mend", f"{word}，请修改"
    url = reverse("fill_submission" if is_leaf else "submit_summary", args=[collection.pk])
    return DueCollection(collection.title, collection.due_on, url, word, kind)


def _to_review(collection: Any, actor: Actor) -> DueCollection | None:
    if not collection.waiting or not actor.may("submission.review"):
        return None
    url = reverse("submission_list", args=[collection.pk])
    return DueCollection(collection.title, collection.due_on, url, f"{collection.waiting} 份待审核", "review")


def seat_unit(actor: Actor) -> Unit:
    """The seat's unit with its parent."""
    return Unit.objects.select_related("parent").get(pk=actor.unit_id or 0)
