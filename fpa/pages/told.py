"""How a model's own fields are told: what each is called, its value in words, its column in a list.

A name may lead on to another row's field (`participant__session`). What the model says stands in it alone: labels in
`verbose_name`, the rest in the class attributes of `Record`.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import reduce
from operator import attrgetter
from typing import Any

from django.db import models

from fpa.access.models import Unit
from fpa.core.chinese import number
from fpa.core.lists import Column
from fpa.core.lists.parts import Kind
from fpa.pages.rows import Record

YEAR, YUAN = "年", "元"
STATE, UNKNOWN = "状态", "未登记"


def names_of(words: Iterable[str]) -> list[str]:
    """Names of fields, given one by one or several parted by spaces: `"title unit", "year"`."""
    return " ".join(words).split()


def field_of(model: type[models.Model], name: str) -> tuple[type[models.Model], Any]:
    """The field that a name leads to, and the model whose it is. Raises FieldDoesNotExist."""
    *steps, last = name.split("__")
    owner: Any = model
    for step in steps:
        owner = owner._meta.get_field(step).related_model
    return owner, owner._meta.get_field(last)


def label_of(model: type[models.Model], name: str) -> str:
    """What a field is called on pages; its measure, where that stands in its name (经费（元）), is left out."""
    if name == "state" and hasattr(model, "status"):
        return STATE
    owner, field = field_of(model, name)
    if field.name == "unit" and issubclass(owner, Record):
        return owner.unit_label
    return str(field.verbose_name).removesuffix(f"（{measure_of(owner, field.name)}）")


def measure_of(model: type[models.Model], name: str) -> str:
    """In what a number is told: 场, 元; empty for what is none."""
    return model.measures.get(name, "") if issubclass(model, Record) else ""


def value_of(row: Any, name: str) -> Any:
    """A field's value as pages show it: a choice by its label, a number in its measure, a row by what it is called."""
    *steps, last = name.split("__")
    row = reduce(getattr, steps, row)
    if last == "state" and hasattr(row, "status"):
        return row.status
    value = getattr(row, last)
    if hasattr(row, f"get_{last}_display"):
        return getattr(row, f"get_{last}_display")()
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return _with_measure(value, measure_of(type(row), last))
    if last == "unit" and isinstance(row, Record) and row.unit_acts:
        return value.association
    return str(value) if isinstance(value, models.Model) else value


def blank_of(row: Any, name: str) -> str:
    """What is said where a field of a row is left empty."""
    return row.blanks.get(name, UNKNOWN) if isinstance(row, Record) else UNKNOWN


def _with_measure(value: int | Decimal, measure: str) -> str:
    shown = (
        str(value) if measure == YEAR else number(value if measure == YUAN else Decimal(value).normalize())
    )
    return f"{shown} {measure}".rstrip()


def counts_of(rows: models.QuerySet[Any], name: str, measure: str) -> str:
    """How many rows have each choice of a field, in words (工作人员 1 人，志愿者 3 人); one query."""
    labels = dict(field_of(rows.model, name)[1].flatchoices)
    counts = rows.order_by(name).values_list(name).annotate(models.Count("pk"))
    return "，".join(f"{labels[value]} {count:,} {measure}" for value, count in counts)


def columns_of(
    model: type[models.Model], *names: str, default: bool | None = None, **labels: str
) -> list[Column]:
    """Columns of a list from a model's fields: days and years can be sorted by, numbers stand right in their measure.

    What a record is called leads to its page, as does a record that a row leads to. `default` says whether they stand
    on the page at first: all do, but the unit's code (`unit__code`). Give the list's `rows` what they need joined.
    """
    return [
        _column(model, name, labels.get(name) or label_of(model, name), default) for name in names_of(names)
    ]


def _column(model: type[models.Model], name: str, label: str, default: bool | None) -> Column:
    shown = default is not False
    if name == "state" and hasattr(model, "status"):
        sort = name if name in {field.name for field in model._meta.concrete_fields} else None
        return Column(name, label, attrgetter("status"), sort=sort, default=shown)
    owner, field = field_of(model, name)
    value, measure = attrgetter(name.replace("__", ".")), measure_of(owner, field.name)
    if owner is Unit and field.name == "code":
        return Column(field.name, label, value, kind="code", default=bool(default))
    if isinstance(field, models.DateField):
        return Column(field.name, label, value, sort=name, kind="date", default=shown)
    if measure == YEAR:
        return Column(field.name, label, lambda row: str(value(row)), sort=name, default=shown)
    if isinstance(field, models.IntegerField | models.DecimalField) and not field.choices:
        kind: Kind = "money" if measure == YUAN else "number"
        unit = "" if label.endswith(measure) else measure
        return Column(field.name, label, value, kind=kind, unit=unit, default=shown)
    return Column(
        field.name,
        label,
        lambda row: value_of(row, name),
        link=_link(model, owner, field, value),
        default=shown,
    )


def _link(model: type[models.Model], owner: type[models.Model], field: Any, value: attrgetter) -> Any:
    """From a row to the page that its cell leads to; None where it leads to none."""
    leads_to = field.related_model
    if isinstance(leads_to, type) and issubclass(leads_to, Record) and leads_to.page:
        return lambda row: value(row) and value(row).get_absolute_url()
    is_own = owner is model and issubclass(model, Record) and model.page and field.name == model.named_by
    return (lambda row: row.get_absolute_url()) if is_own else None
