"""Pages of the calendar: the days of a yearly notice that the library does not know yet."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fpa.access.loaders import load, to_edit
from fpa.core.chinese import date_cn
from fpa.pages.form_flow import Said, form_flow
from fpa.registers import actions, forms
from fpa.registers.models import CalendarDay
from fpa.registers.views.dictionaries import keeper_of


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
