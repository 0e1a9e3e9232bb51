"""Saving cells: each save names the version that it saw, so nobody's newer value is overwritten unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean
from fpa.core.refusals import Refusal
from fpa.files.actions import keep_file
from fpa.files.inspection import Upload
from fpa.forms.checking import computed
from fpa.forms.values import display
from fpa.reporting.models import Cell, CellHistory, Collection, Item, Submission, blank_cell
from fpa.reporting.sheet import ReportRow, ReportSheet, sheet_of


class CannotFill(Refusal):
    """Nothing may be typed here now; the message says why and what to do."""


MAX_EXPLANATION = 300
READERS = "submission.view"
"""What a report asks of its readers, and so a file in its cells."""
NOT_RETURNED = "这一格没有被退回，已锁定，不能修改。"


@dataclass(frozen=True)
class Entry:
    """What a person typed into a cell. `version` is the one that the page showed; an explanation of None stays.

    Of a file the value is its name, and `upload` what was sent; without an upload the name is the one that is kept.
    """

    key: str
    value: Any
    version: int
    explanation: str | None = None
    upload: Upload | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an entry: saved where `problem` is empty; `theirs` is the newer save that stands in the way."""

    problem: str = ""
    theirs: Cell | None = None


@transaction.atomic
def save_cells(
    *, collection: Collection, unit: Unit, entries: Sequence[Entry], by: Actor
) -> dict[str, Outcome]:
    """Save typed cells of the actor's own unit; each is taken or refused by itself. Returns the outcome by key.

    The submission is made at the first save. A refusal names its reason: a locked cell, a value that can't stand, a
    newer save by someone else (which is given back, and never overwritten).
    Raises CannotFill where the unit is not the one that fills in, or is not the actor's.
    """
    sheet = own_sheet(collection, unit, by)
    if sheet.editable and not sheet.submission.pk:
        sheet = _begun(collection, unit)
    sheet.acting_unit = by.unit_name if by.unit_id != unit.pk else ""
    changes: dict[str, Any] = {}
    outcomes = {entry.key: _save(sheet, entry, by, changes) for entry in entries}
    if changes:
        _compute(sheet, by)
        mark_acting(sheet.submission, sheet.acting_unit)
        record("submission.saved", sheet.submission, by=by, changes=changes)
    return outcomes


def own_sheet(collection: Collection, unit: Unit, by: Actor) -> ReportSheet:
    """The sheet of the actor's own unit, or of a village that its township acts for, its submission held until commit.

    Raises CannotFill as `save_cells` does."""
    if not may_fill_for(by, unit):
        raise CannotFill(
            f"只有{unit.association}自己的账号可以填报；村（社区）确有困难的，由所属乡镇（街道）代办。"
        )
    if unit.level != collection.fill_level or not collection.asks(unit.path, unit.level):
        raise CannotFill(
            f"“{collection.title}”由{collection.get_fill_level_display()}填报，本级数据自动汇总。"
        )
    Submission.objects.select_for_update().filter(collection=collection, unit=unit).first()
    return sheet_of(collection, unit, timezone.localdate())


def mark_acting(submission: Submission, acting_unit: str) -> None:
    """Say on the report which unit acts for its own; a unit that corrects what was filled in for it takes it over."""
    if submission.acted_for_by != acting_unit:
        submission.acted_for_by = acting_unit
        submission.save()


def may_fill_for(by: Actor, unit: Unit) -> bool:
    """Whether a seat fills in for a unit: its own, or a township a village of its own that cannot (代办)."""
    acts_for_village = unit.level == Level.VILLAGE and unit.parent_id == by.unit_id
    return by.unit_id == unit.pk or (acts_for_village and by.may("submission.fill"))


def acts_for(by: Actor, unit: Unit, submission: Submission) -> bool:
    """Whether a seat may take a report back: its unit's own, or the township's that sent it up for it."""
    return by.unit_id == unit.pk or bool(submission.acted_for_by and may_fill_for(by, unit))


def _begun(collection: Collection, unit: Unit) -> ReportSheet:
    """The sheet with its submission made, also where somebody else made it in this very moment."""
    Submission.objects.get_or_create(collection=collection, unit=unit)
    Submission.objects.select_for_update().get(collection=collection, unit=unit)
    return sheet_of(collection, unit, timezone.localdate())


def _save(sheet: ReportSheet, entry: Entry, by: Actor, changes: dict[str, Any]) -> Outcome:
    row = next((r for r in sheet.rows if r.item.key == entry.key), None)
    if row is None:
        return Outcome("这张表没有这一格，请刷新页面。")
    explanation = row.cell.explanation if entry.explanation is None else clean(entry.explanation)
    before = row.cell.typed_value(row.item)
    is_same = _is_same(row, entry, explanation)
    if not row.item.is_typed:
        return Outcome("" if is_same else "这一格由平台自动得出，不用填写。")
    if not row.is_editable:
        return Outcome("" if is_same else sheet.closed_because or NOT_RETURNED)
    problem = row.item.problem_of(entry.value)
    if problem:
        return Outcome(problem)
    if row.item.typed.is_file and not entry.upload and entry.value not in (None, before):
        return Outcome("这一格要上传文件，不能填写文件名。")
    if len(explanation) > MAX_EXPLANATION:
        return Outcome(f"说明最多 {MAX_EXPLANATION} 个字，现有 {len(explanation)} 个字，请精简。")
    if is_same:
        return Outcome()
    if row.cell.version != entry.version:
        return Outcome(_conflict_words(row), row.cell)
    changes[entry.key] = [_recorded(row.item, before), _recorded(row.item, entry.value)]
    if row.item.typed.is_file:
        _put_file(sheet, row.cell, entry, by, changes)
    write_cell(row.cell, entry.value, explanation, by, item=row.item)
    return Outcome()


def _is_same(row: ReportRow, entry: Entry, explanation: str) -> bool:
    """Whether nothing would change; the same file under the same name is the same."""
    kept = row.cell.file
    if entry.upload and kept and kept.digest != entry.upload.digest:
        return False
    before = row.cell.typed_value(row.item)
    return (before, row.cell.explanation) == (entry.value, explanation)


def _put_file(sheet: ReportSheet, cell: Cell, entry: Entry, by: Actor, changes: dict[str, Any]) -> None:
    """Keep the file that was sent, or let go of the one that is there; the cell's history holds the old one."""
    if entry.upload:
        cell.file = keep_file(upload=entry.upload, unit=sheet.unit, permission=READERS, by=by)
        changes["sm3"] = [*changes.get("sm3", ()), entry.upload.digest]
    elif entry.value is None:
        cell.file = None


def _recorded(item: Item, value: Any) -> Any:
    """A value as the audit's event has it: a guarded one is masked."""
    typed = item.typed
    return (
        value if typed.is_number and not typed.is_guarded else display(typed, value, is_masked=True) or None
    )


def _compute(sheet: ReportSheet, by: Actor) -> None:
    """Write the lines that have a formula anew, where what they are computed from has changed them."""
    formulas = [item for item in sheet.items if item.formula]
    if not formulas:
        return
    after = sheet_of(sheet.collection, sheet.unit, sheet.today)
    last = {row.item.key: row.past[0].typed_value(row.item) for row in after.rows if row.past}
    found = computed([item.typed for item in sheet.items], after.values, last.get)
    for item in formulas:
        cell = after.cells.get(item.key) or blank_cell(after.submission, item.key)
        if cell.typed_value(item) != found[item.key]:
            write_cell(cell, found[item.key], cell.explanation, by, item=item)


def _conflict_words(row: ReportRow) -> str:
    moment, what = timezone.localtime(row.cell.saved_at), "改动" if row.item.typed.is_file else "数"
    return f"{row.cell.saved_by}已在 {moment:%H:%M} 把这一格保存为“{row.saved or '空白'}”，没有用您的{what}覆盖它。"


def write_cell(cell: Cell, value: Any, explanation: str, by: Actor, *, item: Item | None = None) -> Cell:
    """Write a cell's next version with its history; the caller holds the submission and writes the audit event.

    Without an item the value is a number, as sums are.
    """
    cell.explanation, cell.saved_by = explanation, by.name
    if item is None:
        cell.value = value
    else:
        cell.put(item, value)
    cell.version += 1
    cell.save()
    CellHistory.objects.create(
        cell=cell,
        unit=cell.unit,
        version=cell.version,
        value=cell.value,
        content=cell.content,
        file=cell.file,
        explanation=explanation,
        saved_by=by.name,
    )
    return cell
