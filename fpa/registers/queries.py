"""The read side: words of dictionaries, and the parameter that holds for a unit in a year."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet

from fpa.access.models import Unit
from fpa.core.refusals import Refusal
from fpa.registers.catalogue import PARAMETERS, Value
from fpa.registers.models import Entry, Parameter


class ParameterNotSet(Refusal):
    """Nobody has laid the parameter down; the message says who can, in Chinese."""


def entries(code: str, on: date) -> list[Entry]:
    """The entries of a dictionary that may be chosen on a day, in order; one query."""
    return list(Entry.objects.filter(dictionary__code=code).on(on).order_by("order", "id"))


def choices(code: str, on: date) -> list[tuple[str, str]]:
    """The same as (code, label), for a form's field."""
    return [(entry.code, entry.label) for entry in entries(code, on)]


def labels(code: str) -> dict[str, str]:
    """Every entry of a dictionary, those that have ended too, as code → label, for lists; one query."""
    return dict(Entry.objects.filter(dictionary__code=code).values_list("code", "label"))


def label_of(code: str, entry: str) -> str:
    """What an entry of a dictionary is called, ended or not; its code where there is none."""
    return labels(code).get(entry, entry)


def parameter(key: str, unit: Unit, year: int) -> Value:
    """What holds for a unit in a year: its own, or that of the nearest unit above which has one.

    Raises ParameterNotSet.
    """
    found = parameters(key, [unit], year)
    if unit.pk not in found:
        raise ParameterNotSet(_not_set(key, unit, year))
    return found[unit.pk]


def parameters(key: str, units: Iterable[Unit], year: int) -> dict[int, Value]:
    """What holds for each of many units, by the unit's primary key; one query. Units without any are left out.

    The units lie in the scope, else those of their rows that are out of sight do not count.
    """
    own = {row.path: row for row in _in_force(Parameter.objects.filter(key=key), year)}
    inherits = PARAMETERS[key].inherits
    found = {unit.pk: _nearest(own, unit.path, inherits) for unit in units}
    return {pk: row.value for pk, row in found.items() if row is not None}


def parameters_at(unit: Unit, year: int) -> list[Parameter]:
    """The row that holds for a unit in a year, of every key that has one, in the order of the keys; one query."""
    rows = _in_force(Parameter.objects.filter(unit__in=Unit.objects.above(unit.path)), year)
    nearest = {row.key: row for row in sorted(rows, key=lambda row: len(row.path)) if _counts(row, unit)}
    return [nearest[key] for key in sorted(nearest)]


def _counts(row: Parameter, unit: Unit) -> bool:
    return row.kind is not None and (row.kind.inherits or row.path == unit.path)


def _in_force(rows: QuerySet[Parameter], year: int) -> list[Parameter]:
    """Of each unit and key the latest row that has begun by the year, unless it has ended before it."""
    latest = rows.filter(from_year__lte=year).order_by("key", "path", "-from_year").distinct("key", "path")
    found = Parameter.objects.filter(pk__in=latest.values("pk")).select_related("unit")
    return list(found.filter(Q(to_year=None) | Q(to_year__gte=year)))


def _nearest(own: dict[str, Parameter], path: str, inherits: bool) -> Parameter | None:
    while path not in own and inherits and path != "/":
        path = path[: path.rstrip("/").rfind("/") + 1]
    return own.get(path)


def _not_set(key: str, unit: Unit, year: int) -> str:
    kind = PARAMETERS[key]
    who = "该单位" if not kind.inherits else "该单位及其上级"
    return f"{unit.association}{year}年没有“{kind.label}”：{who}都没有设定，请由计生协办公室在“参数”中设定后再办理。"
