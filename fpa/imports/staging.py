"""From a file to judged rows, set-based: COPY into the inbox, checks in SQL, INSERT … SELECT under the policy.

Everything happens in the caller's transaction; killed half-way, nothing was.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.db import connection
from django.utils import timezone

from fpa.core.planning import bulk_joins
from fpa.core.sheets import Refused
from fpa.core.sheets.header import Table
from fpa.core.sheets.non_data_rows import NON_DATA_ROW_LABELS
from fpa.core.visibility import upper_bound
from fpa.imports.copy_lines import Chunk, Placed, Repetitions, Work, chunked, copy_lines_of
from fpa.imports.importer import Importer
from fpa.imports.models import ImportRow, Job, RowOutcome
from fpa.imports.units import NoSuchUnit, UnitFinder, code_of
from fpa.imports.uploads import open_upload
from fpa.pages.progress import Progress

_COPY = 'COPY imports_importinbox (job_id, position, sheet, row, key, "column", reason, data) FROM STDIN'
_INTO = """INSERT INTO imports_importrow
    (job_id, path, position, sheet, row, key, outcome, "column", reason, data, changes)"""
_REJECTED = f"""{_INTO}
    SELECT job_id, %(path)s, position, sheet, row, key, 'rejected', "column", reason, data, '{{}}'
    FROM imports_importinbox WHERE job_id = %(job)s AND reason <> ''
"""
_JUDGED = f"""{_INTO}
    WITH staged AS (SELECT job_id, position, sheet, row, key, data FROM imports_importinbox
        WHERE job_id = %(job)s AND reason = '')
    SELECT job_id, %(path)s, position, sheet, row, key, outcome,
        CASE WHEN reason = '' THEN '' ELSE coalesce(%(labels)s::jsonb -> sheet ->> field, '') END, reason, data, changes
    FROM ({{judge}}) AS judged
"""
_EMPTY = "DELETE FROM imports_importinbox WHERE job_id = %(job)s"
_MAX_ROWS_NAMED = 5


@dataclass
class Reading:
    """One file being read for one job."""

    job: Job
    importer: Importer
    finder: UnitFinder
    tables: list[Table] = field(default_factory=list)
    position: int = 0

    def chunks(self) -> Iterator[Chunk]:
        """The rows of all tables, each with its unit, some thousands at a time."""
        for table in self.tables:
            make = partial(Chunk, str(self.job.pk), table.sheet.name, table.labels, tuple(table.columns))
            yield from chunked(self._placed(table), make)

    def _placed(self, table: Table) -> Iterator[Placed]:
        units = self.importer.units
        names = [name for name in units.names if name in table.columns]
        is_named = bool(names) or units.code in table.columns
        sheet = (table.sheet.name,) if self.finder.must_be_named and not is_named else ()
        lowest = names[-1] if names else units.code
        for record in table.records():
            self.position += 1
            values = record.values
            said = tuple(str(values[name]) for name in names if values[name] is not None)
            unit, fault = self._unit(code_of(values.get(units.code)), said or sheet, lowest)
            yield self.position, record.row, tuple(values.values()), record.formulas, unit, fault

    def _unit(self, code: str, names: tuple[str, ...], lowest: str) -> tuple[Any, tuple[str, str] | None]:
        try:
            return self.finder.find(code, names), None
        except NoSuchUnit as error:
            return None, (self.importer.units.code if error.by_code and code else lowest, str(error))


def stage(job: Job, importer: Importer, progress: Progress) -> None:
    """Read the job's file into judged `ImportRow`s and put counts, notes and the names of dropped columns on `job`
    (not saved).

    Call it in a scope over the whole province: an ID number is one person's everywhere, and what the judgement says
    of records out of the job's sight is written by the importer with care. Raises Refused.
    """
    reading = Reading(job, importer, UnitFinder(job.unit, importer.levels))
    with open_upload(job, importer) as upload:
        reading.tables, job.dropped = upload.tables, upload.dropped
        for table in reading.tables:
            _check_unit_column(table, reading)
        _copy(reading, progress)
        if not reading.position:
            raise Refused("表头下面没有一行数据。请填写后重新上传。")
        progress.say("正在与平台已有的记录核对", reading.position, now=True)
        _judge(reading)
        job.notes = [f"平台不予收集、没有读取的列：{'、'.join(job.dropped)}。"] if job.dropped else []
        job.notes += [*_notes_of(reading.tables), *(f"没有读取：{reason}" for reason in upload.unread)]
        job.notes += importer.defaults
        job.notes += [f"没有读取隐藏的工作表“{name}”。" for name in upload.book.hidden]
    job.counts, job.done = count(job), reading.position


def _check_unit_column(table: Table, reading: Reading) -> None:
    """A unit above the villages needs a column that says the village, or a sheet named after one."""
    units, finder = reading.importer.units, reading.finder
    if not finder.must_be_named or set(table.columns) & {units.code, *units.names}:
        return
    try:
        finder.find("", (table.sheet.name,))
    except NoSuchUnit as error:
        wanted = "或".join(f"“{reading.importer.label_of(key)}”" for key in (*units.names[-1:], units.code))
        raise Refused(
            f"工作表“{table.sheet.name}”里没有说明每一行属于哪个{finder.wanted}的列。"
            f"您选择的单位是{finder.target.name}，请增加一列{wanted}后重新上传；"
            f"如果整张表都是一个{finder.wanted}的，请在上传时直接选择这个{finder.wanted}。"
        ) from error


def _copy(reading: Reading, progress: Progress) -> None:
    importer = reading.importer
    labels = {item.key: item.label for item in importer.fields}
    work = Work(importer.normalise, importer.context(), labels, importer.is_key_within_unit)
    repetitions = Repetitions(importer.key_field, importer.label_of(importer.key_field))
    done = 0
    with connection.cursor() as cursor:
        for lines in copy_lines_of(work, reading.chunks()):
            with cursor.copy(_COPY) as copy:
                copy.write(repetitions.mark(lines))
            done += len(lines.numbers)
            progress.say("正在读取、校验和加密", done)


def _judge(reading: Reading) -> None:
    job, importer = reading.job, reading.importer
    proper = {item.key: item.label for item in importer.fields}
    values: dict[str, Any] = {
        "job": job.pk,
        "path": job.path,
        "path_hi": upper_bound(job.path),
        "labels": json.dumps({table.sheet.name: {**proper, **table.labels} for table in reading.tables}),
        "lo": job.post.path,
        "hi": upper_bound(job.post.path),
        "today": timezone.localdate(),
        "parent": job.parent or None,
        **importer.judge_values,
    }
    with connection.cursor() as cursor, bulk_joins(rows=reading.position):
        for statement in (_REJECTED, _JUDGED.format(judge=importer.judge), _EMPTY):
            cursor.execute(statement, values)


def count(job: Job) -> dict[str, int]:
    """How many rows have which outcome; every outcome is there."""
    found: Counter[str] = Counter(dict.fromkeys(RowOutcome.values, 0))
    with connection.cursor() as cursor:
        table = ImportRow._meta.db_table
        cursor.execute(f"SELECT outcome, count(*) FROM {table} WHERE job_id = %s GROUP BY outcome", [job.pk])
        found.update(dict(cursor.fetchall()))
    return dict(found)


def _notes_of(tables: list[Table]) -> Iterator[str]:
    """What was left out, so that nothing is dropped unseen."""
    for table in tables:
        for kind, rows in table.skipped.items():
            named = "、".join(map(str, rows[:_MAX_ROWS_NAMED]))
            more = "等" if len(rows) > _MAX_ROWS_NAMED else ""
            yield f"工作表“{table.sheet.name}”跳过{NON_DATA_ROW_LABELS[kind]} {len(rows)} 行（第 {named} 行{more}）。"
