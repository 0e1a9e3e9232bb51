"""Things to work on: some cells of the round under way are returned, by the same actions that a reviewer uses."""

from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.access.seats import actor_for
from fpa.demo.accounts import demo_units
from fpa.reporting.actions.filling import Entry, save_cells
from fpa.reporting.actions.reviewing import return_cells
from fpa.reporting.actions.submitting import submit_submission
from fpa.reporting.models import Collection, State, Submission

REASON = "户均金额与台账对不上，请核对发放资金物资是否按元填写、物资是否已折价。"
TOLD = {"visit.value": "含县里统一配送的慰问物资。"}
"""What the demo village says of an amount that the checks have asked about."""
MORE = 2
"""So many other villages of the demo township have a returned cell too."""


def make_returns() -> None:
    """Have the demo village report, and the demo township return one cell to it and to some others.

    Call it in a scope over the whole province, when collections and accounts are there.
    """
    units = demo_units()
    village, township = units["village"], units["township"]
    collection = Collection.objects.get(fill_level=Level.VILLAGE, due_on__gte=timezone.localdate())
    _report(collection, village)
    waiting = Submission.objects.filter(collection=collection, unit__parent=township, state=State.SUBMITTED)
    others = waiting.exclude(unit=village).order_by("path")[:MORE]
    for submission in [waiting.get(unit=village), *others]:
        return_cells(
            submission=submission,
            places=[{"place": "visit.value", "reason": REASON}],
            due_on=timezone.localdate() + timedelta(days=3),
            reason=REASON,
            by=actor_for("township"),
        )


def _report(collection: Collection, village: Unit) -> None:
    """The demo village reports: three households, and an amount that makes its township ask back."""
    by = actor_for("village")
    typed = {"visit.households": Decimal(3), "visit.value": Decimal(48_000)}
    entries = [Entry(key, value, version=0, explanation=TOLD.get(key)) for key, value in typed.items()]
    save_cells(collection=collection, unit=village, entries=entries, by=by)
    submit_submission(collection=collection, unit=village, by=by)
