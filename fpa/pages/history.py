"""A record's history in plain words."""

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.audit.words import Change, changes_of, verb_words


@dataclass(frozen=True)
class HistoryLine:
    """One event of a record, in plain words."""

    at: datetime
    what: str
    who: str
    details: list[str]
    reason: str


def history_of(thing: models.Model) -> list[HistoryLine]:
    """What was done to a record, the latest first: all of it, wherever the record stood then.

    Call it with a record that was loaded in scope: who may see the record may know its course.
    """
    with (
        whole_province()
    ):  # events stay where they happened; a member who moved in brings theirs along to be read
        return [_line(event) for event in _events_of(thing).order_by("-at")[:200]]


def changes_since(thing: models.Model, moment: datetime, *, without: str) -> list[Change]:
    """What was changed in a record's own fields since a moment: the first value and the last, where these differ.

    `without` is a field that says nothing of the record itself, such as a state that follows its case. Call it with a
    record that was loaded in scope, as `history_of`.
    """
    own = {field.name for field in thing._meta.fields} - {without}
    found: dict[str, Change] = {}
    with whole_province():  # as in history_of
        for event in _events_of(thing).filter(at__gt=moment).order_by("at")[:200]:
            event.changes = {key: told for key, told in event.changes.items() if key in own}
            for change in changes_of(event):
                first = found.get(change.label, change)
                found[change.label] = Change(change.label, first.old, change.new)
    return [change for change in found.values() if change.old not in (None, change.new)]


def _events_of(thing: models.Model) -> models.QuerySet[Event]:
    return Event.objects.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))


def _line(event: Event) -> HistoryLine:
    return HistoryLine(
        at=event.at,
        what=verb_words(event.verb),
        who=f"{event.unit_name} {event.actor_name}".strip(),
        details=[str(change) for change in changes_of(event)],
        reason=event.reason,
    )
