"""Finding the village that a roster means."""

import pytest

from fpa.access.models import Unit
from fpa.jobs.units import NoSuchUnit, UnitFinder, code_of, tidy
from tests.cast import CITY, COUNTY

VILLAGE = "431202001001"
"""新街社区 of 城中街道."""


def finder(code: str) -> UnitFinder:
    return UnitFinder(Unit.objects.get(code=code))


NAMES = [
    ("新街社区",),
    ("新街社区居委会",),
    ("新街社区居民委员会",),
    ("新街居委会", "新街社区"),
    ("新街社区计划生育协会",),
    ("城中街道新街社区",),
    ("城中街道 新街社区",),
    ("城中街道-新街社区",),
    ("鹤城区城中街道新街社区",),
    ("鹤城城中街道新街社区",),
    ("湖南省怀化市鹤城区城中街道新街社区",),
    ("城中街道", "新街"),
    ("城中街道", "新街社区"),
    ("鹤城区", "城中街道", "新街社区"),
    ("怀化市", "鹤城区", "城中街道新街社区"),
    ("城中街道新街社区", "新街社区"),
    ("新街社区", "新街社区"),
    ("", "新街社区"),
    ("新街社区3组",),
    ("城中街道", "新街社区第三居民小组"),
    ("城中街道", "431202001001"),
]


@pytest.mark.parametrize("names", NAMES)
def test_units_by_names(db, names):
    found = finder(COUNTY).find("", names)
    assert found == tuple(Unit.objects.values_list("pk", "path").get(code=VILLAGE))


WRONG = [
    (("新街",), "有同名的：城中街道新街社区、坨院街道新街村"),
    (("城北街道", "新街社区"), "没有找到“城北街道新街社区”"),
    (("中方县新街社区",), "没有找到"),
    (("城中街道",), "是乡镇街道，不是村（社区）"),
    (("鹤城区",), "是县市区"),
    ((), "没有填写所属的村（社区）"),
    (("　",), "没有填写所属的村（社区）"),
]


@pytest.mark.parametrize(("names", "reason"), WRONG)
def test_units_by_names_says_why_not(db, names, reason):
    with pytest.raises(NoSuchUnit, match=reason) as error:
        finder(COUNTY).find("", names)
    assert not error.value.by_code


def test_units_by_code(db):
    one = finder(CITY)
    assert one.find(VILLAGE, ())[1] == "/12/02/001/001/"
    assert one.find(VILLAGE, ("新街",)) == one.find(VILLAGE, ("怀化市", "新街社区"))
    assert one.find(VILLAGE, ("去年的老村名",)) == one.find(VILLAGE, ())


@pytest.mark.parametrize(
    ("code", "names", "reason"),
    [
        ("431202001", (), "应为 12 位数字"),
        ("43120200100X", (), "应为 12 位数字"),
        ("431202001000", (), "不是村（社区）"),
        ("431221100001", (), "没有代码为"),
        (VILLAGE, ("文化山社区",), "不是同一个单位"),
    ],
)
def test_units_by_code_says_why_not(db, code, names, reason):
    with pytest.raises(NoSuchUnit, match=reason) as error:
        finder(COUNTY).find(code, names)
    assert error.value.by_code


def test_units_village_itself_needs_no_name_and_takes_its_own(db):
    village = finder(VILLAGE)
    assert not village.must_be_named
    assert village.find("", ()) == village.find("", ("鹤城区", "城中街道", "新街社区"))
    with pytest.raises(NoSuchUnit, match="没有找到"):
        village.find("", ("文化山社区",))


def test_units_committee_and_village_are_one(db):
    """The official name is 火炬村委会; offices write 火炬村, 火炬村民委员会, 火炬."""
    one = Unit.objects.get(code="430102010204")
    names = ("火炬村委会", "火炬村", "火炬村民委员会", "火炬村村民委员会", "火炬")
    found = finder(one.parent.parent.code)
    assert {found.find("", (one.parent.name, name))[0] for name in names} == {one.pk}


def test_units_every_village_is_found_by_its_own_full_name(db):
    """Under a county, township and village name find each village that has no namesake beside it."""
    county = Unit.objects.get(code="431202000000")
    one = UnitFinder(county)
    for unit in Unit.objects.current().under(county.path).filter(level=5).select_related("parent"):
        assert one.find("", (unit.parent.name, unit.name)) == (unit.pk, unit.path)


def test_units_closed_ones_are_not_found(whole_province):
    Unit.objects.filter(code=VILLAGE).update(valid_to="2025-01-01")
    with pytest.raises(NoSuchUnit):
        finder(COUNTY).find(VILLAGE, ())


@pytest.mark.parametrize(
    ("value", "code"),
    [(431202001001, VILLAGE), (431202001001.0, VILLAGE), (" 4312 0200 1001", VILLAGE), (None, "")],
)
def test_units_code_of_any_cell(value, code):
    assert code_of(value) == code


def test_units_tidy_leaves_the_name():
    assert tidy(" 城中街道 （新街社区） 计生协会 ") == "城中街道新街社区"
