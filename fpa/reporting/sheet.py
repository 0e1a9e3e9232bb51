"""A unit's sheet: all that stands on the page where it reports, read once for a page or an action.

It also holds the rule of who may type what and when: day of opening, lock and exception, state, returned cells.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import prefetch_related_objects

from fpa.access.models import Unit
from fpa.approval.models import Case, Decision, Verdict
from fpa.core.chinese import date_cn
from fpa.core.periods import Period
from fpa.figures.queries import read
from fpa.reporting.checks import Facts, Finding, find
from fpa.reporting.models import (
    Cell,
    CellHistory,
    Collection,
    Item,
    LockException,
    State,
    Submission,
    blank_cell,
)
from fpa.threads.models import Thread

PAST_PERIODS = 12


@dataclass
class ReportRow:
    """One line of a sheet: the item, its cell, and what stands beside it."""

    item: Item
    cell: Cell
    past: list[Cell]
    thread: Thread | None
    is_editable: bool
    known: Decimal | None = None
    is_mended: bool = False
    typed: str = ""
    problem: str = ""
    theirs: Cell | None = None

    @property
    def label(self) -> str:
        """What the line is called."""
        return self.item.label

    @property
    def shown(self) -> str:
        """What stands in the input: what was typed and not taken, else what is saved, else what is known."""
        return self.typed or (self.item.shown(self.known) if self.is_prefilled else self.saved)

    @property
    def is_prefilled(self) -> bool:
        """Whether the platform's own figure stands in a cell that nobody has saved."""
        return self.known is not None and not self.cell.version

    @property
    def saved(self) -> str:
        """The saved value as people read it."""
        return self.item.shown(self.cell.typed_value(self.item))

    @property
    def choices(self) -> list[str]:
        """The words to choose from, where the line asks to choose."""
        return [word for _, word in self.item.typed.choices]

    @property
    def last(self) -> str:
        """The value of the last period."""
        return self.item.shown(self.past[0].typed_value(self.item)) if self.past else ""

    @property
    def history(self) -> list[tuple[str, str]]:
        """Period and value of the past, newest first."""
        told = [(cell.period, cell.typed_value(self.item)) for cell in self.past]
        return [(Period.parse(period).label, self.item.shown(value)) for period, value in told]

    @property
    def mark(self) -> tuple[str, str]:
        """The cell's state as a tone and a word: one of wrong, locked, returned, saved, empty."""
        if self.problem:
            return "wrong", "未保存"
        if self.thread and self.is_editable:
            return ("saved", "已改，已保存") if self.is_mended else ("returned", "请修改")
        if not self.item.is_typed:
            return "locked", "自动计算"
        if not self.is_editable:
            return "locked", "已锁定"
        if self.is_prefilled:
            return "known", "请核对"
        return ("saved", "已保存") if self.cell.version else ("empty", "未填")


@dataclass
class ReportSheet:
    """All of one unit's answers to a collection, read once for a page or an action."""

    collection: Collection
    unit: Unit
    submission: Submission
    today: date
    acting_unit: str = ""

    @cached_property
    def items(self) -> list[Item]:
        """The form's lines in order."""
        return list(self.collection.form.items.all())

    @cached_property
    def cells(self) -> dict[str, Cell]:
        """The saved cells by key."""
        return {c.key: c for c in self.submission.cells.all()} if self.submission.pk else {}

    @cached_property
    def past(self) -> dict[str, list[Cell]]:
        """Up to twelve earlier values of each line, newest first."""
        keys = [item.key for item in self.items]
        earlier = Cell.objects.filter(
            path=self.unit.path, unit=self.unit, key__in=keys, period__lt=self.collection.period
        )
        told = earlier.exclude(value=None, content=None).exclude(submission__state=State.DRAFT)
        found: dict[str, list[Cell]] = {key: [] for key in keys}
        for cell in told.order_by("-period"):
            found[cell.key].append(cell)
        return {key: cells[:PAST_PERIODS] for key, cells in found.items()}

    @cached_property
    def returned(self) -> dict[str, dict[str, str]]:
        """What the return that stands names: place → its label and reason; empty where nothing is returned."""
        if self.submission.state != State.RETURNED:
            return {}
        return {place["place"]: place for place in places_to_mend(self.submission)}

    @cached_property
    def as_returned(self) -> dict[str, str]:
        """What those cells held, as people read it, that read otherwise since the last return: key → value, "" of an
        empty one. Who reviews again sees both."""
        decision = last_return(self.submission) if self.submission.pk else None
        since = {c.pk: c for c in self.cells.values() if decision and c.saved_at > decision.at}
        if not decision or not since:
            return {}
        then = CellHistory.objects.filter(cell__in=since, saved_at__lte=decision.at)
        known = {
            history.cell_id: history for history in then.order_by("cell_id", "-version").distinct("cell_id")
        }
        items, found = {item.key: item for item in self.items}, {}
        for cell in since.values():
            item, before = items[cell.key], known.get(cell.pk)
            was = item.shown(before.typed_value(item)) if before else ""
            if was != item.shown(cell.typed_value(item)):
                found[cell.key] = was
        return found

    @cached_property
    def mended(self) -> frozenset[str]:
        """Keys of the returned cells that were saved anew since their return."""
        decision = last_return(self.submission) if self.returned else None
        if not decision:
            return frozenset()
        return frozenset(k for k, c in self.cells.items() if k in self.returned and c.saved_at > decision.at)

    @cached_property
    def threads(self) -> dict[str, Thread]:
        """Open threads on cells, by key, with their messages."""
        if not self.submission.pk:
            return {}
        on = Thread.objects.on(Submission._meta.label_lower, str(self.submission.pk)).open()
        return {t.place: t for t in on.whole().prefetch_related("messages")}

    @cached_property
    def last_day(self) -> date:
        """The last day on which this unit may type, with its lock exception."""
        return max(self.collection.last_day, self.exempt_until or date.min)

    @property
    def locked_words(self) -> str:
        """Since when nothing can be typed: the beginning of what is said where the lock stands in the way."""
        return f"填报已于{date_cn(self.last_day + timedelta(days=1))}锁定"

    @property
    def may_come_back(self) -> bool:
        """Whether a report that is taken back can still be sent again; nobody locks a summary."""
        return self.submission.is_summary or self.today <= self.last_day

    @cached_property
    def exempt_until(self) -> date | None:
        """Until when the unit may type after the lock; None without an exception."""
        found = LockException.objects.filter(collection=self.collection, unit=self.unit).first()
        return found.until if found else None

    @cached_property
    def closed_because(self) -> str:
        """Why nothing may be typed or submitted now, with the way out; empty where it may."""
        if self.today < self.collection.opens_on:
            return f"本次采集从{date_cn(self.collection.opens_on)}开始填报。"
        if self.today > self.last_day:
            return f"{self.locked_words}，不能再修改。确需补报，请联系{self.collection.unit.association}办理延期。"
        return self.state_words

    @property
    def state_words(self) -> str:
        """Why a report that is sent up stands as it is; empty where it is still the unit's to change."""
        if self.submission.is_past and self.submission.state == State.SUBMITTED:
            checker = self.submission.acted_for_by or self.unit.name
            return f"已补录，正在等待{checker}的另一位同事对照依据文件复核，不能修改。需要修改请先撤回。"
        if self.submission.is_past and self.submission.state == State.APPROVED:
            return f"已凭依据文件补录并复核，不能修改。需要更正请联系{self.reviewer}退回。"
        if self.submission.state == State.SUBMITTED:
            return f"已上报，正在等待{self.reviewer}审核，不能修改。需要修改请先撤回。"
        if self.submission.state == State.APPROVED:
            return f"已由{self.reviewer}审核通过，不能修改。需要更正请联系{self.reviewer}退回。"
        return ""

    @property
    def fault(self) -> str:
        """Why the report can't be sent up as it is, with the way out; empty where it can."""
        findings = self.findings()
        hard = [f for f in findings if f.is_hard]
        if self.closed_because or not findings:
            return self.closed_because
        if hard:
            return f"有 {len(hard)} 处错误，改正后才能上报：{hard[0].formula}，{hard[0].difference}。"
        unexplained = [f.row for f in findings if f.is_open]
        return f"“{unexplained[0]}”等 {len(unexplained)} 处存疑，请先写明情况说明。" if unexplained else ""

    @property
    def reviewer(self) -> str:
        """Who reviews."""
        return self.unit.parent.association if self.unit.parent else "上级"

    @cached_property
    def editable(self) -> frozenset[str]:
        """Keys of the cells that may be typed in: all in a draft and where a return names none, else those it names."""
        if self.closed_because:
            return frozenset()
        keys = frozenset(item.key for item in self.items if item.is_typed)
        return keys & frozenset(self.returned) if self.returned else keys

    @cached_property
    def rows(self) -> list[ReportRow]:
        """The lines with all that stands beside them."""
        return [self._row(item) for item in self.items]

    def _row(self, item: Item) -> ReportRow:
        cell = self.cells.get(item.key) or blank_cell(self.submission, item.key)
        return ReportRow(
            item=item,
            cell=cell,
            past=self.past[item.key],
            thread=self.threads.get(item.key),
            is_editable=item.key in self.editable,
            known=self.known.get(item.key),
            is_mended=item.key in self.mended,
        )

    @cached_property
    def known(self) -> dict[str, Decimal]:
        """What the platform counts already, by key of the item that asks for it (design §6: never asked, confirmed)."""
        sources = {i.key: i.prefilled_from for i in self.items if i.prefilled_from and i.typed.is_number}
        if not sources:
            return {}
        readings = read(sources.values(), self.unit, Period.parse(self.collection.period))
        told = {key: readings[source].value for key, source in sources.items()}
        return {key: Decimal(value) for key, value in told.items() if value is not None}

    @property
    def has_files(self) -> bool:
        """Whether a line of it takes a file."""
        return any(item.typed.is_file for item in self.items)

    @property
    def filled(self) -> int:
        """How many lines are saved with a value."""
        return sum(not cell.is_blank for cell in self.cells.values())

    @property
    def values(self) -> dict[str, Any]:
        """The saved values by key."""
        return {i.key: self.cells[i.key].typed_value(i) for i in self.items if i.key in self.cells}

    @property
    def returnable(self) -> list[Item]:
        """The lines that can be returned: those that the unit types, of a summary those that it adds up."""
        return self.adding if self.submission.is_summary else [item for item in self.items if item.is_typed]

    @property
    def adding(self) -> list[Item]:
        """The lines that a summary has."""
        return [item for item in self.items if item.adds_up]

    def findings(self, now: Mapping[str, Any] | None = None) -> list[Finding]:
        """The audit report of the saved values, or of others such as sums from below."""
        sums = now is not None or self.submission.is_summary
        items = {i.key: i for i in (self.adding if sums else self.items)}
        last = {key: self.past[key][0].typed_value(item) for key, item in items.items() if self.past[key]}
        facts = Facts(items, self.values if now is None else now, last)
        column = f"{self.unit.name} {self.collection.period_label}"
        return find(
            list(self.collection.form.checks.all()), facts, table=self.collection.form.name, column=column,
            explanations={key: cell.explanation for key, cell in self.cells.items()},
        )  # fmt: skip


def last_return(submission: Submission) -> Decision | None:
    """The last return, where nothing was approved since; also while the report is under review again."""
    cases = Case.objects.of(submission).values("pk")
    settled = Decision.objects.filter(case__in=cases, verdict__in=[Verdict.RETURN, Verdict.APPROVE])
    last = settled.order_by("-at", "-id").first()
    return last if last and last.verdict == Verdict.RETURN else None


def places_to_mend(submission: Submission) -> list[dict[str, str]]:
    """The places that the return that stands names; none where there is no such return."""
    decision = last_return(submission)
    return decision.places if decision else []


def sheet_of(collection: Collection, unit: Unit, today: date) -> ReportSheet:
    """A unit's sheet; its submission is a new, unsaved one where nothing was saved yet."""
    found = Submission.objects.filter(collection=collection, unit=unit).first()
    summary = unit.level < collection.fill_level
    submission = found or Submission(unit=unit, path=unit.path, is_summary=summary)
    submission.collection, submission.unit = collection, unit
    return ReportSheet(collection, unit, submission, today)


def sheet_for(submission: Submission, today: date) -> ReportSheet:
    """The sheet of a submission that is at hand."""
    return ReportSheet(submission.collection, submission.unit, submission, today)


def sheets_for(submissions: Sequence[Submission], today: date) -> list[ReportSheet]:
    """The sheets of many submissions with cells, forms and past values read at once: a bounded number of statements."""
    wanted = {submission.collection_id for submission in submissions}
    whole = Collection.objects.whole().prefetch_related("form__items", "form__checks").in_bulk(wanted)
    prefetch_related_objects(submissions, "cells")
    sheets = []
    for submission in submissions:
        submission.collection = whole[submission.collection_id]
        sheets.append(sheet_for(submission, today))
    _read_past(sheets)
    return sheets


def _read_past(sheets: Sequence[ReportSheet]) -> None:
    """Give the sheets their `past`, by one statement a collection."""
    by_collection: dict[int, list[ReportSheet]] = {}
    for sheet in sheets:
        by_collection.setdefault(sheet.collection.pk, []).append(sheet)
    for group in by_collection.values():
        keys, period = [item.key for item in group[0].items], group[0].collection.period
        units = [sheet.unit.pk for sheet in group]
        told = Cell.objects.filter(unit__in=units, key__in=keys, period__lt=period, value__isnull=False)
        found: dict[int, dict[str, list[Cell]]] = {unit: {key: [] for key in keys} for unit in units}
        for cell in told.exclude(submission__state=State.DRAFT).order_by("-period"):
            found[cell.unit_id][cell.key].append(cell)
        for sheet in group:
            sheet.past = {key: cells[:PAST_PERIODS] for key, cells in found[sheet.unit.pk].items()}
