"""`fpa figures --format json`: one shape for every unit, period and kind of value."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.figures import catalogue
from tests.cast import cast_unit

from .test_commands import run

FIELDS = ["key", "value", "qualifier", "unit", "as_of"]


@pytest.fixture
def world(figures_database, province_scope):
    """Every declared figure has records."""


def figures(unit: Unit, period: str) -> dict[str, dict[str, Any]]:
    """The rows of the command, by key."""
    code, out, errors = run("figures", "--unit", unit.code, "--period", period, "--format", "json")
    assert (code, errors) == (0, "")
    return {row["key"]: row for row in json.loads(out)}


@pytest.mark.parametrize("name", ["province", "city", "county", "township", "village"])
def test_figures_of_every_level_have_one_shape(world, name):
    rows = figures(cast_unit(name), "2023H1")
    assert list(rows) == [figure.key for figure in catalogue.every()]
    for figure in catalogue.every():
        row = rows[figure.key]
        assert list(row) == FIELDS
        assert row["unit"] == figure.unit
        known = {"pending"} if figure.pending else {"exact", "not_stated", "no_value"}
        assert row["qualifier"] in known
        assert (row["value"] is None) is (row["qualifier"] != "exact")
        assert row["value"] is None or isinstance(row["value"], (int, float))


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("village", "member.total", 3),
        ("county", "member.total", 4),
        ("province", "member.total", 6),
        ("village", "org.county.total", 0),
        ("county", "org.county.total", 1),
        ("city", "org.county.listed", 2),
        ("province", "org.city.three_fix", 1),
        ("province", "staff.authorized", 3),
        ("township", "staff.authorized", 1),
        ("village", "staff.village_part_time", 1),
    ],
)
def test_figures_are_those_of_the_units_own_subtree(world, name, key, value):
    found = figures(cast_unit(name), "2023H1")[key]["value"]
    assert (found, type(found)) == (value, int)


def test_figures_keep_cents_and_need_no_rounding(world):
    cell = figures(cast_unit("village"), "2023H1")["visit.value"]
    assert (cell["value"] * 4) % 4 == 1
    assert isinstance(cell["value"], float)


@pytest.mark.parametrize(
    ("period", "stock", "flow"),
    [
        ("2023", "exact", "exact"),
        ("2023Q2", "exact", "not_reported"),
        ("2023-05", "exact", "not_reported"),
        ("2022", "not_kept", "not_kept"),
        ("2099", "not_kept", "not_kept"),
    ],
)
def test_figures_say_which_periods_are_kept(world, period, stock, flow):
    rows = figures(cast_unit("county"), period)
    assert [rows[key]["qualifier"] for key in ("member.total", "visit.households")] == [stock, flow]
    assert all((row["value"] is None) is (row["qualifier"] != "exact") for row in rows.values())


def test_figures_are_as_of_now_in_local_time(world):
    for row in figures(cast_unit("county"), "2023H1").values():
        as_of = datetime.fromisoformat(row["as_of"])
        assert as_of.utcoffset() == timedelta(hours=8)
        assert timezone.now() - as_of < timedelta(minutes=2)


def test_figures_of_a_functional_zone_are_its_own_and_not_the_countys(world):
    zone = Unit.objects.under(cast_unit("city").path).get(kind="functional_zone")
    rows = figures(zone, "2023H1")
    assert (rows["member.total"]["value"], rows["org.county.total"]["value"]) == (0, 0)
    assert figures(cast_unit("city"), "2023H1")["org.county.total"]["value"] == 12


def test_figures_follow_the_current_half_year(world):
    half = str(Period.of(timezone.localdate(), "half"))
    assert figures(cast_unit("county"), half)["member.total"]["value"] == 4


@pytest.mark.parametrize("missing", [["--unit", "431202000000"], ["--period", "2023H1"], []])
def test_figures_need_unit_and_period(db, missing):
    with pytest.raises(CommandError, match=r"--unit|--period"):
        call_command("figures", *missing)


@pytest.mark.parametrize("unit", ["43120200000", "4312020000000", "怀化市", "", "431202000000 "])
def test_figures_refuse_what_is_no_code(province_scope, unit):
    code, out, errors = run("figures", "--unit", unit, "--period", "2023H1", "--format", "json")
    assert (code, out) == (2, "")
    assert f"没有区划代码为“{unit}”的单位，请使用 12 位区划代码" in errors


def test_figures_refuse_a_unit_that_is_closed(province_scope):
    village = cast_unit("village")
    Unit.objects.filter(pk=village.pk).update(valid_to=timezone.localdate())
    assert run("figures", "--unit", village.code, "--period", "2023H1")[0] == 2


@pytest.mark.parametrize("period", ["2023H3", "2023-13", "2023Q0", "23H1", "H1", ""])
def test_figures_refuse_what_is_no_period(province_scope, period):
    code, out, errors = run("figures", "--unit", "430000000000", "--period", period)
    assert (code, out) == (2, "")
    assert errors.strip()
