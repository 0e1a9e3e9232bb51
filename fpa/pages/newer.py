"""Two people at one form: whoever saves second sees both values and chooses.

A form that edits a record carries what it was opened with (`seen`). Where the record says something else by now, the
form comes back unsaved: what one did not touch shows the newer value, what both changed keeps one's own with the newer
one beside it. Saving again, with what was seen now, is the choice. The record is loaded by `access.loaders.to_edit`, so
that nobody changes it between the comparison and the saving.

A field that replaces what it does not show, such as a phone or a file, has no value to compare: its form says in
`unshown` what tells whether that was changed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict

from fpa.core.forms import display_value

SEEN = "seen"
"""The hidden input that holds what the form was opened with."""

Written = str | list[str]
"""What a field's input sends: its text, or the values that are ticked or chosen where there may be several."""


@dataclass(frozen=True)
class Unshown:
    """What is on record behind a field that does not show it: a mark that changes with it, and how it is told."""

    mark: str
    told: str


def seen_values(form: forms.BaseForm) -> str:
    """What a form's fields have on record, as their inputs would send it back, as JSON by name."""
    shown: dict[str, Written] = {name: _on_record(form, name) for name in _watched(form)}
    marks = {name: unshown.mark for name, unshown in _unshown(form).items()}
    return json.dumps(shown | marks, ensure_ascii=False)


def newer_values(form: forms.BaseForm) -> bool:
    """Whether somebody has changed what the form was opened with to something else than it would save; the form then
    says so, field by field.

    A form that was sent without `seen` is not held up.
    """
    try:
        seen = json.loads(form.data.get(SEEN, ""))
    except ValueError:
        return False
    if not isinstance(seen, dict):
        return False
    changed = [n for n in _watched(form) if n in seen and seen[n] != _on_record(form, n)]
    differing = [n for n in changed if _typed(form, n) != _on_record(form, n)]
    told = {n: u.told for n, u in _unshown(form).items() if _typed(form, n) and seen.get(n, u.mark) != u.mark}
    if differing or told:
        _tell(form, seen, differing, told)
    return bool(differing or told)


def _unshown(form: forms.BaseForm) -> Mapping[str, Unshown]:
    return getattr(form, "unshown", {})


def _watched(form: forms.BaseForm) -> list[str]:
    """The fields that show what is on record, empty or not; a reason or a file is none of them."""
    return [
        n for n, field in form.fields.items() if n in form.initial and not field.widget.needs_multipart_form
    ]


def _on_record(form: forms.BaseForm, name: str) -> Written:
    """A field's present value of the record, in the writing in which the page sends it."""
    field = form.fields[name]
    value = field.prepare_value(form.get_initial_for_field(field, name))
    if isinstance(field.widget, forms.CheckboxInput):
        return _written(bool(value))
    return _written(field.widget.format_value(value))


def _typed(form: forms.BaseForm, name: str) -> Written:
    """What was sent for a field; of a file, its name."""
    widget = form.fields[name].widget
    return _written(widget.value_from_datadict(form.data, form.files, form.add_prefix(name)))


def _written(value: Any) -> Written:
    """A value as its input sends it; line ends and the order of what is ticked tell nothing apart."""
    if isinstance(value, list | tuple):
        several = sorted(str(each) for each in value)
        return several[0] if len(several) == 1 else several or ""
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value).replace("\r\n", "\n").strip()


def _tell(form: forms.BaseForm, seen: dict[str, Any], differing: list[str], unshown: dict[str, str]) -> None:
    """Give untouched fields the newer value, and say of each other one what it is by now."""
    data, notes = QueryDict(mutable=True), {name: _not_saved(told) for name, told in unshown.items()}
    data.update(form.data)
    for name in differing:
        field = form.fields[name]
        told = display_value(form.get_initial_for_field(field, name), field)
        if _typed(form, name) == seen[name]:
            now = _on_record(form, name)
            data.setlist(form.add_prefix(name), now if isinstance(now, list) else [now] if now else [])
            notes[name] = f"刚由他人改为“{told}”，已换成新的内容。"
        else:
            notes[name] = _not_saved(told)
    form.data = data
    form.full_clean()
    for name, note in notes.items():
        form.add_error(name, note)


def _not_saved(told: str) -> str:
    return f"他人已改为“{told}”，您填的还没有保存。请核对，保留您填的或改成新的，再保存一次。"
