"""Finding the village that a roster means."""

import pytest

from fpa.access.models import Unit
from fpa.imports.units import NoSuchUnit, UnitFinder, code_of, tidy
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
    ("城中街道", "４３１２０２００１００１"),
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


def test_units_closed_ones_are_not_found(province_scope):
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


def named(path: str) -> UnitFinder:
    return UnitFinder(Unit.objects.get(path=path))


NAMESAKES = [
    ("/04/81/", "和平村委会", r"“和平村委会”有同名的：(?:\w+和平村委会、){2}\w+和平村委会等 4 个，请写明"),
    (
        "/05/22/",
        "和谐村",
        r"“和谐村”有同名的：(?:\w+和谐村、){2}\w+和谐村，请写明乡镇（街道），或填写 12 位区划代码",
    ),
]


@pytest.mark.parametrize(("county", "name", "reason"), NAMESAKES)
def test_units_namesakes_are_named_three_at_most_and_found_by_township(db, county, name, reason):
    one = named(county)
    with pytest.raises(NoSuchUnit, match=reason):
        one.find("", (name,))
    same = list(Unit.objects.under(county).filter(level=5, name=name).select_related("parent"))
    assert len(same) > 2
    for unit in same:
        found = (unit.pk, unit.path)
        assert one.find("", (unit.parent.name, name)) == found
        assert one.find("", (unit.parent.name + name,)) == found
        assert one.find(unit.code, (name,)) == found


def test_units_namesakes_of_two_counties_are_told_with_the_county(db):
    city = finder(CITY)
    with pytest.raises(NoSuchUnit) as error:
        city.find("", ("火车站社区",))
    places = str(error.value).partition("：")[2].partition("，")[0].split("、")
    assert [place[:3] for place in places] == ["鹤城区", "中方县"]
    for place, path in zip(places, ("/12/02/002/005/", "/12/21/102/003/"), strict=True):
        assert city.find("", (place,))[1] == path
        assert city.find("", (place[:3], "火车站社区"))[1] == path


def test_units_townships_of_one_name_in_two_counties_need_the_county(db):
    """太和镇 stands twice below one city: its roster has to say which."""
    city = named("/10/")
    towns = (
        Unit.objects.under("/10/").filter(level=4, name="太和镇").select_related("parent").order_by("path")
    )
    assert len(towns) == 2
    for town in towns:
        village = Unit.objects.filter(parent=town).order_by("path")[0]
        assert city.find("", (town.parent.name, "太和镇", village.name)) == (village.pk, village.path)


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("田湾社区", "/12/23/102/001/"),
        ("田湾村", "/12/23/102/202/"),
        ("田湾社区居委会", "/12/23/102/001/"),
        ("田湾村委会", "/12/23/102/202/"),
        ("田湾村民委员会", "/12/23/102/202/"),
    ],
)
def test_units_village_and_community_of_one_name_are_two(db, written, path):
    one = named("/12/23/")
    assert one.find("", (written,))[1] == path
    with pytest.raises(NoSuchUnit, match="有同名的：田湾镇田湾社区、田湾镇田湾村，"):
        one.find("", ("田湾",))


def test_units_foreign_unit_in_the_name_is_never_passed_over(db):
    """A name above the village that is another unit's is not taken for noise."""
    one = finder(COUNTY)
    for wrong in ("中方县", "长沙市", "文化山社区", "湖北省"):
        with pytest.raises(NoSuchUnit, match="没有找到"):
            one.find("", (wrong, "新街社区"))


def test_units_answer_is_the_same_each_time(db, django_assert_num_queries):
    one = finder(COUNTY)
    with django_assert_num_queries(0):
        assert one.find("", ("新街社区",)) == one.find("", ("新街社区",))
        reasons = set()
        for _ in range(3):
            with pytest.raises(NoSuchUnit) as error:
                one.find("", ("不存在",))
            reasons.add(str(error.value))
    assert reasons == {"鹤城区范围内没有找到“不存在”，请核对名称，或填写 12 位区划代码"}


def test_units_of_an_extension_are_not_meant_by_the_code(province_scope):
    village = Unit.objects.get(code=VILLAGE)
    school = Unit.objects.create(
        code=VILLAGE, extension="071", name="新街小学", short_name="新街小学", initials="xjxx", level=5,
        kind=village.kind, parent=village.parent, path="/12/02/001/971/", valid_from=village.valid_from,
    )  # fmt: skip
    one = finder(COUNTY)
    assert one.find(VILLAGE, ()) == (village.pk, village.path)
    assert one.find("", ("新街小学",)) == (school.pk, school.path)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("新街社区", "新街社区"),
        ("新 街\t社　区", "新街社区"),
        ("【新街社区】", "新街社区"),
        ("“新街社区”", "新街社区"),
        ("新街社区计划生育协会", "新街社区"),
        ("新街社区计生协", "新街社区"),
        ("新街村十二组", "新街村"),
        ("新街村第3村民小组", "新街村"),
        ("小组", "小组"),
        ("３号社区", "3号社区"),
        ("", ""),
        ("——", ""),
    ],
)
def test_units_tidy_takes_off_what_is_no_name(written, name):
    assert tidy(written) == name


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("431202001001", VILLAGE),
        ("４３１２０２００１００１", VILLAGE),
        ("'４３１２０２ 001001　", VILLAGE),
        ("4312-0200-1001", "4312-0200-1001"),
        ("", ""),
        (0, "0"),
    ],
)
def test_units_code_of_what_is_written(value, code):
    assert code_of(value) == code
