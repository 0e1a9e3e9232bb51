"""The lists of the registers: dictionaries and their words, parameters, days of the calendar.

What may be changed from a row stands in columns of its own, for who may and on screen alone: a file or paper has none.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from operator import attrgetter
from typing import Any

import django_filters as filters
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn, number
from fpa.core.lists import Column, Link, Status, is_export
from fpa.core.visibility import ROOT_PATH
from fpa.pages.declared_lists import List
from fpa.pages.filters import SeatFilters
from fpa.pages.record import Fact
from fpa.registers import forms
from fpa.registers.models import FIRST_YEAR, LAST_YEAR, CalendarDay, Dictionary, Entry, Parameter
from fpa.registers.queries import parameters_at
from fpa.registers.working_days import LIBRARY_YEARS, Calendar


def _change(name: str, word: str, is_open: Callable[[Any], bool] = lambda row: True) -> Column:
    """A column that leads to what may be done with a row, as long as it is open to it."""
    return Column(
        name,
        word,
        lambda row: word if is_open(row) else None,
        link=lambda row: reverse(name, args=[row.pk]) if is_open(row) else None,
    )


def _for_keepers(
    declared: List, request: HttpRequest, *, may: bool, add: Link, changes: list[Column]
) -> List:
    """A list with the way to write something new, and what may be done with a row, for who keeps it."""
    columns = [*declared.columns, *(changes if may and not is_export(request) else [])]
    return replace(declared, columns=columns, links=lambda _: [add] if may else [])


def _new(label: str, name: str, *args: Any) -> Link:
    return Link(label, reverse(name, args=args), "plus", primary=True)


# Dictionaries


def page_of(dictionary: Dictionary) -> str:
    """Address of a dictionary's page."""
    return reverse("entry_list", args=[dictionary.code])


def dictionary_of(code: str) -> Dictionary:
    """The dictionary with a code. Raises Http404."""
    found = Dictionary.objects.filter(code=code).first()
    if found is None:
        raise Http404("没有这部字典，请从字典列表中打开。")
    return found


def _dictionaries() -> QuerySet[Any]:
    """The dictionaries, each with how many words may be chosen today as `current`."""
    today = timezone.localdate()
    open_today = Q(entries__valid_from__lte=today) & (
        Q(entries__valid_to=None) | Q(entries__valid_to__gte=today)
    )
    return Dictionary.objects.annotate(current=Count("entries", filter=open_today)).order_by("code")


DICTIONARY_LIST = List(
    key="dictionary_list",
    view="register.view",
    title="字典",
    rows=_dictionaries,
    columns=(
        Column("name", "字典", attrgetter("name"), link=page_of),
        Column("note", "用途", attrgetter("note")),
        Column("count", "在用项数", attrgetter("current"), kind="number"),
        Column("code", "代码", attrgetter("code"), kind="code", default=False),
    ),
)


class EntryFilters(SeatFilters):
    """Find words of a dictionary."""

    label = filters.CharFilter(label="名称（开头几个字）", field_name="label", lookup_expr="prefix")
    state = filters.ChoiceFilter(
        label="状态", method="being", choices=[("current", "在用"), ("other", "未启用、已停用")]
    )

    class Meta:
        model = Entry
        fields: list[str] = []

    def being(self, rows: Any, _: str, state: str) -> Any:
        """Those that may be chosen today, or all others."""
        current = Entry.objects.on(timezone.localdate())
        return rows.filter(pk__in=current) if state == "current" else rows.exclude(pk__in=current)


def _state_of_entry(entry: Entry) -> Status:
    today = timezone.localdate()
    if entry.valid_from > today:
        return Status("未启用", "waiting")
    return Status("已停用", "off") if entry.valid_to and entry.valid_to < today else Status("在用", "done")


def _open_entries(request: HttpRequest, actor: Actor, code: str) -> List:
    dictionary = dictionary_of(code)
    here = replace(
        ENTRY_LIST,
        title=f"字典：{dictionary}",
        rows=lambda: dictionary.entries.order_by("order", "valid_from", "id"),
        context={"places": [("字典", reverse("dictionary_list")), (dictionary.name, "")]},
    )
    return _for_keepers(
        here,
        request,
        may=actor.may("entry.edit") and actor.path == ROOT_PATH,
        add=_new("增加一项", "add_entry", code),
        changes=[
            _change("edit_entry", "修改"),
            _change("end_entry", "停用", lambda entry: entry.valid_to is None),
        ],
    )


ENTRY_LIST = List(
    key="entry_list",
    view="register.view",
    columns=(
        Column("label", "名称", attrgetter("label")),
        Column("order", "顺序", attrgetter("order"), kind="number"),
        Column("code", "代码", attrgetter("code"), kind="code", default=False),
        Column("valid_from", "自", attrgetter("valid_from"), kind="date"),
        Column("valid_to", "至", attrgetter("valid_to"), kind="date"),
        Column("status", "状态", _state_of_entry),
    ),
    filters=EntryFilters,
    empty="这部字典还没有内容。",
    opens=_open_entries,
)


# Parameters


def value_words(row: Parameter) -> str:
    """A value with its measure: 7 个工作日."""
    if row.day:
        return date_cn(row.day)
    if row.number is None:
        return row.text
    kind = row.kind
    measure = "" if kind is None else "元" if kind.kind == "money" else kind.measure
    return f"{number(row.number.normalize())} {measure}".strip()


class ParameterFilters(SeatFilters):
    """Find parameters."""

    key = filters.ChoiceFilter(label="参数", choices=lambda: forms.parameter_choices()[1:])
    year = filters.NumberFilter(label="年度", method="in_year")

    class Meta:
        model = Parameter
        fields: list[str] = []

    def in_year(self, rows: Any, _: str, year: Any) -> Any:
        """Those that have begun by a year and have not ended before it."""
        wanted = min(max(int(year), 0), LAST_YEAR)
        return rows.filter(from_year__lte=wanted).exclude(to_year__lt=wanted)


def _state_of_parameter(row: Parameter) -> Status:
    year = timezone.localdate().year
    if row.from_year > year:
        return Status("未到年度", "waiting")
    return Status("已终止", "off") if row.to_year and row.to_year < year else Status("执行中", "done")


def _in_force(row: Parameter) -> Fact:
    words = format_html(
        '{} <span class="quiet">{}设定，{}</span>', value_words(row), row.unit.association, row.basis
    )
    return Fact(str(row), words)


def _open_parameters(request: HttpRequest, actor: Actor) -> List:
    """With what holds at the seat's unit above the list; what a unit has laid down is its own to change."""
    year = timezone.localdate().year
    held = parameters_at(Unit.objects.get(path=actor.path), year)

    def is_own(row: Parameter) -> bool:
        return row.path == actor.path and row.kind is not None and row.to_year is None

    return _for_keepers(
        replace(PARAMETER_LIST, context={"held": [_in_force(row) for row in held], "year": year}),
        request,
        may=actor.may("parameter.edit"),
        add=_new("设定参数", "choose_parameter"),
        changes=[_change("edit_parameter", "修改", is_own), _change("end_parameter", "终止", is_own)],
    )


PARAMETER_LIST = List(
    key="parameter_list",
    view="register.view",
    title="参数",
    rows=lambda: Parameter.objects.select_related("unit"),
    columns=(
        Column("key", "参数", str),
        Column("value", "值", value_words),
        Column("unit", "设定单位", lambda p: p.unit.association, sort="path"),
        Column("from_year", "自（年度）", lambda p: str(p.from_year), sort="from_year"),
        Column("to_year", "至（年度）", lambda p: str(p.to_year or "")),
        Column("status", "状态", _state_of_parameter),
        Column("basis", "依据", attrgetter("basis")),
        Column("code", "区划代码", lambda p: p.unit.code, kind="code", default=False),
    ),
    filters=ParameterFilters,
    empty="还没有设定参数。省、市、县都可以设定；下级没有另行设定的，按最近的上级执行。",
    template="registers/parameter_list.html",
    opens=_open_parameters,
)


# The calendar


class CalendarDayFilters(SeatFilters):
    """Find days."""

    year = filters.NumberFilter(label="年度", method="in_year")
    state = filters.ChoiceFilter(
        label="上班还是放假", method="being", choices=[("working", "上班（调休）"), ("free", "放假")]
    )

    class Meta:
        model = CalendarDay
        fields: list[str] = []

    def in_year(self, rows: Any, _: str, year: Any) -> Any:
        """The days of a year."""
        return rows.filter(day__year=min(max(int(year), FIRST_YEAR), LAST_YEAR))

    def being(self, rows: Any, _: str, state: str) -> Any:
        """Those to work on, or those that are free."""
        return rows.filter(is_working=state == "working")


def _state_of_day(row: CalendarDay) -> Status:
    return Status("上班（调休）", "waiting") if row.is_working else Status("放假", "done")


def _open_days(request: HttpRequest, actor: Actor) -> List:
    """With what the library knows, and where this year or the next is not covered by it."""
    today = timezone.localdate()
    caveat = Calendar.read().caveat(today, date(today.year + 1, 1, 1))
    return _for_keepers(
        replace(CALENDAR_DAY_LIST, context={"library": LIBRARY_YEARS, "caveat": caveat}),
        request,
        may=actor.may("calendar_day.edit") and actor.path == ROOT_PATH,
        add=_new("录入", "add_calendar_day"),
        changes=[_change("edit_calendar_day", "修改"), _change("remove_calendar_day", "删除")],
    )


CALENDAR_DAY_LIST = List(
    key="calendar_day_list",
    view="register.view",
    title="放假调休",
    rows=lambda: CalendarDay.objects.order_by("-day"),
    columns=(
        Column("day", "日期", attrgetter("day"), sort="day", kind="date"),
        Column("weekday", "星期", lambda d: "一二三四五六日"[d.day.weekday()]),
        Column("is_working", "上班还是放假", _state_of_day),
        Column("name", "节日", attrgetter("name")),
        Column("basis", "依据", attrgetter("basis")),
    ),
    filters=CalendarDayFilters,
    empty=f"还没有录入。{LIBRARY_YEARS[0]}至{LIBRARY_YEARS[-1]}年的安排平台自带，与通知不一致时才需录入。",
    template="registers/calendar_day_list.html",
    opens=_open_days,
)
