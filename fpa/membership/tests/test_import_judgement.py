"""What becomes of a row: new, changed, unchanged, or rejected with the column and the reason."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.tests.sheets_factory import make_csv, make_xlsx
from fpa.figures import catalogue
from fpa.figures.freshness import refresh
from fpa.figures.recount import kept_periods, recounted, stored
from fpa.membership.actions import join_member, leave_member
from fpa.membership.models import LeaveReason, Member
from fpa.membership.tests.rosters import HEADER, bring, number, person, run
from fpa.organization.actions.staff import appoint_staff
from fpa.organization.models import Staff
from fpa.people.models import Person
from fpa.people.rows import OTHER_NAME
from fpa.people.secrets import PHONE
from fpa.people.tests.people import make_person
from tests.cast import COUNTY

FULL = [*HEADER, "性别", "出生日期", "入会日期", "会员类别"]
MALE = {"sex": "男", "birth": "1980-05-17", "joined": "2020-01-01", "kind": "普通会员"}

FAULTY = {
    "no name": ({"name": None}, "姓名", "姓名没有填写"),
    "a figure for a name": ({"name": "张3"}, "姓名", "数字"),
    "no number": ({"id": None}, "身份证号", "证件号码没有填写"),
    "a damaged number": ({"id": "4.30102E+17"}, "身份证号", "科学计数法"),
    "a wrong check digit": (
        {"id": number(1)[:17] + ("0" if number(1)[17] != "0" else "1")},
        "身份证号",
        "校验位",
    ),
    "a short number": ({"id": number(1)[:16]}, "身份证号", "18 位"),
    "a wrong phone": ({"phone": "12345"}, "手机", "11 位"),
    "a village not there": ({"village": "没有的村"}, "村（社区）", "没有找到“没有的村”"),
    "a village elsewhere": ({"village": "431221100201"}, "村（社区）", "没有代码为 431221100201 的单位"),
    "a township for a village": ({"village": "城中街道"}, "村（社区）", "不是村（社区）"),
    "a woman by the column": ({**MALE, "sex": "女"}, "性别", "性别与证件号码不符"),
    "an unknown sex": ({**MALE, "sex": "其他"}, "性别", "应填“男”或“女”"),
    "another birth": ({**MALE, "birth": "1980-05-18"}, "出生日期", "出生日期与证件号码不符"),
    "joined before birth": ({**MALE, "joined": "1970-01-01"}, "入会日期", "早于出生日期"),
    "joined tomorrow": (
        {**MALE, "joined": (timezone.localdate() + timedelta(days=1)).isoformat()},
        "入会日期",
        "晚于今天",
    ),
    "no such day": ({**MALE, "joined": "2020-02-30"}, "入会日期", "不存在"),
    "an unknown kind": ({**MALE, "kind": "荣誉会员"}, "会员类别", "普通会员"),
}


@pytest.mark.parametrize("case", FAULTY)
def test_import_judgement_faulty_row_names_column_and_reason(province_scope, tmp_path, case):
    cells, column, reason = FAULTY[case]
    answer = bring(tmp_path, [FULL, person(1, **cells), person(2)])
    assert answer["new"] == 1
    (rejected,) = answer["rejected"]
    assert (rejected["sheet"], rejected["row"], rejected["column"]) == ("名册", 2, column)
    assert reason in rejected["reason"]
    assert number(1) not in rejected["reason"]


def test_import_judgement_all_faults_of_a_row_are_told(province_scope, tmp_path):
    (rejected,) = bring(tmp_path, [HEADER, person(1, name=None, phone="1", village="哪里")])["rejected"]
    assert rejected["column"] == "姓名、手机、村（社区）"
    assert rejected["reason"].count("；") == 2


def test_import_judgement_numbers_that_a_spreadsheet_keeps_as_numbers(province_scope, tmp_path):
    rows = [
        HEADER,
        person(1, id=float(number(2)[:17]) * 10, phone=13800000001),
        person(3, phone=13800000003.0),
    ]
    answer = run(make_xlsx(tmp_path / "a.xlsx", {"表一": rows}), COUNTY)
    assert answer["new"] == 1
    assert answer["rejected"][0]["sheet"] == "表一"
    assert "科学计数法" in answer["rejected"][0]["reason"]


def test_import_judgement_formula_in_a_used_column(province_scope, tmp_path):
    rows = [[*HEADER, "年龄"], [*person(1), "=1+1"], [*person(2, phone="=A1"), 40]]
    answer = run(make_xlsx(tmp_path / "a.xlsx", {"S": rows}), COUNTY)
    assert answer["new"] == 1
    assert (answer["rejected"][0]["row"], answer["rejected"][0]["column"]) == (3, "手机")
    assert "公式" in answer["rejected"][0]["reason"]


def test_import_judgement_duplicates_in_the_file_first_stays(province_scope, tmp_path):
    answer = bring(tmp_path, [HEADER, person(1), person(2), person(1, name="李四")])
    assert answer["new"] == 2
    assert answer["rejected"] == [
        {"sheet": "名册", "row": 4, "column": "身份证号", "reason": "与第 2 行证件号码重复"}
    ]
    assert Person.objects.filter(name="李四").count() == 0


def test_import_judgement_duplicate_on_another_sheet(province_scope, tmp_path):
    file = make_xlsx(tmp_path / "a.xlsx", {"一": [HEADER, person(1)], "二": [HEADER, person(1)]})
    assert run(file, COUNTY)["rejected"][0]["reason"] == "与工作表“一”第 2 行证件号码重复"


def test_import_judgement_again_is_unchanged(province_scope, tmp_path):
    bring(tmp_path, [FULL, person(1, **MALE)])
    assert bring(tmp_path, [FULL, person(1, **MALE)]) == {
        "new": 0,
        "changed": 0,
        "unchanged": 1,
        "rejected": [],
        "dropped": [],
    }
    assert bring(tmp_path, [HEADER[:2] + HEADER[3:], [*person(1)[:2], person(1)[3]]])["unchanged"] == 1


def test_import_judgement_changed_member_is_corrected(province_scope, tmp_path, actor):
    bring(tmp_path, [FULL, person(1, **MALE)])
    person_before = Person.objects.get()
    appoint_staff(
        unit=Unit.objects.get(code=COUNTY), name="张三", id_number=number(1), phone="", kind="part_time",
        title="干事", valid_from=date(2024, 1, 1), by=actor("county"),
    )  # fmt: skip
    changed = person(
        1, name="张小三", phone="13900000009", **{**MALE, "joined": "2019-09-09", "kind": "骨干会员"}
    )
    assert bring(tmp_path, [FULL, changed])["changed"] == 1
    member = Member.objects.select_related("person").get()
    assert (member.kind, member.joined_on) == ("core", date(2019, 9, 9))
    assert (member.person_id, member.person.name, member.person.initials) == (
        person_before.pk,
        "张小三",
        "zxs",
    )
    assert PHONE.read(member.person) == "13900000009"
    assert Staff.objects.get().name == "张小三"


def test_import_judgement_member_of_another_unit_of_mine(province_scope, tmp_path):
    bring(tmp_path, [HEADER, person(1)])
    (rejected,) = bring(tmp_path, [HEADER, person(1, village="文化山社区")])["rejected"]
    assert "新街社区" in rejected["reason"]
    assert "转移" in rejected["reason"]


def test_import_judgement_member_out_of_my_sight_is_not_told_where(province_scope, tmp_path, actor):
    village = Unit.objects.filter(
        path__startswith=Unit.objects.get(code="431221000000").path, level=5
    ).first()
    join_member(
        unit=village, name="王五", id_number=number(1), phone="", kind="ordinary",
        joined_on=date(2020, 1, 1), by=actor("sibling"),
    )  # fmt: skip
    (rejected,) = bring(tmp_path, [HEADER, person(1)])["rejected"]
    assert (rejected["column"], rejected["reason"]) == ("姓名", OTHER_NAME)
    assert not {village.name, village.parent.name, "中方县", "王五"} & set(rejected["reason"])
    assert all(word not in rejected["reason"] for word in (village.name, "中方", "王五"))


@pytest.fixture
def left(province_scope, actor):
    """Someone who was a member in the sibling county, and left on 1 March 2024."""
    village = Unit.objects.filter(
        path__startswith=Unit.objects.get(code="431221000000").path, level=5
    ).first()
    member = join_member(
        unit=village, name="张三", id_number=number(1), phone="13700000000", kind="ordinary",
        joined_on=date(2020, 1, 1), by=actor("sibling"),
    )  # fmt: skip
    return leave_member(member=member, reason=LeaveReason.REQUEST, on=date(2024, 3, 1), by=actor("sibling"))


def facts_hold(unit: Unit) -> bool:
    """Whether the facts that count members are what a plain recount of the records gives."""
    figures = [catalogue.get(key) for key in catalogue.counting(Member)]
    pairs = [(figure, period) for figure in figures for period in kept_periods(figure, None)]
    found = [(stored(f, unit, period), recounted(f, unit, period)) for f, period in pairs]
    return bool(found) and all(facts.get(unit.path) == plain.get(unit.path) for facts, plain in found)


def test_import_judgement_who_left_comes_back_with_the_record(left, tmp_path):
    refresh()
    header = [*HEADER, "入会日期"]
    (rejected,) = bring(tmp_path, [header, [*person(1), "2025-01-01"]])["rejected"]
    assert rejected["reason"] == OTHER_NAME  # out of the county's sight, so neither changed nor told
    assert bring(tmp_path, [header, [*person(1), "2025-01-01"]], by="city")["new"] == 1
    one = Person.objects.get()
    assert (one.pk, one.unit.name) == (left.person_id, "新街社区")
    assert PHONE.read(one) == "13800000001"
    assert set(Member.objects.values_list("unit__name", "joined_on")) == {
        ("新街社区", date(2020, 1, 1)),
        ("新街社区", date(2025, 1, 1)),
    }
    refresh()
    assert facts_hold(left.unit)
    assert facts_hold(one.unit)


def test_import_judgement_rejoining_before_leaving_counts_from_today(left, tmp_path):
    assert bring(tmp_path, [[*HEADER, "入会日期"], [*person(1), "2019-01-01"]], by="city")["new"] == 1
    assert Member.objects.get(left_on=None).joined_on == timezone.localdate()


@pytest.mark.parametrize(("joined", "changed"), [("2024-02-29", 0), ("2024-03-01", 1)])
def test_import_judgement_a_membership_never_reaches_into_an_earlier_one(left, tmp_path, joined, changed):
    header = [*HEADER, "入会日期"]
    bring(tmp_path, [header, [*person(1), "2025-01-01"]], by="city")
    answer = bring(tmp_path, [header, [*person(1), joined]], by="city")
    assert answer["changed"] == changed
    assert [row["column"] for row in answer["rejected"]] == ["入会日期"] * (1 - changed)
    assert all("上次的退会日期" in row["reason"] for row in answer["rejected"])
    kept = joined if changed else "2025-01-01"
    assert Member.objects.get(left_on=None).joined_on.isoformat() == kept


def test_import_judgement_another_name_than_on_record_is_refused(left, tmp_path):
    (rejected,) = bring(tmp_path, [HEADER, person(1, name="李四")])["rejected"]
    assert (rejected["column"], rejected["reason"] == OTHER_NAME) == ("姓名", True)
    assert "张三" not in rejected["reason"]


def test_import_judgement_what_is_missing_takes_the_default(province_scope, tmp_path):
    bring(tmp_path, [HEADER, person(1, phone="无")])
    member = Member.objects.get()
    assert (member.joined_on, member.kind) == (timezone.localdate(), "ordinary")
    assert member.person.phone_cipher is None


BIRTHS = [
    *("1980-05-17", "1980年5月17日", "19800517", "1980.05", "1980年5月", "198005", "1980"),
    *(date(1980, 5, 17), date(1980, 5, 1)),
]


def test_import_judgement_birth_agrees_as_far_as_it_is_written(province_scope, tmp_path):
    rows = [[*person(serial), birth] for serial, birth in enumerate(BIRTHS, 1)]
    answer = run(make_xlsx(tmp_path / "a.xlsx", {"S": [[*HEADER, "出生年月"], *rows]}), COUNTY)
    assert answer["rejected"] == []


def test_import_judgement_same_name_twice_names_the_candidates(province_scope, tmp_path):
    one, other = namesakes()
    county = one.parent.parent
    file = make_csv(
        tmp_path / "a.csv",
        [HEADER, person(1, village=one.name), person(2, village=other.parent.name + one.name)],
    )
    answer = run(file, county.code, "province")
    assert answer["new"] == 1
    assert Member.objects.get().unit == other
    (rejected,) = answer["rejected"]
    assert "同名" in rejected["reason"]
    assert one.parent.name in rejected["reason"]
    assert other.parent.name in rejected["reason"]


def namesakes() -> tuple[Unit, Unit]:
    """Two villages of one county, in different townships, with one name."""
    seen: dict[tuple[str, str], Unit] = {}
    for unit in Unit.objects.filter(level=5, name__endswith="村").select_related("parent__parent"):
        first = seen.setdefault((unit.path[:7], unit.name), unit)
        if first.parent_id != unit.parent_id:
            return first, unit
    raise LookupError("no namesakes in the whole province")


@pytest.mark.parametrize(
    ("where", "new", "kept"), [("431221000000", 0, "13711110000"), (COUNTY, 1, "13800000001")]
)
def test_import_judgement_phone_of_a_record_out_of_sight_stays(province_scope, tmp_path, where, new, kept):
    """A stranger's roster neither takes a record that stands elsewhere nor replaces the phone in it."""
    unit = Unit.objects.get(code=where)
    person_there = make_person(unit, "张三", id_number=number(1), phone="13711110000")
    assert bring(tmp_path, [HEADER, person(1, phone="13800000001")])["new"] == new
    person_there.refresh_from_db()
    assert PHONE.read(person_there) == kept


def test_import_judgement_other_name_is_answered_alike_wherever_the_record_stands(province_scope, tmp_path):
    for at, where in enumerate(("431221000000", COUNTY), 1):
        make_person(Unit.objects.get(code=where), "别人", id_number=number(at))
    said = bring(tmp_path, [HEADER, person(1), person(2)])["rejected"]
    assert {one["reason"] for one in said} == {OTHER_NAME}
