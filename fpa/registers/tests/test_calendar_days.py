"""The days of a yearly notice that an administrator enters."""

from datetime import date

import pytest

from fpa.audit.models import Event
from fpa.registers.actions import (
    CannotChangeCalendar,
    add_calendar_day,
    edit_calendar_day,
    remove_calendar_day,
)
from fpa.registers.models import CalendarDay
from fpa.registers.working_days import is_working_day

DAY = {"day": date(2027, 2, 6), "is_working": False, "name": "春节", "basis": "国办发明电〔2026〕7号"}


def test_add_calendar_day_counts_at_once(province_scope, actor):
    add_calendar_day(**DAY | {"is_working": True}, until=None, by=actor("administrator"))
    assert is_working_day(date(2027, 2, 6))
    assert Event.objects.get(verb="calendar_day.added").reason == DAY["basis"]
    with pytest.raises(CannotChangeCalendar, match="已录入为春节（上班）"):
        add_calendar_day(**DAY, until=None, by=actor("administrator"))


def test_add_calendar_days_on_end_is_one_event(province_scope, actor):
    rows = add_calendar_day(**DAY, until=date(2027, 2, 14), by=actor("administrator"))
    assert (len(rows), CalendarDay.objects.count()) == (9, 9)
    assert not is_working_day(date(2027, 2, 10))
    assert Event.objects.get(verb="calendar_day.added").changes["valid_to"] == "2027-02-14"


@pytest.mark.parametrize(
    ("until", "words"),
    [
        (date(2027, 2, 5), "不能早于开始日期"),
        (date(2027, 2, 21), "一次最多录入 15 天"),
        (date(2027, 2, 8), "2027年2月7日已录入为"),
    ],
)
def test_add_calendar_days_refuses_all_of_them(province_scope, actor, until, words):
    CalendarDay.objects.create(**DAY | {"day": date(2027, 2, 7)})
    with pytest.raises(CannotChangeCalendar, match=words):
        add_calendar_day(**DAY, until=until, by=actor("administrator"))
    assert CalendarDay.objects.count() == 1


def test_edit_and_remove_calendar_day(province_scope, actor):
    by, row = actor("administrator"), CalendarDay.objects.create(**DAY)
    words = {"name": "春节", "basis": DAY["basis"]}
    edited = edit_calendar_day(calendar_day=row, is_working=True, **words, by=by)
    assert Event.objects.get(verb="calendar_day.edited").changes == {"is_working": [False, True]}
    with pytest.raises(CannotChangeCalendar, match="没有改动"):
        edit_calendar_day(calendar_day=edited, is_working=True, **words, by=by)
    remove_calendar_day(calendar_day=row, reason="录错", by=by)
    assert not CalendarDay.objects.exists()
    with pytest.raises(CannotChangeCalendar, match="已被删除"):
        remove_calendar_day(calendar_day=edited, reason="录错", by=by)


def test_calendar_is_the_provinces(province_scope, actor):
    row = CalendarDay.objects.create(**DAY)
    by = actor("county")
    for deed in (
        lambda: add_calendar_day(**DAY, until=None, by=by),
        lambda: remove_calendar_day(calendar_day=row, reason="", by=by),
        lambda: edit_calendar_day(calendar_day=row, is_working=True, name="", basis="", by=by),
    ):
        with pytest.raises(CannotChangeCalendar, match="由省计生协维护"):
            deed()


def test_calendar_day_pages(client_as, province_scope):
    client = client_as("administrator")
    answers = {"day": "2027-02-06", "is_working": "off", "name": "春节", "basis": "国办发明电〔2026〕7号"}
    page = client.post("/calendar/add/", answers | {"day": "2027-05-01", "until": "2027-05-05"}, follow=True)
    assert "已录入2027年5月1日至2027年5月5日：春节（放假）" in page.content.decode()
    page = client.post("/calendar/add/", answers, follow=True).content.decode()
    assert "已录入2027年2月6日：春节（放假）" in page
    row = CalendarDay.objects.get(day=date(2027, 2, 6))
    page = client.post(f"/calendar/{row.pk}/edit/", answers | {"is_working": "on"}, follow=True)
    assert "已改为2027年2月6日：春节（上班）" in page.content.decode()
    page = client.post(f"/calendar/{row.pk}/remove/", {"reason": "录错", "confirmed": "1"}, follow=True)
    assert "已删除2027年2月6日的录入" in page.content.decode()


@pytest.mark.parametrize("query", ["", "?year=2027", "?year=99999999", "?year=x"])
def test_calendar_list_says_what_is_known(client_as, query):
    page = client_as("county").get(f"/calendar/{query}").content.decode()
    assert "平台自带 2004 至" in page
    assert "/calendar/add/" not in page
