"""The lists of the registers: what may be changed stands on the screen of who keeps it, and in no file."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from fpa.access.scope import whole_province
from fpa.pages.declared_lists import list_at
from fpa.registers.actions import add_calendar_day, add_entry, set_parameter
from fpa.registers.models import CalendarDay, Dictionary

LISTS = {
    "/dictionaries/": ("字典", "province"),
    "/dictionaries/key_tasks/": ("字典：六项重点任务", "province"),
    "/parameters/": ("参数", "county"),
    "/calendar/": ("放假调休", "administrator"),
}
MAY_CHANGE = {
    "/dictionaries/key_tasks/": ("province", "county", ["修改", "停用"]),
    "/parameters/": ("county", "township", ["修改", "终止"]),
    "/calendar/": ("administrator", "province", ["修改", "删除"]),
}


@pytest.fixture
def rows(province_scope, actor):
    """One row more of every register: `rows(2)` for the second time."""

    def make(number=1):
        day = date(2027, 5, number)
        with whole_province():
            add_entry(
                dictionary=Dictionary.objects.get(code="key_tasks"),
                code=f"more_{number}",
                label=f"另一项{number}",
                order=20 + number,
                valid_from=day,
                by=actor("province"),
            )
            set_parameter(
                key="approval.review_term",
                from_year=2000 + number,
                value=number,
                basis="湘计生协发〔2026〕1号",
                by=actor("county"),
            )
            add_calendar_day(
                day=day, until=day, is_working=False, name="劳动节", basis="国办发明电〔2026〕1号",
                by=actor("administrator"),
            )  # fmt: skip

    return make


def headings(client, url):
    page = client.get(url).text
    return [part.partition("</th>")[0] for part in page.partition("</thead>")[0].split('<th scope="col"')[1:]]


@pytest.mark.parametrize(("url", "titled"), LISTS.items())
def test_list_is_rebuilt_from_its_address_for_an_export_in_the_background(rows, actor, url, titled):
    rows()
    title, by = titled
    declared, listing = list_at(url, actor(by))
    assert declared.title == title
    assert listing.count > 0


@pytest.mark.parametrize(("url", "who"), MAY_CHANGE.items())
def test_what_may_be_changed_stands_before_who_keeps_it_and_in_no_file(rows, client_as, url, who):
    rows()
    keeper, reader, words = who
    assert [any(word in head for head in headings(client_as(keeper), url)) for word in words] == [True, True]
    assert [any(word in head for head in headings(client_as(reader), url)) for word in words] == [
        False,
        False,
    ]
    assert not any(f">{word}<" in client_as(keeper).get(f"{url}?print=1").text for word in words)
    file = b"".join(client_as(keeper).get(f"{url}?export=xlsx"))
    sheet = CalamineWorkbook.from_filelike(BytesIO(file)).get_sheet_by_index(0).to_python()
    assert not any(word in line for line in sheet for word in words)


@pytest.mark.parametrize("url", LISTS)
def test_list_takes_as_many_queries_for_many_rows(rows, queries_of, url):
    rows()
    name = LISTS[url][1]
    few = queries_of(name, url)
    for number in range(2, 10):
        rows(number)
    assert queries_of(name, url) == few


def test_dictionary_is_found_by_state_and_word(rows, client_as):
    rows()
    page = client_as("county").get("/dictionaries/key_tasks/?state=other").text
    assert "另一项1" in page
    assert "另一项1" not in client_as("county").get("/dictionaries/key_tasks/?state=current").text
    assert "另一项1" in client_as("county").get("/dictionaries/key_tasks/?label=另一").text


def test_calendar_is_found_by_what_the_day_is(rows, client_as):
    rows()
    CalendarDay.objects.create(
        day=date(2027, 5, 9) + timedelta(days=7), is_working=True, name="调休", basis="依据"
    )
    page = client_as("county").get("/calendar/?state=working").text
    assert "2027年5月16日" in page
    assert "2027年5月1日" not in page
