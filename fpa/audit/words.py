"""Events in plain Chinese: their verbs, kinds of things, fields and values, by the words that the rooms declare."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from fpa.audit.models import Event
from fpa.core.chinese import date_cn, time_cn
from fpa.core.modules import merged


@dataclass(frozen=True)
class Change:
    """One line of what an event changed, in words; `old` is None where the event tells a fact, not a change."""

    label: str
    old: str | None
    new: str

    def __str__(self) -> str:
        if self.old is None or self.old == NOTHING:
            return f"{self.label}：{self.new}"
        return f"{self.label}：已更新" if self.old == self.new else f"{self.label}：{self.old} → {self.new}"


NOTHING = "无"


def verb_words(verb: str) -> str:
    """What a verb is called; the verb itself where nobody has named it yet."""
    return merged("verbs").get(verb, verb)


def thing_words(object_type: str) -> str:
    """What kind of thing `app.model` is, by its model's own name."""
    model = _model(object_type)
    return str(model._meta.verbose_name) if model else object_type


def changes_of(event: Event) -> list[Change]:
    """What an event changed, line by line: its thing's own fields in their order, then the rest. What a new thing
    was left without is no line."""
    model = _model(event.object_type)
    places = {f.name: n for n, f in enumerate(model._meta.fields)} if model else {}
    keys = sorted(event.changes, key=lambda key: (places.get(key, len(places)), key))
    told = [_change(_label(event.object_type), key, event.changes[key], _field(model, key)) for key in keys]
    return [change for change in told if not change.old == change.new == NOTHING]


def _change(kind: str, key: str, value: Any, field: models.Field | None) -> Change:
    own = str(field.verbose_name) if field else key
    named = merged("fields")
    label = named.get(f"{kind}.{key}") or named.get(key) or own
    if isinstance(value, list) and len(value) == 2 and not all(_is_remark(each) for each in value):
        return Change(label, _said(value[0], field), _said(value[1], field))
    return Change(label, None, _said(value, field))


def _label(object_type: str) -> str:
    return merged("former_labels").get(object_type, object_type)


def _model(object_type: str) -> type[models.Model] | None:
    with suppress(LookupError, ValueError):
        return apps.get_model(_label(object_type))
    return None


def _field(model: type[models.Model] | None, key: str) -> models.Field | None:
    with suppress(FieldDoesNotExist):
        found = model._meta.get_field(key) if model else None
        return found if isinstance(found, models.Field) else None
    return None


def _is_remark(value: Any) -> bool:
    """Whether a value is what was said of one place: a return's faulty cell, with its reason."""
    return isinstance(value, dict) and {"label", "reason"} <= value.keys()


def _said(value: Any, field: models.Field | None) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if _is_remark(value):
        return f"{value['label']}：{value['reason']}"
    if isinstance(value, dict):
        return "；".join(
            f"{merged('fields').get(key, key)}：{_said(each, None)}" for key, each in value.items()
        )
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "、".join(_said(each, field) for each in value)
    choices = dict(field.flatchoices) if field else {}
    return str(choices.get(value) or _said_text(str(value)))


def _said_text(text: str) -> str:
    """A date or moment as it is said; any other text as it is."""
    with suppress(ValueError):
        return date_cn(date.fromisoformat(text))
    with suppress(ValueError):
        return time_cn(datetime.fromisoformat(text))
    return text
