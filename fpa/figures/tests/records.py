"""Records for the tests of figures: members written as an action would, with the mark in the same transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count
from unittest.mock import patch

from django.db import connection
from django.db.models import CharField, DecimalField, F, Func, Value

from fpa.access.models import Unit
from fpa.figures import catalogue
from fpa.figures.catalogue import Figure, register
from fpa.figures.figure import amount_of
from fpa.figures.freshness import mark_stale
from fpa.membership.models import LeaveReason, Member
from fpa.people.models import Person

_numbers = count(1)

JOINED = Figure(
    key="test.joined",
    name="新入会会员",
    unit="人",
    definition="报告期内入会人数",
    rows=lambda: Member.objects.all(),
    on="joined_on",
)
REPORTED = Figure(
    key="test.reported",
    name="按季上报金额",
    unit="元",
    definition="每名会员按入会季度计 2.50 元",
    rows=lambda: Member.objects.annotate(
        quarter=Func(F("joined_on"), Value('YYYY"Q"Q'), function="to_char", output_field=CharField()),
        amount=Value("2.50", output_field=DecimalField(max_digits=8, decimal_places=2)),
    ),
    measure="amount",
    period="quarter",
    columns=[amount_of("amount")],
)


@contextmanager
def declared(*figures: Figure) -> Iterator[None]:
    """Declare figures for the length of a block."""
    register(*figures)
    try:
        yield
    finally:
        for figure in figures:
            catalogue.unregister(figure.key)


@contextmanager
def only(*keys: str) -> Iterator[None]:
    """Let no other figures have facts: where a test turns the days for one of them, opening and recounting all others
    at each turn is most of its time. `test_histories` and `test_open_day_opens_new_months_…` have all of them."""
    stored = catalogue.stored
    with patch.object(catalogue, "stored", lambda: [figure for figure in stored() if figure.key in keys]):
        yield


def join(unit: Unit, on: date, left: date | None = None) -> Member:
    """A new member of a unit, marked."""
    number = next(_numbers)
    person = Person.objects.create(
        unit=unit,
        name="王小明",
        initials="wxm",
        sex="male",
        birth_date=date(1980, 1, 1),
        id_cipher=b"x",
        id_index=f"figures-{number}".encode(),
    )
    reason = LeaveReason.REQUEST if left else ""
    member = Member.objects.create(unit=unit, person=person, joined_on=on, left_on=left, left_reason=reason)
    mark_stale(Member, unit.path, since=on)
    return member


def leave(member: Member, on: date) -> None:
    """End a membership, marked from the day that it no longer counts."""
    member.left_on, member.left_reason = on, LeaveReason.REQUEST
    member.save()
    mark_stale(Member, member.path, since=on)


def transfer(member: Member, to: Unit) -> None:
    """Move a membership to another unit, marked at both."""
    before = member.path
    member.unit = to
    member.save()
    mark_stale(Member, before, to.path, since=member.joined_on)


def join_many(path: str, number: int, on: date) -> None:
    """Members for the villages below a path, by one statement and without a mark."""
    with connection.cursor() as cursor:
        cursor.execute(MANY, [path, path[:-1] + "0", next(_numbers) * 10_000_000, number, on])


MANY = """
WITH village AS (
    SELECT id, path, row_number() OVER (ORDER BY path) AS n
    FROM access_unit WHERE level = 5 AND path >= %s AND path < %s
),
person AS (
    INSERT INTO people_person
        (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index, created_at)
    SELECT gen_random_uuid(), v.id, v.path, '王小明', 'wxm', 'male', '1980-01-01', '', int8send(%s + g), now()
    FROM generate_series(1, %s) g JOIN village v ON v.n = 1 + g %% (SELECT count(*) FROM village)
    RETURNING id, unit_id, path
)
INSERT INTO membership_member (unit_id, path, person_id, name, initials, kind, joined_on, left_reason)
SELECT unit_id, path, id, '王小明', 'wxm', 'ordinary', %s, '' FROM person
"""
