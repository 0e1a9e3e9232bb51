"""Rosters in the shapes that offices really have (issue point 5), each through the whole import."""

from datetime import date

import pytest

from fpa.core.tests.sheets_factory import (
    make_csv,
    make_raw_xlsx,
    make_xls,
    make_xlsx,
    styled_empty_rows,
    xml_row,
)
from fpa.membership.models import Member
from fpa.membership.tests.rosters import HEADER, VILLAGE, bring, number, person, run
from fpa.people.models import Person
from tests.cast import COUNTY

TITLE = ["鹤城区计生协会员花名册", None, None, None]
NOTE = ["填报单位：鹤城区计生协　　填报日期：2026年11月1日", None, None, None]
TOTAL = ["合计", "2人", None, None]


def wide(text: str) -> str:
    """Full-width characters, as an input method leaves them."""
    return "".join(chr(ord(character) + 0xFEE0) for character in text)


SHEETS = {
    "plain": [HEADER, person(1), person(2)],
    "title and note above": [TITLE, NOTE, HEADER, person(1), person(2)],
    "two header rows": [
        ["姓名", "证件", None, "所在村居"],
        [None, "公民身份号码", "联系方式", None],
        person(1),
        person(2),
    ],
    "total and footer below": [HEADER, person(1), person(2), TOTAL, ["制表人：王五", None, None, None]],
    "other names for the columns": [
        ["会员姓名", "证件号码（18位）*", "手机号码", "所属村（居）"],
        person(1),
        person(2),
    ],
    "full width and spaces": [
        HEADER,
        ["张　三", wide(number(1)), wide("13800000001"), " 新街 社区 "],
        ["李 四", f"{number(2)[:6]} {number(2)[6:14]} {number(2)[14:]}", "138-0000-0002", VILLAGE],
    ],
    "village given once": [HEADER, person(1), person(2, village=None)],
    "township and village in one cell": [
        HEADER,
        person(1, village="城中街道新街社区"),
        person(2, village="湖南省怀化市鹤城区城中街道新街社区居民委员会"),
    ],
    "village as the committee is called": [
        HEADER,
        person(1, village="新街社区居委会"),
        person(2, village="新街社区计生协"),
    ],
    "numbering row": [HEADER, [1, 2, 3, 4], person(1), person(2)],
    "blank rows between": [HEADER, person(1), [None] * 4, person(2)],
}


@pytest.mark.parametrize("kind", ["xlsx", "xls", "csv", "gb18030"])
@pytest.mark.parametrize("shape", SHEETS)
def test_import_shapes_all_rows_are_taken(province_scope, tmp_path, shape, kind):
    grid = SHEETS[shape]
    if kind in ("xlsx", "xls"):
        file = {"xlsx": make_xlsx, "xls": make_xls}[kind](tmp_path / f"名册.{kind}", {"会员": grid})
    else:
        file = make_csv(tmp_path / "名册.csv", grid, "gb18030" if kind == "gb18030" else "utf-8-sig")
    assert run(file, COUNTY) == {"new": 2, "changed": 0, "unchanged": 0, "rejected": [], "dropped": []}
    assert set(Member.objects.values_list("unit__name", flat=True)) == {VILLAGE}
    assert set(Person.objects.values_list("sex", flat=True)) == {"male", "female"}


def test_import_shapes_merged_header_and_village_cells(province_scope, tmp_path):
    grid = [
        ["会员名册", None, None, None],
        ["基本信息", None, None, "所属村"],
        ["姓名", "身份证", "手机", None],
        person(1),
        person(2, village=None),
    ]
    file = make_xlsx(tmp_path / "a.xlsx", {"S": grid}, merges=["A1:D1", "A2:C2", "D2:D3", "D4:D5"])
    assert run(file, COUNTY)["new"] == 2


def test_import_shapes_a_million_empty_rows(province_scope, tmp_path):
    rows = xml_row(1, HEADER) + xml_row(2, person(1)) + styled_empty_rows(3, 1_000_000)
    assert run(make_raw_xlsx(tmp_path / "a.xlsx", rows), COUNTY)["new"] == 1


def test_import_shapes_fifteen_digits_and_lower_case_x(province_scope, tmp_path):
    with_x = next(n for n in (number(serial) for serial in range(200)) if n.endswith("X"))
    old = number(7)[:6] + number(7)[8:17]
    answer = run(
        make_csv(tmp_path / "a.csv", [HEADER, person(1, id=with_x.lower()), person(2, id=old)]), COUNTY
    )
    assert (answer["new"], answer["rejected"]) == (2, [])


def test_import_shapes_one_sheet_a_village(province_scope, tmp_path):
    header = HEADER[:3]
    sheets = {"新街社区": [header, person(1)[:3]], "文化山社区": [header, person(2)[:3]]}
    assert run(make_xlsx(tmp_path / "a.xlsx", sheets), COUNTY)["new"] == 2
    assert set(Member.objects.values_list("unit__name", flat=True)) == {"新街社区", "文化山社区"}


def test_import_shapes_village_needs_no_column_for_itself(province_scope, tmp_path, unit_of):
    village = unit_of("village")
    file = make_csv(tmp_path / "a.csv", [HEADER[:3], person(1)[:3]])
    assert run(file, village.code, "township")["new"] == 1
    assert Member.objects.get().unit == village


DATES = {
    "2020-03-05": date(2020, 3, 5),
    "2020年3月5日": date(2020, 3, 5),
    "2020.3.5": date(2020, 3, 5),
    "2020/3/5": date(2020, 3, 5),
    "20200305": date(2020, 3, 5),
    "二〇二〇年三月五日": date(2020, 3, 5),
    43895: date(2020, 3, 5),
    date(2020, 3, 5): date(2020, 3, 5),
    "2020-03-05 00:00:00": date(2020, 3, 5),
    "2020年3月": date(2020, 3, 1),
    "202003": date(2020, 3, 1),
    "2020": date(2020, 1, 1),
}


def test_import_shapes_dates_in_any_usual_writing(province_scope, tmp_path):
    rows = [[*person(serial), written] for serial, written in enumerate(DATES, 1)]
    file = make_xlsx(tmp_path / "a.xlsx", {"S": [[*HEADER, "入会时间"], *rows]})
    assert run(file, COUNTY)["rejected"] == []
    assert list(Member.objects.order_by("id").values_list("joined_on", flat=True)) == list(DATES.values())


@pytest.mark.parametrize(
    ("unit_header", "unit_cells"),
    [
        (["单位代码"], ["431202001001"]),
        (["单位代码"], [431202001001]),
        (["区划代码", "村"], ["431202001001", "新街社区"]),
        (["乡镇", "村"], ["城中街道", "新街"]),
        (["县", "乡镇", "村"], ["鹤城区", "城中街道", "新街社区"]),
        (["所属单位"], ["城中街道新街社区计划生育协会"]),
        (["所属单位", "村"], ["城中街道计生协", "新街社区"]),
        (["村"], ["城中街道/新街社区"]),
    ],
)
def test_import_shapes_unit_by_code_and_names(province_scope, tmp_path, unit_header, unit_cells):
    file = make_xlsx(tmp_path / "a.xlsx", {"S": [[*HEADER[:3], *unit_header], [*person(1)[:3], *unit_cells]]})
    answer = run(file, COUNTY)
    assert (answer["new"], answer["rejected"]) == (1, [])
    assert Member.objects.get().unit.code == "431202001001"


@pytest.mark.parametrize(
    ("village", "community", "reason"),
    [
        (None, "新街社区", None),
        ("新街社区", None, None),
        ("新街社区", "新街社区", None),
        ("新街社区", "文化山社区", "没有找到“城中街道新街社区 文化山社区”"),
        (None, None, "是乡镇"),
    ],
)
def test_import_shapes_village_and_community_in_columns_of_their_own(
    province_scope, tmp_path, village, community, reason
):
    name, id_number, *_ = person(1)
    header = ["姓名", "身份证号", "乡镇", "街道", "村", "社区"]
    answer = bring(tmp_path, [header, [name, id_number, None, "城中街道", village, community]])
    if reason is None:
        assert answer["new"] == 1
        assert Member.objects.get().unit.name == "新街社区"
    else:
        (rejected,) = answer["rejected"]
        assert rejected["column"] == "村、社区"
        assert reason in rejected["reason"]


def test_import_shapes_formula_in_the_second_of_split_columns(province_scope, tmp_path):
    name, id_number, *_ = person(1)
    rows = [["姓名", "身份证号", "村", "社区"], [name, id_number, None, "=A1"]]
    (rejected,) = run(make_xlsx(tmp_path / "a.xlsx", {"S": rows}), COUNTY)["rejected"]
    assert (rejected["column"], "公式" in rejected["reason"]) == ("村、社区", True)
