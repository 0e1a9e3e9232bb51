"""Pages of the calendar: the days of a yearly notice that the library does not know yet."""

from functools import partial
from typing import Any

import django_filters as filters
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load, to_edit
from fpa.audit.record import recorder_of_export
from fpa.core.chinese import date_cn
from fpa.core.lists import Column, Link, Status, list_page
from fpa.core.visibility import ROOT_PATH
from fpa.pages.form_flow import Said, form_flow
from fpa.registers import actions, forms
from fpa.registers.models import FIRST_YEAR, LAST_YEAR, CalendarDay
from fpa.registers.views.dictionaries import keeper_of
from fpa.registers.working_days import LIBRARY_YEARS, Calendar

COLUMNS = (
    Column("day", "日期", lambda d: d.day, sort="day", kind="date"),
    Column("weekday", "星期", lambda d: "一二三四五六日"[d.day.weekday()]),
    Column("is_working", "上班还是放假", lambda d: _status(d)),
    Column("name", "节日", lambda d: d.name),
    Column("basis", "依据", lambda d: d.basis),
)
CHANGES = (
    Column("edit", "修改", lambda d: "修改", link=lambda d: reverse("edit_calendar_day", args=[d.pk])),
    Column("remove", "删除", lambda d: "删除", link=lambda d: reverse("remove_calendar_day", args=[d.pk])),
)


class CalendarFilters(filters.FilterSet):
    """Find days."""

    year = filters.NumberFilter(label="年度", method="in_year")

    class Meta:
        model = CalendarDay
        fields: list[str] = []

    def in_year(self, rows: Any, _: str, year: Any) -> Any:
        """The days of a year."""
        return rows.filter(day__year=min(max(int(year), FIRST_YEAR), LAST_YEAR))


def _status(row: CalendarDay) -> Status:
    return Status("上班（调休）", "waiting") if row.is_working else Status("放假", "done")


def calendar_day_list(request: HttpRequest) -> HttpResponse:
    """The days that were entered; those of the library's years are known without."""
    actor, today = check(request, "register.view"), timezone.localdate()
    may_edit = actor.may("calendar_day.edit") and actor.path == ROOT_PATH
    add = Link("录入", reverse("add_calendar_day"), "plus", primary=True)
    return list_page(
        request,
        title="放假调休",
        rows=CalendarDay.objects.order_by("-day"),
        columns=COLUMNS + CHANGES if may_edit else COLUMNS,
        filters=CalendarFilters,
        on_export=recorder_of_export(actor),
        links=[add] if may_edit else [],
        template="registers/calendar_day_list.html",
        context={
            "library": LIBRARY_YEARS,
            "caveat": Calendar.read().caveat(today, today.replace(month=1, day=1, year=today.year + 1)),
        },
        empty=f"还没有录入。{LIBRARY_YEARS[0]}至{LIBRARY_YEARS[-1]}年的安排平台自带，与通知不一致时才需录入。",
    )


def add_calendar_day(request: HttpRequest) -> HttpResponse:
    """Enter a day of the yearly notice, or several on end."""
    actor = keeper_of(request, "calendar_day.edit")

    def said(rows: Any) -> Said:
        to = f"至{date_cn(rows[-1].day)}" if len(rows) > 1 else ""
        return f"已录入{date_cn(rows[0].day)}{to}：{rows[0]}。", reverse("calendar_day_list")

    return form_flow(
        request,
        forms.AddCalendarDayForm(request.POST or None),
        title="录入放假调休日",
        submit="录入",
        back=reverse("calendar_day_list"),
        does=partial(actions.add_calendar_day, by=actor),
        said=said,
    )


def edit_calendar_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct a day that was entered."""
    actor, row = (
        keeper_of(request, "calendar_day.edit"),
        load(to_edit(CalendarDay.objects.all(), request), pk, request, "calendar_day.edit"),
    )

    return form_flow(
        request,
        forms.EditCalendarDayForm.of(row, request.POST or None),
        edits=True,
        title=f"修改放假调休日：{date_cn(row.day)}",
        submit="保存",
        back=reverse("calendar_day_list"),
        does=partial(actions.edit_calendar_day, calendar_day=row, by=actor),
        said=lambda edited: (f"已改为{date_cn(edited.day)}：{edited}。", reverse("calendar_day_list")),
    )


def remove_calendar_day(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a day that was entered by mistake."""
    actor, row = (
        keeper_of(request, "calendar_day.edit"),
        load(CalendarDay, pk, request, "calendar_day.edit"),
    )

    return form_flow(
        request,
        forms.RemoveCalendarDayForm(request.POST or None),
        title=f"删除放假调休日：{date_cn(row.day)}（{row}）",
        submit="确认删除",
        back=reverse("calendar_day_list"),
        does=partial(actions.remove_calendar_day, calendar_day=row, by=actor),
        said=lambda removed: (f"已删除{date_cn(removed.day)}的录入。", reverse("calendar_day_list")),
        consequences=lambda _: [
            "这一天改按平台自带的安排计算；平台也不知道的，按星期计算。",
            "记录删除后留在审计日志中。",
        ],
    )
