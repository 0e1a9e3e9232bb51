"""Facts after units moved, and facts that were spoiled."""

from datetime import date

import pytest

from fpa.access.models import Unit
from fpa.core.visibility import ROOT_PATH
from fpa.figures.freshness import rebuild, refresh
from fpa.figures.models import Fact
from fpa.figures.recount import recount
from fpa.membership.models import Member
from tests.cast import cast_unit

from .records import join
from .test_refresh import value

pytestmark = pytest.mark.usefixtures("opened_database")


def _move(unit: Unit, to: Unit) -> None:
    """Put a unit without subordinates below another, with its records, as the action does."""
    unit.parent, unit.path = to, f"{to.path}x1/"
    unit.save()
    Member.objects.filter(unit=unit).update(path=unit.path)


def test_rebuild_moves_a_units_facts_to_its_new_line(province_scope):
    village, old, new = cast_unit("village"), cast_unit("county"), cast_unit("sibling")
    join(village, date(2023, 1, 1))
    refresh()
    township = Unit.objects.filter(parent=new).first()
    assert township
    _move(village, township)
    rebuild(path=cast_unit("city").path)
    assert [value("member.total", unit, "2023H1") for unit in (old, new, township)] == [0, 1, 1]
    paths = Fact.objects.filter(figure="member.total", unit=village).values_list("path", flat=True)
    assert set(paths) == {village.path}
    assert recount(cast_unit("province")).differences == []


def test_rebuild_keeps_what_lies_outside(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    join(cast_unit("sibling"), date(2023, 1, 1))
    join(cast_unit("city"), date(2023, 1, 1))
    refresh()
    before = set(Fact.objects.exclude(value=0).values_list())
    rebuild(["member.total"], cast_unit("county").path)
    assert set(Fact.objects.exclude(value=0).values_list()) == before


def test_rebuild_puts_spoiled_facts_right(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    Fact.objects.filter(figure="member.total").update(value=7, own=3)
    rebuild(["member.total"], ROOT_PATH)
    assert recount(cast_unit("province")).differences == []
