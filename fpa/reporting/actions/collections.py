"""Issuing a collection, and letting one unit report after the lock."""

from datetime import date

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.locks import lock_by_name
from fpa.core.periods import BadPeriod, Period
from fpa.core.refusals import Refusal
from fpa.reporting.models import Collection, Form, LockException, PeriodKind


class CannotIssue(Refusal):
    """The collection can't be issued so; the message says why and what to do."""


class CannotExempt(Refusal):
    """The unit can't be let off the lock; the message says why and what to do."""


@transaction.atomic
def issue_collection(
    *,
    form: Form,
    title: str,
    period: str,
    fill_level: int,
    opens_on: date,
    due_on: date,
    locks_on: date,
    by: Actor,
) -> Collection:
    """Ask every unit of `fill_level` below the actor's unit to report a form for a period (一表通: asked once).

    Raises CannotIssue where the form is not published to the actor's unit, the period is not of the form's kind,
    nobody of that level stands below, the days are out of order, or the same was asked of these units already.
    """
    _check_period(form, period)
    if not by.path.startswith(form.path):
        raise CannotIssue(f"报表“{form.name}”不是发给您单位的，不能下发。")
    if fill_level <= by.level or fill_level not in (Level.TOWNSHIP, Level.VILLAGE):
        raise CannotIssue("填报层级应为本单位以下的乡镇（街道）或村（社区）。")
    if not opens_on <= due_on < locks_on:
        raise CannotIssue("日期应依次为：开始日期、截止日期、锁定日期，锁定日期至少比截止日期晚一天。")
    _check_asked_once(form, period, by.path)
    collection = Collection.objects.create(
        unit=Unit.objects.get(path=by.path),
        form=form,
        title=title,
        period=period,
        fill_level=fill_level,
        opens_on=opens_on,
        due_on=due_on,
        locks_on=locks_on,
    )
    record("collection.issued", collection, by=by, changes={"period": period, "due_on": due_on})
    return collection


def _check_period(form: Form, period: str) -> None:
    try:
        kind = Period.parse(period).kind
    except BadPeriod as error:
        raise CannotIssue(f"{error}。") from error
    if kind != form.period_kind:
        wanted = PeriodKind(form.period_kind).label
        raise CannotIssue(f"报表“{form.name}”是{wanted}，报告期“{period}”与它不符，请重新选择。")


def _check_asked_once(form: Form, period: str, path: str) -> None:
    """Refuse a second call for the same form and period, from this unit, above it or below it.

    The advisory lock makes two publishers wait for each other, who can't lock each other's rows.
    """
    lock_by_name(f"collection {form.code} {period}")
    same = Collection.objects.whole().filter(form__code=form.code, period=period)
    other = same.filter(
        Q(path__in=Unit.objects.above(path).values("path")) | Q(unit__path__prefix=path)
    ).first()
    if other:
        raise CannotIssue(
            f"{other.unit.association}已下发“{other.title}”（{other.period_label}），同一张表同一报告期只采集一次，避免基层重复填报。"
        )


@transaction.atomic
def grant_lock_exception(
    *, collection: Collection, unit: Unit, until: date, reason: str, by: Actor
) -> LockException:
    """Let one filling unit type until a day (inclusive) after the lock; a second grant moves the day.

    Raises CannotExempt where the actor is not on the publisher's side, the unit is not asked to fill in, the day has
    passed or lies before the lock, or no reason is given.
    """
    if not collection.path.startswith(by.path):
        raise CannotExempt(f"延期由发布单位{collection.unit.association}办理。")
    if unit.level != collection.fill_level or not unit.path.startswith(collection.path):
        raise CannotExempt(f"{unit.name}不是这次采集的填报单位，不需要延期。")
    if until < max(timezone.localdate(), collection.locks_on):
        raise CannotExempt(f"延期日期应不早于今天，也不早于锁定日期{date_cn(collection.locks_on)}。")
    if not reason.strip():
        raise CannotExempt("请写明延期的原因。")
    granted, _ = LockException.objects.update_or_create(
        collection=collection,
        unit=unit,
        defaults={"until": until, "reason": reason.strip(), "granted_by": by.name, "path": unit.path},
    )
    record("lock_exception.granted", granted, by=by, reason=reason, changes={"until": until})
    return granted
