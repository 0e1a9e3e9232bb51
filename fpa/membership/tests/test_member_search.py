"""Finding members: every filter alone and with others, every writing of a name and of a number."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.core.dates import years_before
from fpa.people.models import Sex
from fpa.people.tests.people import make_member

NUMBER = "43120219800520002X"


def years_old(years, days=0):
    return years_before(timezone.localdate(), years) - timedelta(days=days)


@pytest.fixture
def people(province_scope, unit_of, next_village, sibling_village):
    """甲 to 己, by village, sex, age, kind and status."""
    here = unit_of("village")
    left = {"left_on": date(2024, 3, 1), "left_reason": "request"}
    make_member(here, "甲晓梅", initials="jxm", sex=Sex.FEMALE, birth_date=years_old(30))
    make_member(here, "乙建国", initials="yjg", sex=Sex.MALE, birth_date=years_old(30), kind="core")
    make_member(next_village, "丙晓梅", initials="bxm", sex=Sex.FEMALE, birth_date=years_old(60), kind="core")
    make_member(next_village, "丁建国", initials="djg", sex=Sex.MALE, birth_date=years_old(60), **left)
    make_member(sibling_village, "戊晓梅", initials="wxm", sex=Sex.FEMALE, birth_date=years_old(45), **left)
    make_member(sibling_village, "己建国", initials="jjg", sex=Sex.MALE, birth_date=years_old(45))


def found(client, asked):
    page = client.get("/members/", asked)
    assert page.status_code == 200
    return "".join(str(row)[0] for row, _ in page.context["list"].page_rows)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({}, "甲乙丙丁戊己"),
        ({"unit": "HERE"}, "甲乙"),
        ({"unit": "TOWNSHIP"}, "甲乙丙丁"),
        ({"unit": "HERE", "sex": "female"}, "甲"),
        ({"unit": "HERE", "kind": "core"}, "乙"),
        ({"unit": "HERE", "status": "ended"}, ""),
        ({"unit": "HERE", "age_min": "31"}, ""),
        ({"unit": "TOWNSHIP", "status": "ended"}, "丁"),
        ({"unit": "TOWNSHIP", "status": "open", "sex": "female"}, "甲丙"),
        ({"unit": "TOWNSHIP", "status": "open", "kind": "core"}, "乙丙"),
        ({"unit": "TOWNSHIP", "sex": "male", "age_max": "30"}, "乙"),
        ({"unit": "TOWNSHIP", "sex": "female", "age_min": "31", "kind": "core", "status": "open"}, "丙"),
        ({"unit": "TOWNSHIP", "sex": "female", "age_min": "31", "kind": "ordinary"}, ""),
        ({"status": "open"}, "甲乙丙己"),
        ({"status": "ended"}, "丁戊"),
        ({"status": "ended", "sex": "male"}, "丁"),
        ({"status": "ended", "age_min": "45", "age_max": "45"}, "戊"),
        ({"status": "open", "age_min": "45", "age_max": "45"}, "己"),
        ({"sex": "female", "age_min": "45"}, "丙戊"),
        ({"sex": "male", "age_max": "45"}, "乙己"),
        ({"kind": "core", "sex": "male"}, "乙"),
        ({"kind": "ordinary", "sex": "male"}, "丁己"),
        ({"name": "甲", "sex": "female"}, "甲"),
        ({"name": "甲", "sex": "male"}, ""),
        ({"name": "j", "status": "open"}, "甲己"),
        ({"name": "j", "unit": "HERE"}, "甲"),
        ({"name": "建国"}, ""),
        ({"age_min": "0"}, "甲乙丙丁戊己"),
        ({"age_min": "30", "age_max": "30"}, "甲乙"),
        ({"age_min": "29", "age_max": "29"}, ""),
        ({"age_min": "31", "age_max": "44"}, ""),
        ({"age_min": "60", "age_max": "30"}, ""),
        ({"age_min": "200"}, ""),
        ({"age_max": "200"}, "甲乙丙丁戊己"),
    ],
)
def test_member_list_filters_hold_together(client_as, people, unit_of, asked, seen):
    places = {"HERE": unit_of("village").code, "TOWNSHIP": unit_of("township").code}
    asked = {key: places.get(value, value) for key, value in asked.items()}
    assert sorted(found(client_as("province"), asked)) == sorted(seen)


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"age_min": "3000"}, ""),
        ({"age_max": "3000"}, "甲乙丙丁戊己"),
        ({"age_min": "1e12"}, ""),
        ({"age_max": "99999999999999999999"}, "甲乙丙丁戊己"),
        ({"age_min": "-5"}, "甲乙丙丁戊己"),
        ({"age_max": "-5000"}, ""),
        ({"age_min": "-9e9"}, "甲乙丙丁戊己"),
    ],
)
def test_member_list_answers_ages_that_nobody_has(client_as, people, asked, seen):
    assert sorted(found(client_as("province"), asked)) == sorted(seen)


@pytest.mark.parametrize(
    "asked",
    [
        {"sex": "x"},
        {"status": "x"},
        {"kind": "x"},
        {"age_min": "老"},
        {"age_min": "NaN"},
        {"age_max": "1e999999999"},  # written out, a thousand million digits
        {"unit": "没有的村"},
    ],
)
def test_member_list_with_a_wrong_filter_shows_nobody(client_as, people, asked):
    assert found(client_as("province"), asked) == ""


@pytest.mark.parametrize(
    ("who", "unit", "seen"),
    [
        ("county", "village", "甲乙"),
        ("county", "county", "甲乙丙丁"),
        ("county", "sibling", ""),
        ("village", "township", ""),
        ("sibling", "sibling", "戊己"),
        ("sibling", "village", ""),
        ("city", "sibling", "戊己"),
        ("province", "city", "甲乙丙丁戊己"),
    ],
)
def test_member_list_unit_filter_ends_at_the_seat(client_as, people, unit_of, who, unit, seen):
    assert sorted(found(client_as(who), {"unit": unit_of(unit).code})) == sorted(seen)


@pytest.mark.parametrize("days", [-1, 0, 1])
@pytest.mark.parametrize("age", [18, 60])
def test_member_list_age_turns_on_the_birthday(client_as, province_scope, unit_of, age, days):
    make_member(unit_of("village"), "甲某", birth_date=years_old(age, days))
    client = client_as("village")
    assert found(client, {"age_min": str(age)}) == ("" if days < 0 else "甲")
    assert found(client, {"age_max": str(age - 1)}) == ("甲" if days < 0 else "")


@pytest.mark.parametrize(
    ("name", "is_found"),
    [
        ("张", True),
        ("张晓", True),
        ("张晓梅", True),
        (" 张晓梅 ", True),
        ("z", True),
        ("zx", True),
        ("ZXM", True),
        ("zxm ", True),
        ("晓", False),
        ("梅", False),
        ("张梅", False),
        ("xm", False),
        ("zxmm", False),
        ("张晓梅花", False),
        ("_", False),
        ("%", False),
        ("张%", False),
        ("z%", False),
        ("z_m", False),
        ("\\", False),
        ("张'--", False),
    ],
)
def test_member_list_finds_names_by_their_beginning(client_as, province_scope, unit_of, name, is_found):
    make_member(unit_of("village"), "张晓梅")
    assert found(client_as("village"), {"name": name}) == ("张" if is_found else "")


@pytest.mark.parametrize(
    "writing",
    [
        NUMBER,
        NUMBER.lower(),
        f" {NUMBER} ",
        "431202 19800520 002X",
        "４３１２０２１９８００５２０００２Ｘ",
        "431202800520002",
        f"'{NUMBER}",
        "13800001234",
        "138 0000 1234",
        "138-0000-1234",
        "+8613800001234",
        "１３８００００１２３４",
    ],
)
def test_find_member_understands_every_writing_of_a_number(client_as, province_scope, unit_of, writing):
    member = make_member(unit_of("village"), id_number=NUMBER)
    answer = client_as("township").post("/members/find/", {"number": writing})
    assert answer.headers["Location"] == f"/members/{member.pk}/"


@pytest.mark.parametrize(
    ("writing", "words"),
    [
        ("", "证件号码或手机号"),
        ("1380000123", "位"),
        ("431202198005200021", "校验位不符"),
        ("4.31202E+17", "科学计数法"),
        ("张晓梅", "号码"),
        (NUMBER[:17], "位"),
        ("43120219801320002X", "出生日期"),
    ],
)
def test_find_member_says_what_is_wrong_with_a_number(client_as, province_scope, unit_of, writing, words):
    make_member(unit_of("village"), id_number=NUMBER)
    form = client_as("township").post("/members/find/", {"number": writing}).context["form"]
    assert words in str(form.errors["number"])
