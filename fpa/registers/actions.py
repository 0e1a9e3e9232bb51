"""Every write of the registers, one function a business verb."""

from datetime import date, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from fpa.access.models import Level, Unit
from fpa.audit.record import changed, record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, date_cn
from fpa.core.refusals import Refusal
from fpa.core.visibility import ROOT_PATH
from fpa.registers.catalogue import PARAMETERS, Value
from fpa.registers.models import CalendarDay, Dictionary, Entry, Parameter

PROVINCE_ONLY = "字典和放假调休全省统一，由省计生协维护。如需增改，请向省计生协提出。"

LONGEST_HOLIDAY = 15


class CannotChangeEntry(Refusal):
    """The dictionary can't be changed so; the message says why, in Chinese."""


class CannotSetParameter(Refusal):
    """The unit can't lay that down."""


class CannotChangeCalendar(Refusal):
    """The calendar can't be changed so."""


@transaction.atomic
def add_entry(
    *, dictionary: Dictionary, code: str, label: str, order: int, valid_from: date, by: Actor
) -> Entry:
    """Add a word to a dictionary, to be chosen from a day on. Raises `CannotChangeEntry`."""
    _check_province(by, CannotChangeEntry)
    dictionary = Dictionary.objects.select_for_update().get(pk=dictionary.pk)
    if dictionary.entries.filter(code=code).exists():
        raise CannotChangeEntry(
            f"“{dictionary}”已有代码为 {code} 的项，代码不能重复，也不能再次使用，请换一个。"
        )
    label = clean(label)
    _check_label(dictionary, label, valid_from)
    entry = Entry.objects.create(
        dictionary=dictionary, code=code, label=label, order=order, valid_from=valid_from
    )
    changes = {"dictionary": dictionary, "label": [None, label], "valid_from": [None, valid_from]}
    record("entry.added", entry, by=by, changes=changes)
    return entry


@transaction.atomic
def edit_entry(*, entry: Entry, label: str, order: int, by: Actor) -> Entry:
    """Correct a word or its place. Another meaning is another entry. Raises `CannotChangeEntry`."""
    _check_province(by, CannotChangeEntry)
    entry = Entry.objects.select_for_update(of=("self",)).select_related("dictionary").get(pk=entry.pk)
    before = {"label": entry.label, "order": entry.order}
    entry.label, entry.order = clean(label), order
    changes = changed(entry, before)
    if not changes:
        raise CannotChangeEntry("名称和顺序都没有变化，没有需要保存的内容。")
    _check_label(entry.dictionary, entry.label, entry.valid_from, entry)
    entry.save()
    record("entry.edited", entry, by=by, changes=changes)
    return entry


def _check_label(dictionary: Dictionary, label: str, day: date, own: Entry | None = None) -> None:
    twins = dictionary.entries.on(day).filter(label=label)
    if any(twin != own for twin in twins):
        raise CannotChangeEntry(f"“{dictionary}”里已有“{label}”，请换一个名称，或先停用原来的项。")


@transaction.atomic
def end_entry(*, entry: Entry, valid_to: date, by: Actor) -> Entry:
    """Let a word be chosen until a day and no longer; records keep it. Raises `CannotChangeEntry`."""
    _check_province(by, CannotChangeEntry)
    entry = Entry.objects.select_for_update().get(pk=entry.pk)
    if entry.valid_to:
        raise CannotChangeEntry(f"“{entry}”已停用，最后一天是{date_cn(entry.valid_to)}。")
    if valid_to < entry.valid_from:
        raise CannotChangeEntry(f"停用日期不能早于启用日期（{date_cn(entry.valid_from)}），请核对。")
    entry.valid_to = valid_to
    entry.save()
    record("entry.ended", entry, by=by, changes={"valid_to": [None, valid_to]})
    return entry


def _check_province(by: Actor, refusal: type[Exception]) -> None:
    if by.path != ROOT_PATH:
        raise refusal(PROVINCE_ONLY)


@transaction.atomic
def set_parameter(*, key: str, from_year: int, value: Value, basis: str, by: Actor) -> Parameter:
    """Lay down what holds at the actor's own unit and below from a year on. Raises `CannotSetParameter`."""
    unit = Unit.objects.get(path=by.path)
    if unit.level > Level.COUNTY:
        raise CannotSetParameter("参数由省、市、县三级计生协设定，乡镇和村执行上级的设定。")
    row, is_new = Parameter.objects.get_or_create(
        unit=unit, key=key, from_year=from_year, defaults={**_columns(key, value), "basis": clean(basis)}
    )
    if not is_new:
        raise CannotSetParameter(
            f"{unit.association}已设定{from_year}年起的“{row}”，请打开它修改，不必重新设定。"
        )
    changes = {"value": [None, row.value], "from_year": [None, from_year]}
    record("parameter.set", row, by=by, changes=changes, reason=row.basis)
    return row


@transaction.atomic
def edit_parameter(*, parameter: Parameter, value: Value, basis: str, by: Actor) -> Parameter:
    """Correct a value that was laid down wrongly; a new one from another year is another row.

    Raises `CannotSetParameter`.
    """
    row = _own(parameter, by)
    before, was = row.value, row.basis
    for column, content in _columns(row.key, value).items():
        setattr(row, column, content)
    row.basis = clean(basis)
    if (row.value, row.basis) == (before, was):
        raise CannotSetParameter("参数值和依据都没有变化，没有需要保存的内容。")
    row.save()
    record("parameter.edited", row, by=by, changes={"value": [before, row.value]}, reason=row.basis)
    return row


@transaction.atomic
def end_parameter(*, parameter: Parameter, to_year: int, reason: str, by: Actor) -> Parameter:
    """Let a unit's own value end with a year; afterwards the one above holds. Raises `CannotSetParameter`."""
    row = _own(parameter, by)
    if row.to_year:
        raise CannotSetParameter(f"“{row}”的这项设定已到{row.to_year}年为止，无需重复办理。")
    if to_year < row.from_year:
        raise CannotSetParameter(f"终止年度不能早于起始年度（{row.from_year}年），请核对。")
    row.to_year = to_year
    row.save()
    record("parameter.ended", row, by=by, changes={"to_year": [None, to_year]}, reason=reason)
    return row


def _own(parameter: Parameter, by: Actor) -> Parameter:
    row = Parameter.objects.select_related("unit").get(pk=parameter.pk)
    if row.path != by.path:
        raise CannotSetParameter(
            f"这是{row.unit.association}的设定，只能由该单位修改；您可以为本单位另行设定。"
        )
    return Parameter.objects.select_for_update().get(pk=parameter.pk)


def _columns(key: str, value: Value) -> dict[str, Any]:
    """The three value columns, the one of the key's kind filled."""
    kind = PARAMETERS[key].kind
    return {
        "number": value if kind in ("number", "money") else None,
        "text": clean(str(value)) if kind == "text" else "",
        "day": value if kind == "date" else None,
    }


@transaction.atomic
def add_calendar_day(
    *, day: date, until: date | None, is_working: bool, name: str, basis: str, by: Actor
) -> list[CalendarDay]:
    """Enter a day of the yearly notice, or all from it to another; they go before the library.

    Raises `CannotChangeCalendar`, and then enters none of them.
    """
    _check_province(by, CannotChangeCalendar)
    last = until or day
    if not 0 <= (last - day).days < LONGEST_HOLIDAY:
        raise CannotChangeCalendar(f"结束日期不能早于开始日期，一次最多录入 {LONGEST_HOLIDAY} 天，请核对。")
    facts = {"is_working": is_working, "name": clean(name), "basis": clean(basis)}
    rows = [CalendarDay(day=day + timedelta(days=n), **facts) for n in range((last - day).days + 1)]
    try:
        with transaction.atomic():
            CalendarDay.objects.bulk_create(rows)
    except IntegrityError as error:
        raise CannotChangeCalendar(_entered_before(day, last)) from error
    changes = {"valid_from": day, "valid_to": last, "is_working": [None, is_working], "rows": len(rows)}
    record("calendar_day.added", rows[0], by=by, changes=changes, reason=rows[0].basis)
    return rows


def _entered_before(day: date, last: date) -> str:
    known = CalendarDay.objects.filter(day__range=(day, last)).order_by("day").first()
    what = f"{date_cn(known.day)}已录入为{known}" if known else "其中有的日子刚才已录入"
    return f"{what}，请打开它修改，或避开它录入其余日子。"


@transaction.atomic
def edit_calendar_day(
    *, calendar_day: CalendarDay, is_working: bool, name: str, basis: str, by: Actor
) -> CalendarDay:
    """Correct a day that was entered. Raises `CannotChangeCalendar`."""
    _check_province(by, CannotChangeCalendar)
    row = _locked_day(calendar_day)
    before = {"is_working": row.is_working, "name": row.name, "basis": row.basis}
    row.is_working, row.name, row.basis = is_working, clean(name), clean(basis)
    changes = changed(row, before)
    if not changes:
        raise CannotChangeCalendar("没有改动任何内容，没有需要保存的。")
    row.save()
    record("calendar_day.edited", row, by=by, changes=changes, reason=row.basis)
    return row


@transaction.atomic
def remove_calendar_day(*, calendar_day: CalendarDay, reason: str, by: Actor) -> CalendarDay:
    """Take back a day that was entered by mistake; what it was stays in the audit. Raises `CannotChangeCalendar`."""
    _check_province(by, CannotChangeCalendar)
    row = _locked_day(calendar_day)
    changes = {"day": [row.day, None], "is_working": [row.is_working, None], "name": [row.name, None]}
    record("calendar_day.removed", row, by=by, changes=changes, reason=reason)
    row.delete()
    return row


def _locked_day(calendar_day: CalendarDay) -> CalendarDay:
    row = CalendarDay.objects.select_for_update().filter(pk=calendar_day.pk).first()
    if row is None:
        raise CannotChangeCalendar("这一天的记录刚才已被删除，请返回列表。")
    return row
