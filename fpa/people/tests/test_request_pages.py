"""Pages of requests for records, and the to-dos that lead to them."""

from datetime import date

import pytest
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.core.modules import modules
from fpa.membership.actions import join_or_ask, transfer_member
from fpa.people.models import ReceivedRequest, SentRequest
from fpa.people.requests import ASKED
from fpa.people.tests.people import an_id, make_member

PHONE = "13812345678"


@pytest.fixture
def number():
    return an_id()


@pytest.fixture
def foreign(db, unit_of, number):
    with whole_province():
        return make_member(unit_of("sibling"), id_number=number, phone=PHONE)


@pytest.fixture
def join_page(client_as, unit_of, number):
    def post(**more):
        answers = {
            "name": "张晓梅", "id_number": number, "unit": unit_of("village").code, "kind": "core",
            "joined_on": "2024-03-01",
        }  # fmt: skip
        page = client_as("county").post("/members/join/", answers | more, follow=True)
        return page.content.decode()

    return post


def only_received():
    with whole_province():
        return ReceivedRequest.objects.get()


@pytest.mark.parametrize("name", ["张晓梅", "李四"])
def test_join_member_page_says_the_same_whatever_the_name(foreign, join_page, unit_of, name):
    page = join_page(name=name)
    assert ASKED in page
    assert unit_of("sibling").name not in page


def test_appoint_staff_page_asks_where_the_name_differs(foreign, client_as, unit_of, number):
    answers = {
        "name": "李四", "id_number": number, "unit": unit_of("county").code, "kind": "authorized", "title": "会长",
        "valid_from": "2024-03-01",
    }  # fmt: skip
    page = client_as("county").post("/staff/appoint/", answers, follow=True).content.decode()
    assert ASKED in page
    assert "张晓梅" not in page


def test_find_member_page_tells_nothing_of_a_record_out_of_sight(foreign, client_as, unit_of, number):
    for tried in (number, PHONE):
        page = client_as("county").post("/members/find/", {"number": tried}).content.decode()
        assert unit_of("sibling").name not in page
        assert "张*" not in page


def test_search_tells_nothing_of_a_record_out_of_sight(foreign, client_as):
    assert "张*" not in client_as("county").get("/search/", {"q": "张晓梅"}).content.decode()


def test_the_keeper_is_told_and_agrees(foreign, join_page, client_as, actor, unit_of):
    join_page()
    keeper, pk = client_as("sibling"), only_received().pk
    assert unit_of("county").association in keeper.get("/record-requests/").content.decode()
    page = keeper.get(f"/record-requests/{pk}/").content.decode()
    assert "与档案一致" in page
    check = keeper.post(f"/record-requests/{pk}/agree/", {"note": ""}).content.decode()
    assert "今后看不到" in check
    keeper.post(f"/record-requests/{pk}/agree/", {"note": "", "confirmed": "1"})
    with whole_province():
        assert SentRequest.objects.get().state == "agreed"


def test_the_keepers_page_of_an_agreed_request_stays_when_the_record_has_gone(foreign, join_page, client_as):
    join_page()
    keeper, url = client_as("sibling"), f"/record-requests/{only_received().pk}/"
    keeper.post(f"{url}agree/", {"note": "已电话核对", "confirmed": "1"})
    page = keeper.get(url).content.decode()
    assert "已同意" in page
    assert "已电话核对" in page
    assert "与档案一致" in page
    assert "张晓梅" in page
    assert f'href="{url}"' in keeper.get("/record-requests/").content.decode()
    again = keeper.post(f"{url}agree/", {"note": "", "confirmed": "1"})
    assert "已经答复过" in again.content.decode()
    assert "已经答复过" in keeper.post(f"{url}refuse/", {"reason": "查无此事"}).content.decode()


def test_a_refused_request_says_no_more_of_a_record_that_has_gone(
    foreign, join_page, client_as, actor, unit_of
):
    join_page(name="李四")
    keeper, url = client_as("sibling"), f"/record-requests/{only_received().pk}/"
    keeper.post(f"{url}refuse/", {"reason": "请核对证件"})
    with whole_province():
        transfer_member(
            member=foreign,
            to_unit=unit_of("village"),
            on=timezone.localdate(),
            reason="迁来",
            by=actor("province"),
        )
    page = keeper.get(url).content.decode()
    assert "李四" in page
    assert "请核对证件" in page
    assert "档案已不在本单位" in page
    assert "张晓梅" not in page


def test_the_keeper_refuses_and_the_asker_reads_why(foreign, join_page, client_as):
    join_page(name="李四")
    keeper, pk = client_as("sibling"), only_received().pk
    assert "与档案不一致" in keeper.get(f"/record-requests/{pk}/").content.decode()
    keeper.post(f"/record-requests/{pk}/refuse/", {"reason": "请核对证件"})
    page = client_as("county").get("/record-requests/sent/").content.decode()
    assert "请核对证件" in page
    assert "李*" in page


def todos_of(by):
    declared = modules()["people"].todos
    assert declared
    with scoped(by.path):
        return {each.kind: each.rows.count() for each in declared(by, timezone.localdate())}


def test_todos_of_both_sides(foreign, join_page, client_as, actor):
    join_page()
    assert todos_of(actor("sibling")) == {"record_request": 1, "record_answer": 0}
    assert todos_of(actor("city")) == {"record_request": 0, "record_answer": 0}
    client_as("sibling").post(f"/record-requests/{only_received().pk}/refuse/", {"reason": "请核对"})
    assert todos_of(actor("sibling")) == {"record_request": 0, "record_answer": 0}
    assert todos_of(actor("county")) == {"record_request": 0, "record_answer": 1}


def test_todos_of_a_village_stand_at_its_township(db, client_as, actor, unit_of, number):
    with whole_province():
        make_member(unit_of("village"), id_number=number)
    with scoped(actor("sibling").path):
        by = actor("sibling")
        join_or_ask(
            unit=unit_of("sibling"), name="张晓梅", id_number=number, phone="", kind="core",
            joined_on=date(2024, 3, 1), by=by,
        )  # fmt: skip
    assert todos_of(actor("township"))["record_request"] == 1
    assert todos_of(actor("village")) == {"record_answer": 0}


@pytest.mark.parametrize(
    ("address", "account"), [("/record-requests/", "sibling"), ("/record-requests/sent/", "county")]
)
def test_request_lists_ask_as_much_for_three_rows_as_for_one(actor, unit_of, queries_of, address, account):
    ask_for(actor("county"), unit_of)
    queries_of(account, address)
    one = queries_of(account, address)
    ask_for(actor("county"), unit_of)
    ask_for(actor("county"), unit_of)
    assert queries_of(account, address) == one


def ask_for(by, unit_of):
    number = an_id()
    with whole_province():
        make_member(unit_of("sibling"), id_number=number)
    with scoped(by.path):
        join_or_ask(
            unit=unit_of("village"), name="张晓梅", id_number=number, phone="", kind="core",
            joined_on=date(2024, 3, 1), by=by,
        )  # fmt: skip
