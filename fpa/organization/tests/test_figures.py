"""The figures of 组织建设管理: which records count, from which day to which."""

from datetime import date

import pytest

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.figures.freshness import mark_stale, refresh
from fpa.figures.queries import coverage, read
from fpa.organization.models import Staff, Standing
from fpa.people.models import Person
from tests.cast import cast_unit

H1 = Period.parse("2023H1")
STANDINGS = ("listed", "civil_service", "three_fix")


def values(prefix: str, *names: str, at: str = "province") -> list[object]:
    """What the figures `prefix.name` are at a member of the cast's unit in 2023H1."""
    refresh()
    found = read([f"{prefix}.{name}" for name in names], cast_unit(at), H1)
    return [reading.value for reading in found.values()]


def zone() -> Unit:
    found = Unit.objects.filter(kind="functional_zone").first()
    assert found
    return found


def test_org_total_counts_administrative_units_only(province_scope):
    assert values("org", "city.total", "county.total") == [14, 122]
    assert values("org", "city.total", "county.total", at="city") == [1, 12]
    assert values("org", "city.total", "county.total", at="county") == [0, 1]


def test_org_total_follows_the_life_of_units(province_scope):
    Unit.objects.filter(code="431202000000").update(valid_to=date(2023, 6, 30))
    Unit.objects.filter(code="431221000000").update(valid_from=date(2023, 7, 1))
    assert values("org", "county.total") == [120]


@pytest.mark.parametrize("kind", STANDINGS)
def test_org_standing_counts_where_it_holds_at_the_end(province_scope, kind):
    for name, since, until in (
        ("county", date(2020, 1, 1), None),
        ("sibling", date(2020, 1, 1), date(2023, 6, 30)),
        ("city", date(2023, 6, 30), None),
        ("township", date(2020, 1, 1), None),
    ):
        Standing.objects.create(unit=cast_unit(name), kind=kind, since=since, until=until)
    Standing.objects.create(unit=zone(), kind=kind, since=date(2020, 1, 1))
    assert values("org", f"city.{kind}", f"county.{kind}") == [1, 1]
    others = [other for other in STANDINGS if other != kind]
    assert values("org.county", *others) == [0, 0]


@pytest.mark.parametrize("kind", ["authorized", "part_time", "village_part_time"])
def test_staff_counts_those_in_post_at_the_end(province_scope, kind):
    person = Person.objects.create(
        unit=cast_unit("county"),
        name="李四",
        initials="ls",
        sex="male",
        birth_date=date(1980, 1, 1),
        id_cipher=b"x",
        id_index=b"staff-figure",
    )
    for name, end in (("county", None), ("township", date(2023, 6, 30)), ("village", date(2023, 7, 1))):
        unit = cast_unit(name)
        Staff.objects.create(
            unit=unit,
            person=person,
            name="李四",
            kind=kind,
            title="干事",
            valid_from=date(2020, 1, 1),
            valid_to=end,
        )
        mark_stale(Staff, unit.path, since=date(2020, 1, 1))
    names = ["authorized", "part_time", "village_part_time"]
    assert values("staff", *names) == [2 if name == kind else 0 for name in names]


def test_org_coverage_is_the_register_itself(province_scope):
    refresh()
    assert str(coverage("org.county.civil_service", cast_unit("province"), H1)) == "122/122 个县"
    assert str(coverage("org.county.total", cast_unit("city"), H1)) == "12/12 个县"
