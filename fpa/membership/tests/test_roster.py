"""One row of a roster in canonical form: each kind of cell, what is understood, and what is said of the rest."""

import json
from base64 import b64decode
from datetime import date, datetime

import pytest

from fpa.core.sheets import Sheet
from fpa.core.sheets.header import Record, locate
from fpa.core.sheets.model import SheetRow
from fpa.membership.roster import FIELDS, Context, normalise
from fpa.membership.tests.rosters import number
from fpa.people.secrets import ID, PHONE

TODAY = date(2026, 11, 24)
MAN = number(1)
"""Born on 17 May 1980."""


def read(**cells):
    """The row with these cells, the others as they should be."""
    (normal,) = normalise([Record(2, {"name": "张三", "id": MAN, **cells})], Context(TODAY))
    return normal


def faults(**cells):
    return [tuple(fault) for fault in read(**cells).faults]


NAMES = {
    "张三": "张三",
    "  张三 ": "张三",
    "张 三": "张三",
    "张　三": "张三",
    "欧阳 修": "欧阳修",
    "阿依古丽·买买提": "阿依古丽·买买提",
    "阿依古丽•买买提": "阿依古丽·买买提",
    "阿依古丽.买买提": "阿依古丽·买买提",
    "阿依古丽・买买提": "阿依古丽·买买提",
    "张\n三": "张三",
    "\u200b张三": "张三",
    "Ｊｏｈｎ　Ｓｍｉｔｈ": "John Smith",
    "𠮷野": "𠮷野",
    "〇一": "〇一",
}


@pytest.mark.parametrize("written", NAMES)
def test_roster_name_is_understood(written):
    normal = read(name=written)
    assert normal.faults == []
    assert normal.data["name"] == NAMES[written]


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "姓名没有填写"),
        ("无", "姓名没有填写"),
        ("/", "姓名没有填写"),
        ("张", "姓名只有一个字，请填写全名"),
        ("张3", "姓名里有数字，请核对"),
        ("张三（组长）", "姓名过长，或有不属于姓名的符号，请只填一个人的姓名"),
        ("张三、李四", "姓名过长，或有不属于姓名的符号，请只填一个人的姓名"),
        ("张" * 21, "姓名过长，或有不属于姓名的符号，请只填一个人的姓名"),
        (12, "姓名应是文字，请核对"),
        (date(2020, 1, 1), "姓名应是文字，请核对"),
        ("=HYPERLINK()", "姓名过长，或有不属于姓名的符号，请只填一个人的姓名"),
    ],
)
def test_roster_name_is_refused(written, reason):
    assert faults(name=written) == [("name", reason)]


def test_roster_surname_has_its_own_reading():
    assert [read(name=name).data["initials"] for name in ("单小明", "曾国强", "张晓梅")] == [
        "sxm",
        "zgq",
        "zxm",
    ]


def test_roster_sex_and_birth_come_from_the_number():
    assert (read().data["sex"], read().data["birth"]) == ("male", "1980-05-17")
    assert read(id=number(2)).data["sex"] == "female"


@pytest.mark.parametrize("written", [MAN.lower(), f" {MAN}", f"'{MAN}", f"{MAN[:6]} {MAN[6:14]} {MAN[14:]}"])
def test_roster_number_in_any_writing_is_one_person(written):
    assert read(id=written).key == read().key == ID.lookup(MAN)["id_index"]


@pytest.mark.parametrize(
    "written", [None, "", "无", "4.30102E+17", 4.3010219800517e17, MAN[:17], "身份证遗失", True]
)
def test_roster_number_that_is_none_gives_one_fault_and_no_key(written):
    normal = read(id=written)
    assert normal.key is None
    assert [fault.field for fault in normal.faults] == ["id"]
    assert "id_cipher" not in normal.data


PHONES = {
    "13812345678": "13812345678",
    13812345678: "13812345678",
    "138 1234 5678": "13812345678",
    "+86 138-1234-5678": "13812345678",
    "0745-2223333": "0745-2223333",
    None: "",
    "无": "",
    "—": "",
    "/": "",
    "暂无": "",
}


@pytest.mark.parametrize("written", PHONES)
@pytest.mark.parametrize("column", ["phone", "telephone"])
def test_roster_phone_is_sealed_for_the_person(written, column):
    normal = read(**{column: written})
    assert normal.faults == []
    if PHONES[written]:
        token = b64decode(normal.data["phone_cipher"])
        assert PHONE.open(token, normal.data["person"]) == PHONES[written]
        assert b64decode(normal.data["phone_index"]) == PHONE.lookup(PHONES[written])["phone_index"]
    else:
        assert "phone_cipher" not in normal.data


def test_roster_phone_falls_back_to_the_telephone():
    one = read(phone="无", telephone="13812345678").data["phone_index"]
    assert one == read(phone="13812345678", telephone="随便").data["phone_index"]
    assert faults(phone=None, telephone="随便")[0][0] == "telephone"


def test_roster_secrets_are_sealed_and_nowhere_in_plain():
    normal = read(phone="13812345678")
    assert ID.open(b64decode(normal.data["id_cipher"]), normal.data["person"]) == MAN
    said = json.dumps(normal.data, ensure_ascii=False)
    assert MAN not in said
    assert "13812345678" not in said
    assert normal.data["masked"] == f"{MAN[:4]}**********{MAN[14:]}"


def test_roster_each_row_gets_a_person_and_ciphers_of_its_own():
    one, other = normalise([Record(n, {"name": "张三", "id": MAN}) for n in (2, 3)], Context(TODAY))
    assert one.key == other.key
    assert one.data["person"] != other.data["person"]
    assert one.data["id_cipher"] != other.data["id_cipher"]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ({}, None),
        ({"kind": "普通会员"}, "ordinary"),
        ({"kind": "会员"}, "ordinary"),
        ({"kind": " 骨干 会员 "}, "core"),
        ({"kind": "骨干"}, "core"),
        ({"is_core": "是"}, "core"),
        ({"is_core": "√"}, "core"),
        ({"is_core": "否"}, "ordinary"),
        ({"is_core": "骨干会员"}, "core"),
        ({"kind": "骨干会员", "is_core": "是"}, "core"),
        ({"kind": "无", "is_core": "—"}, None),
    ],
)
def test_roster_kind_is_understood(cells, kind):
    assert (read(**cells).faults, read(**cells).data.get("kind")) == ([], kind)


@pytest.mark.parametrize(
    ("cells", "field", "reason"),
    [
        ({"kind": "荣誉会员"}, "kind", "会员类别应填“普通会员”或“骨干会员”，请核对"),
        ({"is_core": "也许"}, "is_core", "是否骨干会员应填“是”或“否”，请核对"),
        ({"kind": "普通会员", "is_core": "是"}, "is_core", "是否骨干会员与会员类别不一致，请核对"),
        ({"sex": "女"}, "sex", "性别与证件号码不符：证件号码是男性的，请核对"),
        ({"sex": "3"}, "sex", "性别应填“男”或“女”，请核对"),
        ({"birth": "1980-05-18"}, "birth", "出生日期与证件号码不符，请对照证件核对"),
        ({"birth": "1981"}, "birth", "出生日期与证件号码不符，请对照证件核对"),
        ({"birth": "1980年6月"}, "birth", "出生日期与证件号码不符，请对照证件核对"),
        ({"birth": "1980-05-01"}, "birth", "出生日期与证件号码不符，请对照证件核对"),
        ({"joined_on": "1980-05-16"}, "joined_on", "入会日期早于出生日期，请核对"),
    ],
)
def test_roster_contradictions_are_told(cells, field, reason):
    assert faults(**cells) == [(field, reason)]


@pytest.mark.parametrize("cell", ["男", "男性", " 男 ", "1", 1, None])
def test_roster_sex_column_that_agrees(cell):
    assert faults(sex=cell) == []


@pytest.mark.parametrize(
    "cell",
    [
        "1980-05-17",
        "1980.5.17",
        "80-5-17",
        datetime(1980, 5, 17),
        29358,
        "1980年5月",
        "1980.05",
        "198005",
        198005,
        "1980年",
        None,
    ],
)
def test_roster_birth_column_that_agrees(cell):
    assert faults(birth=cell) == []


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2020-03-05", "2020-03-05"),
        ("2020年3月", "2020-03-01"),
        ("202003", "2020-03-01"),
        (202003, "2020-03-01"),
        (datetime(2020, 3, 5, 8, 30), "2020-03-05"),
        ("2026-11-24", "2026-11-24"),
        (None, None),
        ("不详", None),
    ],
)
def test_roster_joined_on(cell, day):
    assert read(joined_on=cell).data.get("joined_on") == day


@pytest.mark.parametrize("cell", ["2026-11-25", "去年", "2020-13-01", "2020-02-30", "20-3"])
def test_roster_joined_on_is_refused(cell):
    assert [field for field, _ in faults(joined_on=cell)] == ["joined_on"]


def test_roster_all_faults_of_a_row_stand_together():
    found = faults(name=None, phone="1", sex="女", joined_on="去年", kind="x")
    assert [field for field, _ in found] == ["name", "phone", "joined_on", "kind", "sex"]


ALIASES = [(field.key, name) for field in FIELDS for name in (field.label, *field.aliases)]
REQUIRED = {"name": "姓名", "id": "证件号码"}


@pytest.mark.parametrize(("key", "written"), ALIASES)
def test_roster_column_is_known_by_each_of_its_names(key, written):
    others = [name for other, name in REQUIRED.items() if other != key]
    sheet = Sheet("S", lambda: iter([SheetRow(1, [*others, f"{written}*"]), SheetRow(2, ["张三", MAN, "x"])]))
    table = locate(sheet, FIELDS)
    assert (table.columns[key], table.labels[key]) == (len(others), f"{written}*")


def test_roster_no_name_means_two_columns():
    names = [name for _, name in ALIASES]
    assert len(names) == len(set(names))
