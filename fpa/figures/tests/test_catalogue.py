"""The catalogue: what is known, what is declared, and what is refused."""

import csv
from dataclasses import replace

import pytest

from fpa.figures import catalogue
from fpa.figures.catalogue import CATALOGUE_FILE, Figure, Kind, UnknownFigure, register
from fpa.membership.models import Member
from fpa.organization.models import Staff

from .records import JOINED, declared

pytestmark = pytest.mark.django_db


def test_catalogue_knows_every_figure_of_the_half_year_report_and_no_value():
    with CATALOGUE_FILE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert list(rows[0]) == ["key", "name", "unit", "grain"]
    assert len(rows) == 59
    assert [f.key for f in catalogue.every()][:59] == [row["key"] for row in rows]


def test_catalogue_takes_name_and_unit_from_the_file():
    figure = catalogue.get("member.total")
    assert (figure.name, figure.unit, figure.pending) == ("会员", "人", False)


def test_catalogue_holds_what_no_module_yields_as_pending():
    figure = catalogue.get("site.member_home")
    assert figure.pending
    assert figure not in catalogue.declared()
    with pytest.raises(UnknownFigure, match="尚未接入"):
        figure.records()


def test_catalogue_lists_declared_figures_beyond_the_file_last():
    with declared(JOINED):
        assert catalogue.every()[-1].key == "test.joined"
    assert JOINED not in catalogue.every()


def test_catalogue_refuses_a_key_that_is_not_there():
    with pytest.raises(UnknownFigure, match="请在指标目录中查找"):
        catalogue.get("nothing")


def test_counting_names_the_figures_of_a_model():
    assert catalogue.counting(Member) == ["member.total"]
    kinds = ["staff.authorized", "staff.part_time", "staff.village_part_time"]
    assert catalogue.counting(Staff) == [*kinds, "staff.persons"]


WHOLE = replace(JOINED, key="test.whole")


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        (replace(WHOLE, key="member.total", name="", unit=""), "declared twice"),
        (replace(WHOLE, key="site.member_home", unit=""), "name and unit"),
        (replace(WHOLE, name=""), "name and unit"),
        (replace(WHOLE, unit=""), "name and unit"),
        (replace(WHOLE, rows=None), "rows and a definition"),
        (replace(WHOLE, definition=""), "rows and a definition"),
        (replace(WHOLE, on=""), "a STOCK names since"),
        (replace(WHOLE, period="code"), "a STOCK names since"),
        (replace(WHOLE, on="", since="joined_on"), "a STOCK names since"),
        (replace(WHOLE, kind=Kind.STOCK), "a STOCK names since"),
    ],
)
def test_register_refuses_what_is_not_whole(figure: Figure, reason: str):
    with pytest.raises(ValueError, match=reason):
        register(figure)
    assert figure not in catalogue.every()
