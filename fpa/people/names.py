"""Tables that keep a person's name beside the person's own record: to be found by it, and to be called by it where
the record stands out of their sight."""

from django.db import models

from fpa.access.scope import whole_province
from fpa.core.chinese import clean, initials
from fpa.people.models import Person

_copies: list[type[models.Model]] = []


def register_name_copy(model: type[models.Model]) -> None:
    """Have a model's name and initials follow those of its `person`; called where the model's room starts."""
    if model not in _copies:
        _copies.append(model)


def name_copies() -> list[type[models.Model]]:
    """The models that keep a copy of a person's name."""
    return list(_copies)


def set_name(person: Person, name: str) -> None:
    """Give a person (not saved) a name with its pinyin initials."""
    person.name = clean(name)
    person.initials = initials(person.name, person=True)


def rename_copies(person: Person) -> None:
    """Bring every copy of a saved person's name up to the record."""
    with (
        whole_province()
    ):  # a person's name is one and the same at every unit where they work; nothing is shown
        for model in _copies:
            rows = model._default_manager.filter(person=person)
            rows.exclude(name=person.name).update(name=person.name, initials=person.initials)
