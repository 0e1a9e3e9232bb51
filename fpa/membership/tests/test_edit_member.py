"""Correcting a member's particulars."""

import html
import json
import re
from datetime import date

import pytest

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.membership.actions import CannotEdit, edit_member
from fpa.membership.models import Member
from fpa.organization.models import Staff
from fpa.pages.newer import SEEN
from fpa.people.secrets import PHONE
from fpa.people.tests.people import BIRTH, make_member


@pytest.fixture
def member(province_scope, unit_of):
    return make_member(unit_of("village"))


def edit(member, by, **more):
    answers = {"name": "张晓梅", "phone": None, "kind": "ordinary", "joined_on": member.joined_on} | more
    with scoped(by.path):
        return edit_member(member=member, by=by, **answers)


def test_edit_member_changes_what_was_given(member, actor):
    edit(member, actor("village"), name="章晓眉", kind="core", joined_on=date(2021, 1, 1))
    member = Member.objects.get()
    assert (member.person.name, member.person.initials) == ("章晓眉", "zxm")
    assert (member.kind, member.joined_on) == ("core", date(2021, 1, 1))


def test_edit_member_records_the_phone_as_changed_only(member, actor):
    edit(member, actor("village"), phone="13900005678", kind="core")
    event = Event.objects.get(verb="member.edited")
    assert event.changes == {"kind": ["ordinary", "core"], "phone_index": ["******", "******"]}


@pytest.mark.parametrize(("phone", "kept"), [(None, "13800001234"), ("", ""), ("13900005678", "13900005678")])
def test_edit_member_keeps_removes_or_replaces_the_phone(member, actor, phone, kept):
    edited = edit(member, actor("village"), phone=phone)
    assert PHONE.read(edited.person) == kept


@pytest.mark.parametrize("day", [BIRTH.replace(year=1979), date(2999, 1, 1)])
def test_edit_member_refuses_impossible_days(member, actor, day):
    with pytest.raises(CannotEdit, match="入会日期"):
        edit(member, actor("village"), joined_on=day)


def test_edit_member_refuses_joining_after_leaving(member, actor):
    Member.objects.update(left_on=date(2022, 1, 1), left_reason="request")
    with pytest.raises(CannotEdit, match="退会日期"):
        edit(member, actor("village"), joined_on=date(2023, 1, 1))


def test_edit_member_renames_the_person_where_they_work(member, actor, unit_of):
    Staff.objects.create(
        unit=unit_of("sibling"), person=member.person, name="张晓梅", kind="part_time", title="干事",
        valid_from=date(2020, 1, 1),
    )  # fmt: skip
    edit(member, actor("village"), name="张小梅")
    assert Staff.objects.get().name == "张小梅"


@pytest.mark.parametrize(
    ("answers", "kept"),
    [
        ({}, "13800001234"),
        ({"phone": "139 0000 5678"}, "13900005678"),
        ({"remove_phone": "on"}, ""),
    ],
)
def test_edit_member_page_saves(client_as, member, answers, kept):
    given = {"name": "张晓梅", "kind": "core", "joined_on": "2020-01-01"} | answers
    page = client_as("village").post(f"/members/{member.pk}/edit/", given, follow=True)
    assert "资料已修改" in page.content.decode()
    assert PHONE.read(Member.objects.get().person) == kept


def test_edit_member_page_refuses_a_phone_that_is_to_be_removed(client_as, member):
    given = {
        "name": "张晓梅",
        "kind": "core",
        "joined_on": "2020-01-01",
        "phone": "13900005678",
        "remove_phone": "on",
    }
    assert "已勾选删除" in client_as("village").post(f"/members/{member.pk}/edit/", given).content.decode()


def test_edit_member_page_never_shows_the_phone(client_as, member):
    assert "13800001234" not in client_as("village").get(f"/members/{member.pk}/edit/").content.decode()
    assert client_as("sibling").get(f"/members/{member.pk}/edit/").status_code == 404


def seen_in(page):
    return html.unescape(re.search(rf'name="{SEEN}" value="([^"]*)"', page.content.decode()).group(1))


@pytest.mark.parametrize("second", [{"phone": "13700009012"}, {"remove_phone": "on"}])
def test_edit_member_page_tells_of_a_phone_that_somebody_else_has_just_changed(
    client_as, member, actor, second
):
    address, client = f"/members/{member.pk}/edit/", client_as("village")
    given = {"name": "张晓梅", "kind": "core", "joined_on": "2020-01-01"}
    seen = seen_in(client.get(address))
    edit(member, actor("village"), phone="13900005678")
    held_up = client.post(address, given | second | {SEEN: seen})
    assert "他人已改为“139****5678”" in held_up.content.decode()
    with scoped(actor("village").path):
        assert PHONE.read(Member.objects.get().person) == "13900005678"
    client.post(address, given | second | {SEEN: seen_in(held_up)})
    with scoped(actor("village").path):
        assert PHONE.read(Member.objects.get().person) == second.get("phone", "")


def test_edit_member_page_is_not_held_up_by_a_phone_that_it_does_not_touch(client_as, member, actor):
    address, client = f"/members/{member.pk}/edit/", client_as("village")
    seen = seen_in(client.get(address))
    assert json.loads(seen).keys() == {"name", "kind", "joined_on", "phone", "remove_phone"}
    edit(member, actor("village"), phone="13900005678")
    given = {"name": "张晓眉", "kind": "core", "joined_on": "2020-01-01", SEEN: seen}
    assert client.post(address, given).status_code == 302
    with scoped(actor("village").path):
        assert PHONE.read(Member.objects.get().person) == "13900005678"
