"""No form breaks, whatever is typed into it: every form page of the table, as an account that may, with an odd value in
each of its fields, one at a time and the others filled in rightly.

What a form does not take it refuses on itself, with the reason. Over all forms, each kind of field meets each value.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, cast
from uuid import uuid4

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from fpa.core.forms import NumberField
from fpa.core.once import FIELD
from fpa.pages.fields import UnitField
from tests.odd import ODD, Turns
from tests.permissions import LINES, Line
from tests.test_fuzz_pages import BROKEN, Inputs, own_address
from tests.undoing import undone

pytestmark = [pytest.mark.spread, pytest.mark.usefixtures("known_askers")]

ACCOUNTS = ("county", "province", "administrator", "village")
OK = 200
SORTS = 12
"""At least so many kinds of fields there are; fewer would say that forms were not found."""
REFUSED = ('class="fault', 'class="message')
Where = tuple[Client, str, dict[str, Any], str, forms.Field]
"""Whose form is posted, where to, filled in how, and which field of it is odd."""
PDF = b"%PDF-1.7 %%EOF"


KINDS: dict[str, tuple[type[forms.Field], ...]] = {
    "file": (forms.FileField,),
    "row": (forms.ModelChoiceField,),
    "choice": (forms.ChoiceField, forms.BooleanField),
    "number": (forms.DecimalField, forms.IntegerField),
    "unit": (UnitField,),
}
"""Kinds of fields, the narrower first; others are each their own."""


def usual(form: forms.BaseForm, name: str, unit: str) -> Any:
    """What a field is filled in with: what it shows already, else something of its kind."""
    field, shown = form.fields[name], form[name].value()
    if isinstance(field, forms.FileField):
        return SimpleUploadedFile("附件.pdf", PDF, "application/pdf") if field.required else None
    if shown not in (None, "", []):
        return field.prepare_value(shown)
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        choices = cast(Iterable[tuple[Any, Any]], field.choices)
        return next((str(value) for value, _ in choices if str(value)), "")
    if isinstance(field, forms.BooleanField):
        return "on"
    if isinstance(field, UnitField):
        return unit
    if isinstance(field, forms.DateField):
        return date.today().isoformat()
    return "1" if isinstance(field, NumberField | forms.IntegerField) else "试填"


def sent(field: forms.Field, value: str) -> Any:
    """An odd value as a client can send it: a file is one by its name and what is in it."""
    texts = [text.encode(errors="surrogateescape").decode(errors="replace") for text in ODD[value]]
    if isinstance(field, forms.FileField):
        name = texts[0].strip()[:200]
        return SimpleUploadedFile(name or "x", texts[0].encode(), "application/pdf")
    return texts


def sort_of(field: forms.Field) -> str:
    """The kind of a field: those that check alike are one."""
    return next((name for name, kinds in KINDS.items() if isinstance(field, kinds)), type(field).__name__)


class Fuzz:
    """The way of some accounts through the forms."""

    def __init__(self) -> None:
        self.turns, self.faults = Turns(), list[str]()

    def along(self, client: Client, line: Line, url: str, unit: str) -> bool:
        """Post a page's form once for each of its fields; whether the page has one."""
        with transaction.atomic():
            response = client.get(url)
            form = response.context.get("form") if response.context else None
        if not isinstance(form, forms.BaseForm) or not form.fields:
            return False
        posted = Inputs(response.content.decode()).posted
        filled = {name: usual(form, name, unit) for name in form.fields} | line.data
        filled = {form.add_prefix(name): value for name, value in filled.items() if value is not None}
        for name, field in form.fields.items():
            if to := posted.get(form.add_prefix(name)):
                where = (client, to, filled, form.add_prefix(name), field)
                self.at(where, self.turns.next(sort_of(field), where))
        return True

    def complete(self) -> None:
        """Let each kind of field meet what it has not met."""
        for where, value in list(self.turns.left()):
            self.at(where, value)

    def at(self, where: Where, value: str) -> None:
        """Post the form with one odd value, undone afterwards, and note it where it breaks or refuses silently."""
        client, url, filled, name, field = where
        data = filled | {name: sent(field, value), FIELD: str(uuid4()), "confirmed": "1"}
        with undone():
            response = client.post(url, data)
            page = b"".join(response).decode(errors="replace")
        what = f"{response.status_code} {url} {name} = {value}"
        is_told = any(mark in page for mark in REFUSED) or hasattr(response, "_is_done")
        if response.status_code >= BROKEN or (response.status_code == OK and not is_told):
            self.faults.append(what)
        assert connection.is_usable(), f"the connection is lost: {what}"


@pytest.fixture
def fuzz() -> Iterator[Fuzz]:
    """No word in the log of each refusal."""
    logging.disable()
    yield Fuzz()
    logging.disable(logging.NOTSET)


def test_no_form_breaks_by_what_is_typed_into_it(world, client_as, actor, fuzz):
    clients = {name: client_as(name) for name in ACCOUNTS}
    for client in clients.values():
        client.raise_request_exception = False
    actors = {name: actor(name) for name in ACCOUNTS}
    for line in LINES:
        for name in ACCOUNTS:
            url = own_address(line, name, actors[name], world)
            unit = world[name if name in world else "county"].unit.code
            if url and fuzz.along(clients[name], line, url, unit):
                break
    fuzz.complete()
    assert fuzz.faults == []
    assert len(fuzz.turns.met) >= SORTS


def test_fuzz_notices_a_form_that_breaks_or_keeps_silent(world, client_as, fuzz, monkeypatch):
    client, line = client_as("county"), next(line for line in LINES if line.name == "join_member")
    client.raise_request_exception = False
    assert fuzz.along(client, line, "/members/join/", world["village"].unit.code)
    assert fuzz.faults == []
    monkeypatch.setattr("fpa.core.forms.DateField.to_python", lambda self, value: date.fromisoformat(value))
    fuzz.turns.met.clear()
    fuzz.along(client, line, "/members/join/", world["village"].unit.code)
    assert any(fault.startswith("500") for fault in fuzz.faults)
