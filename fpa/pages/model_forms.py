"""Forms made from a model's own fields: labels, choices, lengths, bounds and hints stand in the model alone.

They are plain forms that validate and never save: the action writes.
"""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.validators import BaseValidator, DecimalValidator, MaxValueValidator, MinValueValidator
from django.db import models

from fpa.access.models import Unit
from fpa.core.forms import DateField, Form, NumberField
from fpa.pages.fields import UnitField
from fpa.pages.forms import UNIT_HINT, OwnUnitForm
from fpa.pages.rows import Record
from fpa.pages.told import label_of, names_of

KINDS: tuple[tuple[type[models.Field], type[forms.Field]], ...] = (
    (models.DateField, DateField),
    (models.DecimalField, NumberField),
)
"""Fields of ours in place of Django's; a time (`DateTimeField`) stays Django's."""


def form_of(
    model: type[models.Model], *names: str, base: type[Form] | None = None, **kinds: type[forms.Field]
) -> type[Form]:
    """A form of a model's fields, in their order; `kinds` names another kind of field for some.

    A blank field need not be filled in; bounds come from the field's validators, choices of a row that it leads to
    from its `limit_choices_to`, the first answer from its default. A unit is typed, at or below the seat's unit, and
    its own unless another is chosen (`base` may say otherwise).
    """
    own = model.form_kinds if issubclass(model, Record) else {}
    fields = {name: form_field(model, name, kinds.get(name) or own.get(name)) for name in names_of(names)}
    whose = base or (OwnUnitForm if "unit" in fields else Form)
    return type(f"{model.__name__}Form", (whose,), {"model": model, **fields})


def form_field(model: type[models.Model], name: str, kind: type[forms.Field] | None = None) -> forms.Field:
    """The one field of a form for a field of a model, of another kind where one is given."""
    field: Any = model._meta.get_field(name)
    if field.related_model is Unit:
        hint = field.help_text or UNIT_HINT
        return UnitField(label=label_of(model, name), help_text=hint, required=not field.blank)
    given: dict[str, Any] = {"show_hidden_initial": False}
    if not field.choices:
        given |= _bounds(field)
        if kind := kind or _kind_of(field):
            given["form_class"] = kind
    made: forms.Field = field.formfield(**given)
    made.validators += [v for v in field.validators if not isinstance(v, BaseValidator | DecimalValidator)]
    return made


def _kind_of(field: models.Field) -> type[forms.Field] | None:
    if isinstance(field, models.DateTimeField):
        return None
    return next((ours for theirs, ours in KINDS if isinstance(field, theirs)), None)


def _bounds(field: models.Field) -> dict[str, Any]:
    """The least and the greatest that every validator of a number lets through."""
    if not isinstance(field, models.IntegerField | models.DecimalField):
        return {}
    lows = list(_limits(field.validators, MinValueValidator))
    highs = list(_limits(field.validators, MaxValueValidator))
    return {"min_value": max(lows, default=None), "max_value": min(highs, default=None)}


def _limits(validators: Iterable[Any], kind: type[BaseValidator]) -> Iterable[Any]:
    return (each.limit_value for each in validators if isinstance(each, kind))
