"""Numbers without gaps: per unit, kind and year, given out in the transaction that uses them."""

from typing import Any, NamedTuple

from django.db import connection, transaction
from django.urls import reverse

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.refusals import Refusal
from fpa.registers.catalogue import MARK, NUMBERS
from fpa.registers.queries import parameters

_NEXT = """
    INSERT INTO registers_counter (unit_id, path, kind, year, last)
    VALUES (%(unit)s, %(path)s, %(kind)s, %(year)s, %(n)s)
    ON CONFLICT ON CONSTRAINT counter_one_a_year DO UPDATE SET last = registers_counter.last + %(n)s
    RETURNING last
"""


class CannotNumber(Refusal):
    """The unit can't give out such a number; the message says why, in Chinese."""


class Number(NamedTuple):
    """A number as it counts, and as it is written."""

    n: int
    text: str


@transaction.atomic
def take_number(*, kind: str, unit: Unit, year: int, by: Actor) -> Number:
    """Take the unit's next number of a kind in a year, for what the caller writes in the same transaction.

    The counter's row stays locked until that transaction ends: two takers wait for each other, and who rolls back
    gives the number back, so there is neither a gap nor a repeat. The caller's own event tells of it. Raises
    `CannotNumber`.
    """
    return take_numbers(kind=kind, unit=unit, year=year, count=1, by=by)[0]


@transaction.atomic
def take_numbers(*, kind: str, unit: Unit, year: int, count: int, by: Actor) -> list[Number]:
    """Take so many numbers at once, at least one: one statement. Raises `CannotNumber`."""
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotNumber("只能为本单位及下级现有单位编号。")
    declared = NUMBERS[kind]
    mark = _mark_of(unit, year, by) if "{mark}" in declared.template else ""
    with connection.cursor() as cursor:
        given: dict[str, Any] = {"unit": unit.pk, "path": unit.path, "kind": kind, "year": year, "n": count}
        cursor.execute(_NEXT, given)
        last: int = cursor.fetchone()[0]
    numbers = range(last - count + 1, last + 1)
    return [Number(n, declared.template.format(mark=mark, year=year, n=n)) for n in numbers]


def _mark_of(unit: Unit, year: int, by: Actor) -> str:
    found = parameters(MARK.key, [unit], year).get(unit.pk)
    if found is None:
        may_set = by.unit_id == unit.pk and by.may("parameter.edit")
        raise CannotNumber(
            f"{unit.association}还没有设定{year}年的{MARK.label}，请先在“参数”中设定，再编号。",
            way=reverse("set_parameter", args=[MARK.key]) if may_set else "",
        )
    return str(found)
