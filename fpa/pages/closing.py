"""Records that are worked on and then closed (办结): from then on they count, and change only once opened again."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import models

from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.lists import Status
from fpa.core.refusals import Refusal
from fpa.pages.declared_forms import FormPage
from fpa.pages.forms import ReasonForm
from fpa.pages.rows import Record, RecordQuerySet


class ClosingState(models.TextChoices):
    OPEN = "open", "进行中"
    CLOSED = "closed", "已办结"


class Closable(Record):
    """A record that is open until it is closed."""

    way_out = "；确需更正，请先退回未办结"

    state = models.CharField("状态", max_length=8, choices=ClosingState, default=ClosingState.OPEN)

    class Meta:
        abstract = True

    @property
    def is_open(self) -> bool:
        """Whether it, and what stands in it, may still be changed."""
        return self.state == ClosingState.OPEN

    @property
    def status(self) -> Status:
        """Whether it is closed, by word and shape."""
        return Status(ClosingState(self.state).label, "waiting" if self.is_open else "done")


C = TypeVar("C", bound=Closable)


def lock_closed(row: C, refusal: type[Refusal]) -> C:
    """The closed row as it is now, held until commit, to be opened again. Raises the `refusal` where it is open."""
    now: C = type(row).objects.lock(row)
    if now.is_open:
        raise refusal(f"“{now}”没有办结，可以直接修改。")
    return now


def turn(row: C, state: ClosingState, verb: str, *, by: Actor, reason: str = "", **told: Any) -> C:
    """Close a locked record, or open it again, with its event; what is `told` stands in it.

    Call it inside the action's transaction, which marks the figures.
    """
    row.state = state
    row.save()
    record(verb, row, by=by, changes=told, reason=reason)
    return row


def close_page(
    does: Callable[..., Any], permission: str, rows: RecordQuerySet, follows: Callable[[Any], str]
) -> FormPage:
    """The page on which a record is closed, and what `follows` from it."""
    return FormPage(
        does,
        permission,
        "办结",
        rows,
        icon="check",
        when=lambda row: row.is_open,
        consequences=lambda row: [follows(row)],
    )


def reopen_page(does: Callable[..., Any], permission: str, rows: RecordQuerySet) -> FormPage:
    """The page on which a closed record is opened again, with the reason."""
    return FormPage(
        does,
        permission,
        "退回未办结",
        rows,
        ReasonForm,
        label="退回未办结",
        icon="arrow-back-up",
        said="“{}”可以修改了，改好后请重新办结。",
        when=lambda row: not row.is_open,
    )
