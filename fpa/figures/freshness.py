"""Keeping facts a few seconds behind the records: marks, the refresh that consumes them, and the rebuild.

An action calls `mark_stale` in its own transaction. One consumer, held single by an advisory lock, counts the
marked units again by one statement a figure and adds the differences to all units above (persons and households are
counted anew there); so it costs what has changed, not what is there. Marks are deleted by id in the same transaction:
one that is committed meanwhile stays for the next round.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import OperationalError, connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from fpa.access.scope import lock_tree_shared, whole_province
from fpa.core import locks
from fpa.core.limits import limited_job, ran_out_of_time
from fpa.core.refusals import Refusal
from fpa.core.visibility import ROOT_PATH, upper_bound
from fpa.figures import catalogue
from fpa.figures.figure import Figure
from fpa.figures.models import Stale
from fpa.figures.moving import forget
from fpa.figures.opening import open_day
from fpa.figures.recompute import recompute

CHANNEL = "fpa_stale"
BATCH = 5_000
WORK_MEM = "256MB"

Keys = type[models.Model] | Iterable[str]


def mark_stale(what: Keys, *paths: str, since: date | None = None) -> None:
    """Mark figures as stale at the units with these paths; call it in the transaction that changes the records.

    `what` is the model whose rows changed, or keys of figures. `since` is the earliest day on which a changed row
    counts or counted (the date of joining, the start of the period reported); None means any time.
    """
    _mark(what, paths, since, subtree=False)


def mark_stale_subtree(what: Keys, path: str, since: date | None = None) -> None:
    """Mark figures as stale at a unit and everything below it, by one mark a figure: for imports and bulk work."""
    _mark(what, [path], since, subtree=True)


MARK = f"""
INSERT INTO figures_stale (figure, path, subtree, since)
SELECT figure, path, %s, %s FROM unnest(%s::text[]) figure CROSS JOIN unnest(%s::text[]) path;
NOTIFY {CHANNEL}
"""


def _mark(what: Keys, paths: Iterable[str], since: date | None, *, subtree: bool) -> None:
    """One statement, whatever is marked. Raises UnknownFigure for a key that is not in the catalogue."""
    keys = catalogue.counting(what) if isinstance(what, type) else [f.key for f in catalogue.get_all([*what])]
    with connection.cursor() as cursor:
        cursor.execute(MARK, [subtree, since, keys, list(dict.fromkeys(paths))])


@dataclass
class Work:
    """What is to be counted again of one figure; `since` None means all its periods."""

    units: set[str] = field(default_factory=set)
    subtrees: set[str] = field(default_factory=set)
    since: date | None = date.max

    def add(self, mark: Stale) -> None:
        """Take a mark in; the earliest day of all marks counts."""
        (self.subtrees if mark.subtree else self.units).add(mark.path)
        self.since = min(self.since, mark.since) if self.since and mark.since else None

    def where(self) -> Q:
        """The marked units, as a condition on a `path`."""
        found = Q(path__in=sorted(self.units))
        for path in self.subtrees:
            found |= Q(path__gte=path, path__lt=upper_bound(path))
        return Q() if ROOT_PATH in self.subtrees else found


class CannotRefresh(Refusal):
    """Figures that take longer to count than a statement may; all others are fresh, and theirs keep their marks."""


def refresh() -> int:
    """Bring all facts up to the records that are committed now; returns how many marks were consumed.

    Opens a scope over the whole province: facts belong to every unit, and nothing that it reads is shown to anyone.
    Waits where another refresh is running. Safe to call at any time and again. Raises CannotRefresh, once everything
    else is done, where figures took too long: one of them holds up no other.
    """
    total, slow = 0, set[str]()
    while True:
        with whole_province(), limited_job("指标刷新"), connection.cursor() as cursor:
            lock_tree_shared()
            _hold(cursor)
            open_day(timezone.localdate())
            marks = list(Stale.objects.exclude(figure__in=slow).order_by("id")[:BATCH])
            slow |= _consume(marks)
        total += len(marks)
        if len(marks) < BATCH:
            break
    if slow:
        raise CannotRefresh(_too_slow(slow))
    return total


def _too_slow(keys: set[str]) -> str:
    names = "、".join(f"{figure.name}（{figure.key}）" for figure in catalogue.get_all(sorted(keys)))
    return (
        f"指标{names}重算时有一步超过 {settings.JOB_STATEMENT_SECONDS:g} 秒的上限，仍是原来的数，其他指标已经刷新。"
        "系统稍后会再算；多次如此，请加大 FPA_JOB_STATEMENT_SECONDS 后重新启动。"
    )


def _hold(cursor: Any) -> None:
    """Be the only one to count until the transaction ends, with room to sort a whole figure in memory."""
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.REFRESH])
    cursor.execute(f"SET LOCAL work_mem = '{WORK_MEM}'")


def _consume(marks: list[Stale]) -> set[str]:
    """Count again what the marks name, and delete them; gives the figures that took too long, whose marks stay."""
    slow = set()
    work: dict[str, Work] = defaultdict(Work)
    for mark in marks:
        work[mark.figure].add(mark)
    for figure in catalogue.stored():
        if figure.key in work and not _counted(figure, work[figure.key]):
            slow.add(figure.key)
    Stale.objects.filter(id__in=[mark.pk for mark in marks if mark.figure not in slow]).delete()
    return slow


def _counted(figure: Figure, work: Work) -> bool:
    """Count a figure again, or leave it wholly as it is where that takes too long."""
    try:
        with transaction.atomic():
            recompute(figure, work.where(), work.since)
    except OperationalError as error:
        if not ran_out_of_time(error):
            raise
        return False
    return True


def rebuild(keys: Iterable[str] | None = None, path: str = ROOT_PATH) -> None:
    """Forget the facts of a subtree and count them anew from the records, for all figures or those of `keys`."""
    with whole_province(), limited_job("指标重新生成"), connection.cursor() as cursor:
        wanted = catalogue.stored() if keys is None else catalogue.get_all([*keys])
        _hold(cursor)
        forget([figure.key for figure in wanted], path)
        subtree = Q(path__gte=path, path__lt=upper_bound(path))
        for figure in wanted:
            recompute(figure, Q() if path == ROOT_PATH else subtree, None)


def wait_for_stale(timeout: float) -> bool:
    """Wait until records change or `timeout` seconds are over; tells whether there is something to refresh.

    Call it outside a transaction. It listens before it looks, so no mark is missed between two calls.
    """
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute(f"LISTEN {CHANNEL}")
    if Stale.objects.exists():
        return True
    raw: Any = connection.connection
    with connection.wrap_database_errors:  # a lost server is django.db's error here as everywhere
        return any(True for _ in raw.notifies(timeout=timeout, stop_after=1))
