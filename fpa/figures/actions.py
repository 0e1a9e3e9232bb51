"""Stating a number that a document says and no record can yield, and correcting it. What was stated stays."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from fpa.access.models import Unit
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.periods import BadPeriod, Period
from fpa.core.refusals import Refusal
from fpa.figures import catalogue
from fpa.figures.figure import Kind, UnknownFigure
from fpa.figures.models import Qualifier, Statement
from fpa.files.actions import NewDocument, file_facts, keep_document
from fpa.files.models import Document


class CannotState(Refusal):
    """The number can't be stated or corrected so; the message says why, in Chinese."""


@transaction.atomic
def state_figure(
    *,
    figure: str,
    unit: Unit,
    period: str,
    value: Decimal,
    qualifier: Qualifier | str,
    whose: str = "",
    document: Document | NewDocument,
    by: Actor,
) -> Statement:
    """State a figure of a unit at or below the actor's for a period, by a document. Raises `CannotState` and
    `CannotKeepDocument`.
    """
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    _check_figure(figure, unit, by)
    _check_answers(period, value)
    if Statement.objects.filter(figure=figure, unit=unit, period=period).exists():
        raise CannotState("这个单位在这个报告期已经登记过这个指标，请在指标页更正，不要重复登记。")
    statement = Statement.objects.create(
        figure=figure, unit=unit, period=period, value=value, qualifier=qualifier, whose=whose,
        document=keep_document(document=document, unit=unit, by=by), entered_by=by.name,
    )  # fmt: skip
    changes = _changes(None, statement)
    record("statement.stated", statement, by=by, changes=changes, reason=statement.document.number)
    return statement


@transaction.atomic
def correct_statement(*, statement: Statement, reason: str, by: Actor, **answers: Any) -> Statement:
    """State anew, with a reason, what was stated wrongly: `value`, `qualifier`, `whose` and `document`. The wrong
    statement stays in the history. Raises `CannotState` and `CannotKeepDocument`.
    """
    Unit.objects.select_for_update().get(pk=statement.unit_id)
    wrong = Statement.objects.select_related("unit", "document").get(pk=statement.pk)
    _check_figure(wrong.figure, wrong.unit, by)
    _check_answers(wrong.period, answers["value"])
    if Statement.objects.filter(corrects=wrong).exists():
        raise CannotState("这条登记刚才已经被更正，请查看最新的登记。")
    answers["document"] = keep_document(document=answers["document"], unit=wrong.unit, by=by)
    right = Statement.objects.create(
        figure=wrong.figure, unit=wrong.unit, period=wrong.period, corrects=wrong, reason=reason,
        entered_by=by.name, **answers,
    )  # fmt: skip
    record("statement.corrected", right, by=by, changes=_changes(wrong, right), reason=reason)
    return right


def _check_figure(key: str, unit: Unit, by: Actor) -> None:
    if not unit.path.startswith(by.path):
        raise CannotState("只能登记本单位及下级单位的文件数。")
    try:
        figure = catalogue.get(key)
    except UnknownFigure as error:
        raise CannotState(str(error)) from error
    if figure.kind is not Kind.STATED:
        raise CannotState(f"“{figure.name}”由平台内的记录汇总，不需要登记。")


def _check_answers(period: str, value: Decimal) -> None:
    try:
        Period.parse(period)
    except BadPeriod as error:
        raise CannotState(f"{error}。") from error
    if value < 0:
        raise CannotState("数值不能是负数，请核对。")


FIELDS = ("figure", "period", "value", "qualifier", "whose", "document")


def _changes(before: Statement | None, after: Statement) -> dict[str, Any]:
    """Each field that is new or changed, as `[old, new]`, and the file of a document that is."""
    pairs = {name: [getattr(before, name, None), getattr(after, name)] for name in FIELDS}
    changed = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    return changed | (file_facts(after.document) if "document" in changed else {})
