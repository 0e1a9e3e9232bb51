"""Two people at one form: whoever saves second sees both values and chooses.

A form that edits a record carries what it was opened with (`seen`). Where the record says something else by now, the
form comes back unsaved: what one did not touch shows the newer value, what both changed keeps one's own with the newer
one beside it. Saving again, with what was seen now, is the choice.
"""

import json
from typing import Any

from django import forms
from django.http import QueryDict

from fpa.core.forms import display_value

SEEN = "seen"
"""The hidden input that holds what the form was opened with."""


def seen_values(form: forms.BaseForm) -> str:
    """What a form's fields start with, as their widgets would send it back, as JSON by name."""
    return json.dumps({name: _raw(form, name) for name in _watched(form)}, ensure_ascii=False)


def newer_values(form: forms.BaseForm) -> bool:
    """Whether somebody has changed what the form was opened with; the form then says so, field by field.

    A form that was sent without `seen` is not held up.
    """
    try:
        seen = json.loads(form.data.get(SEEN, ""))
    except ValueError:
        return False
    if not isinstance(seen, dict):
        return False
    changed = [n for n in _watched(form) if n in seen and seen[n] != _raw(form, n)]
    if changed:
        _tell(form, seen, changed)
    return bool(changed)


def _watched(form: forms.BaseForm) -> list[str]:
    return [name for name in form.fields if form.get_initial_for_field(form.fields[name], name) is not None]


def _raw(form: forms.BaseForm, name: str) -> Any:
    """A field's present value of the record, in the writing in which the page sends it."""
    field = form.fields[name]
    value = field.prepare_value(form.get_initial_for_field(field, name))
    written = field.widget.format_value(value)
    return written[0] if isinstance(written, list) and len(written) == 1 else written


def _tell(form: forms.BaseForm, seen: dict[str, Any], changed: list[str]) -> None:
    """Give untouched fields the newer value, and say of each changed one what it was, is, and was to become."""
    data = {**form.data} if not isinstance(form.data, QueryDict) else form.data.copy()
    notes = {}
    for name in changed:
        field, now = form.fields[name], _raw(form, name)
        told = display_value(form.get_initial_for_field(field, name), field)
        mine = data.get(form.add_prefix(name), "")
        if mine == seen[name]:
            data[form.add_prefix(name)] = now
            notes[name] = f"刚由他人改为“{told}”，已换成新的内容。"
        elif mine != now:
            notes[name] = f"他人已改为“{told}”，您填的还没有保存。请核对，保留您填的或改成新的，再保存一次。"
    form.data = data
    form.full_clean()
    for name, note in notes.items():
        form.add_error(name, note)
