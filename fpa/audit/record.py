"""Writing the audit: one event an action, in the action's own transaction (design §5)."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import models

from fpa.audit.chain import Place, take_place, take_places
from fpa.audit.models import Event
from fpa.core.actor import Actor
from fpa.core.ids import uuid7
from fpa.core.keys import keyring

SEALED_FIELDS = tuple(f.attname for f in Event._meta.fields if f.attname != "mac")
CHAIN_FIELDS = frozenset({"writer", "number", "follows"})
MASK = "******"


def record(
    verb: str,
    thing: models.Model,
    *,
    by: Actor,
    changes: dict[str, Any] | None = None,
    reason: str = "",
    path: str | None = None,
) -> Event:
    """Write the event of an action that was done to `thing`; call it inside the action's transaction.

    `verb` is `thing.done` (`member.transferred`); `changes` maps a field to `[old, new]` or holds a bulk action's
    counts and digest. The event belongs to the thing's unit, else to the actor's. Where the event can't be written
    the database raises, and the action fails with it.
    """
    event = _event(verb, thing, by, changes or {}, reason, path)
    _put(event, take_place(event.id))
    event.save(force_insert=True)
    return event


def record_all(
    verb: str, things: Sequence[tuple[models.Model, dict[str, Any]]], *, by: Actor, reason: str = ""
) -> list[Event]:
    """Write the events of one deed on many things, each with its changes: two statements for all."""
    events = [_event(verb, thing, by, changes, reason, None) for thing, changes in things]
    if events:
        for event, place in zip(events, take_places([event.id for event in events]), strict=True):
            _put(event, place)
    Event.objects.bulk_create(events)
    return events


def _put(event: Event, place: Place) -> None:
    """Give an event its place in the writer's chain, and the code that covers both."""
    event.writer, event.number, event.follows = place.writer, place.number, place.follows
    event.mac = mac_of(event)


def _event(
    verb: str, thing: models.Model, by: Actor, changes: dict[str, Any], reason: str, path: str | None
) -> Event:
    return Event(
        id=uuid7(),
        at=datetime.now(UTC),
        verb=verb,
        actor_id=by.user_id,
        actor_name=by.name,
        post_id=by.post_id,
        post_title=by.post_title,
        unit_name=by.unit_name,
        path=path or getattr(thing, "path", "") or by.path,
        object_type=thing._meta.label_lower,
        object_id=str(thing.pk or ""),
        object_name=str(thing)[:200],
        changes=_as_stored(changes),
        reason=reason,
        ip=by.ip or "",
        request_id=by.request_id,
    )


def _as_stored(changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as the database gives them back. Fractions become text: jsonb rewrites 1e16, and the code breaks."""
    return json.loads(json.dumps(changes, default=_plain), parse_float=str, parse_constant=str)


def changed(thing: models.Model, before: dict[str, Any]) -> dict[str, list[Any]]:
    """The fields of `thing` that differ from `before` (field → old value), as `[old, new]`.

    Fields that the model names in `secret_fields` are masked: that they changed is recorded, not to what.
    """
    secret: frozenset[str] = getattr(thing, "secret_fields", frozenset())
    pairs = {name: [old, getattr(thing, name)] for name, old in before.items()}
    return {n: [MASK, MASK] if n in secret else p for n, p in pairs.items() if p[0] != p[1]}


def payload_of(event: Event) -> bytes:
    """The bytes that the event's authentication code and its leaf are made of: every field, in one fixed order.

    An event of before the chains has the bytes that it had then.
    """
    without = CHAIN_FIELDS if event.writer is None else ()
    values = {name: getattr(event, name) for name in SEALED_FIELDS if name not in without}
    return json.dumps(values, default=_plain, ensure_ascii=False, sort_keys=True).encode()


def mac_of(event: Event) -> bytes:
    """The event's keyed SM3 code. The key is outside the database: who has only the database can't make an event."""
    return code_of(payload_of(event))


def code_of(payload: bytes) -> bytes:
    """The code of an event's bytes."""
    return keyring().index(payload.decode(), column="audit_event.mac")


def recorder_of_export(by: Actor) -> Callable[[str, int], None]:
    """Give the list component what it calls for each exported file: an event with the list's title and row count."""

    def write(title: str, count: int) -> None:
        user = get_user_model().objects.get(pk=by.user_id or 0)
        record("list.exported", user, by=by, changes={"list": title, "rows": count}, path=by.path)

    return write


def _plain(value: Any) -> Any:
    """JSON form of what events hold; times in UTC, so that the form does not hang on a connection's time zone."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
