"""The lists: who sees what, how it is found, how many queries it takes, what leaves with it."""

from datetime import date
from io import BytesIO

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

from fpa.audit.models import Event
from fpa.core.dates import years_before
from fpa.core.modules import permissions
from fpa.people.models import Sex
from fpa.people.secrets import ID
from fpa.people.tests.people import an_id, make_member, make_staff


def rows(page):
    return [row for row, _ in page.context["list"].page_rows]


QUERIES = 17
"""Session, user, seats, scope and their savepoints; then the breadcrumb, the count and the rows."""


@pytest.fixture
def members(province_scope, unit_of, next_village, sibling_village):
    """One member each at three villages, by name."""
    today = date.today()
    ages = {"young": years_before(today, 30), "old": years_before(today, 60)}
    return {
        "张晓梅": make_member(unit_of("village"), "张晓梅", birth_date=ages["young"]),
        "王伟芳": make_member(
            next_village, "王伟芳", initials="wwf", birth_date=ages["old"], sex=Sex.MALE, kind="core"
        ),
        "李远方": make_member(
            sibling_village, "李远方", initials="lyf", left_on=date(2024, 1, 1), left_reason="death"
        ),
    }


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("province", {"张晓梅", "王伟芳", "李远方"}),
        ("county", {"张晓梅", "王伟芳"}),
        ("township", {"张晓梅", "王伟芳"}),
        ("village", {"张晓梅"}),
        ("sibling", {"李远方"}),
    ],
)
def test_member_list_shows_the_seats_subtree(client_as, members, who, seen):
    page = client_as(who).get("/members/")
    assert {str(member) for member in rows(page)} == seen


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"name": "张"}, {"张晓梅"}),
        ({"name": "晓梅"}, set()),
        ({"name": "%"}, set()),
        ({"name": "zxm"}, {"张晓梅"}),
        ({"name": "WW"}, {"王伟芳"}),
        ({"status": "open"}, {"张晓梅", "王伟芳"}),
        ({"status": "ended"}, {"李远方"}),
        ({"sex": "male"}, {"王伟芳"}),
        ({"kind": "core"}, {"王伟芳"}),
        ({"age_min": "60"}, {"王伟芳"}),
        ({"age_max": "30"}, {"张晓梅"}),
        ({"age_min": "30", "age_max": "60", "status": "open"}, {"张晓梅", "王伟芳"}),
        ({"age_min": "31", "age_max": "59"}, {"李远方"}),
        ({"unit": "鹤城区"}, {"张晓梅", "王伟芳"}),
        ({"unit": "431221"}, set()),
    ],
)
def test_member_list_filters(client_as, members, asked, seen):
    page = client_as("province").get("/members/", asked)
    assert {str(member) for member in rows(page)} == seen


def test_member_list_says_which_units_a_name_may_mean(client_as, members):
    page = client_as("province").get("/members/", {"unit": "城关"})
    assert "对应不止一个单位" in page.content.decode()


def test_member_list_masks_names_ids_and_phones(client_as, members):
    page = client_as("county").get("/members/?columns=name&columns=id&columns=phone").content.decode()
    assert "张*" in page
    assert "138****1234" in page
    for member in members.values():
        assert str(member) not in page
        assert ID.read(member.person) not in page
    assert "13800001234" not in page


def test_member_list_takes_as_many_queries_for_many_rows(queries_of, members, next_village):
    few = queries_of("county", "/members/?name=zxm")
    for _ in range(20):
        make_member(next_village)
    assert queries_of("county", "/members/?name=zxm") == few <= QUERIES


def test_member_list_exports_masked_and_audited(client_as, members):
    answer = client_as("county").get("/members/?export=xlsx&name=zxm")
    cells = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert any("张*" in row for row in cells)
    assert not any("张晓梅" in row or ID.read(members["张晓梅"].person) in row for row in cells)
    event = Event.objects.get(verb="list.exported")
    assert event.changes == {"list": "会员", "rows": 1}


@pytest.mark.parametrize("taken", ["export=xlsx", "print=1"])
@pytest.mark.parametrize("thing", ["member", "staff"])
def test_lists_of_people_are_taken_away_with_a_permission_of_its_own(client_as, monkeypatch, thing, taken):
    url = reverse(f"{thing}_list")
    assert client_as("county").get(f"{url}?{taken}").status_code == 200
    kept = [each for each in permissions() if each.code != f"{thing}.export"]
    monkeypatch.setattr("fpa.access.roles.permissions", lambda: kept)
    assert client_as("county").get(f"{url}?{taken}").status_code == 403
    assert client_as("county").get(url).status_code == 200


@pytest.mark.parametrize("who", ["auditor", "administrator"])
@pytest.mark.parametrize("url", ["/members/", "/members/?export=xlsx", "/members/find/", "/staff/"])
def test_lists_are_shut_to_seats_without_the_permission(client_as, who, url):
    assert client_as(who).get(url).status_code == 403


@pytest.mark.parametrize("writing", ["43120219800520002x", "431202800520002", " 43120219800520002X "])
def test_find_member_goes_to_the_member_of_an_id(client_as, province_scope, unit_of, writing):
    member = make_member(unit_of("village"), id_number="43120219800520002X")
    answer = client_as("village").post("/members/find/", {"number": writing})
    assert answer.headers["Location"] == f"/members/{member.pk}/"


def test_find_member_lists_all_who_share_a_phone(client_as, members):
    page = client_as("county").post("/members/find/", {"number": "138-0000-1234"}).content.decode()
    assert "找到 2 条" in page
    assert "张晓梅" not in page


def test_find_member_tells_nothing_of_foreign_members(client_as, members):
    number = ID.read(members["李远方"].person)
    page = client_as("county").post("/members/find/", {"number": number}).content.decode()
    assert "没有这个号码的会员" in page
    assert page.count("没有这个号码的会员") == client_as("county").post(
        "/members/find/", {"number": an_id()}
    ).content.decode().count("没有这个号码的会员")


def test_find_member_ignores_numbers_in_the_address(client_as, members):
    number = ID.read(members["张晓梅"].person)
    page = client_as("county").get("/members/find/", {"number": number})
    assert page.context["found"] == []
    assert not page.context["form"].is_bound


def test_find_member_names_the_fault(client_as):
    page = client_as("county").post("/members/find/", {"number": "431202198005200021"})
    assert "校验位不符" in page.content.decode()


def test_member_detail_shows_name_masks_secrets_and_tells_the_course(client_as, members, unit_of):
    member = members["张晓梅"]
    client = client_as("village")
    client.post(f"/members/{member.pk}/edit/", {"name": "张晓梅", "kind": "core", "joined_on": "2020-02-01"})
    page = client.get(f"/members/{member.pk}/").content.decode()
    assert "张晓梅" in page
    assert ID.masked(member.person) in page
    assert ID.read(member.person) not in page
    assert "类别：普通会员 → 骨干会员" in page
    assert "入会日期：2020年1月1日 → 2020年2月1日" in page


@pytest.mark.parametrize(
    ("who", "answer"), [("sibling", 404), ("village", 200), ("county", 200), ("auditor", 403)]
)
def test_member_detail_is_shut_to_others(client_as, members, who, answer):
    assert client_as(who).get(f"/members/{members['张晓梅'].pk}/").status_code == answer


def test_member_detail_shows_only_what_the_seat_may_do(client_as, members):
    url = f"/members/{members['张晓梅'].pk}/"
    assert "转移" not in client_as("village").get(url).content.decode()
    assert "转移" in client_as("township").get(url).content.decode()


def test_staff_list_filters_and_shows_names_of_foreign_records(
    client_as, province_scope, unit_of, sibling_village
):
    staff = make_staff(unit_of("township"))
    staff.person.unit = sibling_village
    staff.person.save()
    page = client_as("township").get("/staff/?name=李&kind=authorized&status=open")
    assert rows(page) == [staff]
    assert "李主任" in page.content.decode()
    assert not rows(client_as("township").get("/staff/?status=ended"))
    assert not rows(client_as("sibling").get("/staff/"))


def test_staff_list_takes_as_many_queries_for_many_rows(queries_of, province_scope, unit_of):
    make_staff(unit_of("township"))
    few = queries_of("county", "/staff/")
    for _ in range(10):
        make_staff(unit_of("village"))
    assert queries_of("county", "/staff/") == few <= QUERIES
