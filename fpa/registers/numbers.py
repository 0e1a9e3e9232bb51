"""Numbers without gaps: per unit, kind and year, given out in the transaction that uses them."""

from typing import NamedTuple

from django.db import connection, transaction

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.refusals import Refusal
from fpa.registers.catalogue import MARK, NUMBERS
from fpa.registers.queries import parameters

_NEXT = """
    INSERT INTO registers_counter (unit_id, path, kind, year, last) VALUES (%s, %s, %s, %s, 1)
    ON CONFLICT ON CONSTRAINT counter_one_a_year DO UPDATE SET last = registers_counter.last + 1
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
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotNumber("只能为本单位及下级现有单位编号。")
    declared = NUMBERS[kind]
    mark = _mark_of(unit, year) if "{mark}" in declared.template else ""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [unit.pk, unit.path, kind, year])
        n: int = cursor.fetchone()[0]
    return Number(n, declared.template.format(mark=mark, year=year, n=n))


def _mark_of(unit: Unit, year: int) -> str:
    found = parameters(MARK.key, [unit], year).get(unit.pk)
    if found is None:
        raise CannotNumber(
            f"{unit.association}还没有设定{year}年的{MARK.label}，请先在“参数”中设定，再编号。"
        )
    return str(found)
