"""The prefix lookup: what it finds, and that it finds it by index under row-level security."""

from datetime import date

import pytest

from fpa.access.models import Unit
from fpa.people.models import Person, Sex
from tests.cast import cast_unit


def people(unit, *names):
    for n, name in enumerate(names):
        Person.objects.create(
            unit=unit, name=name, initials="x", sex=Sex.FEMALE, birth_date=date(1980, 1, 1),
            id_cipher=b"c", id_index=f"{unit.pk}-{n}".encode(),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("张", ["张三", "张三丰", "张%"]),
        ("张三", ["张三", "张三丰"]),
        ("张%", ["张%"]),
        ("_三", []),
        ("三", []),
        ("'", []),
    ],
)
def test_prefix_matches_beginnings_literally(province_scope, typed, found):
    people(cast_unit("village"), "张三", "张三丰", "李四", "张%", "小张三")
    names = Person.objects.filter(name__prefix=typed).values_list("name", flat=True)
    assert sorted(names) == sorted(found)


def test_prefix_works_through_a_relation(db):
    counties = Unit.objects.filter(parent__initials__prefix="hhs", level=3)
    assert counties.filter(name="鹤城区").exists()
