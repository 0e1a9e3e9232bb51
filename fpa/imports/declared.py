"""An importer that is only declared: the SQL that judges and writes its rows is made from model, columns and key."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import IntegrityError, connection, models
from django.urls import reverse
from django.utils import timezone
from psycopg.errors import ExclusionViolation, UniqueViolation

from fpa.access.models import Level, Unit
from fpa.core.actor import Actor
from fpa.core.planning import bulk_joins
from fpa.core.visibility import upper_bound
from fpa.imports import declared_sql as sql
from fpa.imports.columns import Choice, Column, Context, Number, Part, Text, normalise
from fpa.imports.copy_lines import Normalise
from fpa.imports.importer import Importer, Parent, Raced, UnitFields
from fpa.imports.models import ImportRow, Job, RowOutcome
from fpa.imports.unit_fields import UNIT_FIELDS, UNIT_KEYS
from fpa.pages.fields import UnitField
from fpa.pages.progress import Progress

Given = Mapping[str, Callable[[Actor], Any]]
_UNIT_HINT = (
    "输入区划代码、名称或拼音首字母。整张表属于一个单位的，选这个单位；"
    "选上级单位时，表里要有写明所属单位的列。"
)


class Import(Importer):
    """One kind of record, by declaration.

    `columns` are read from the file; `key` names those that find a record, which is one within its unit, or within
    what the rows go into where there is a `parent` (within both where `unit` is one of the key); where `open_field` is
    given, only records in which that is empty are found. `levels` are those of the units that rows may belong to.
    `given` are attributes of a new record that no file says, by who confirms. `rules` say the model's
    constraints in words: name to (key of a column, reason). `stale` marks the figures of the model, from the earliest
    `dated` day on; `refresh` brings them up to date for the command line.
    """

    units = UnitFields("unit_code", UNIT_KEYS)

    def __init__(
        self,
        *,
        kind: str,
        label: str,
        measure: str,
        permission: str,
        verb: str,
        model: type[models.Model],
        columns: Sequence[Part],
        key: Sequence[str],
        list_name: str,
        parent: Parent | None = None,
        levels: Sequence[int] = tuple(Level),
        given: Given | None = None,
        rules: Mapping[str, tuple[str, str]] | None = None,
        defaults: Sequence[str] = (),
        open_field: str = "",
        dated: str = "",
        stale: Callable[[type[models.Model], str, date | None], None] | None = None,
    ) -> None:
        self.kind, self.label, self.measure = kind, label, measure
        self.permission, self.verb = permission, verb
        self.model, self.key, self.list_name = model, tuple(key), list_name
        self.parts = tuple(_bounded(part, model) for part in columns)
        self.parent, self.levels = parent, tuple(levels)
        self.given, self.rules = dict(given or {}), dict(rules or {})
        self.defaults = tuple(defaults)
        self.open_field = open_field
        self.dated, self.stale = dated, stale
        self.fields = (*(item for part in self.parts for item in part.fields), *UNIT_FIELDS)
        self.key_field = self.key[0]
        self.is_key_within_unit = parent is None or "unit" in self.key
        self.subject_keys = tuple(self._subjects())
        self.template = self._template()

    def _subjects(self) -> Iterator[str]:
        for part in self.parts:
            yield from part.subject or (
                [part.key] if isinstance(part, Column) and part.key in self.key else []
            )

    def _template(self) -> dict[str, str]:
        units = {"township": "名称唯一时可不填。", "village": "填所属单位的名称，也可另加“单位代码”一列。"}
        hints = {key: hint for part in self.parts for key, hint in part.hints.items()}
        return hints | (units if Level.VILLAGE in self.levels else {"unit": "填所属单位的名称。"})

    @cached_property
    def statements(self) -> sql.Statements:
        """The SQL, made when it is first needed."""
        return sql.Statements(self)

    @cached_property
    def judge(self) -> str:
        """The judgement, made from the declaration."""
        return self.statements.judge

    @property
    def judge_values(self) -> dict[str, Any]:
        """What the rules of rejection are called, and about which column each is. What is given by who confirms is not
        known before."""
        rules, uniques = self.statements.rules, self.statements.uniques
        return {f"given_{name}": None for name in self.given} | {
            "rule_fields": [rule.field for rule in rules],
            "rule_reasons": [rule.reason for rule in rules],
            "once_fields": [unique.field for unique in uniques],
            "once_labels": [unique.label for unique in uniques],
        }

    @property
    def normalise(self) -> Normalise:
        """That of the columns."""
        return normalise

    def context(self) -> Context:
        """Today, and the columns."""
        has_uuid = isinstance(self.model._meta.pk, models.UUIDField)
        return Context(timezone.localdate(), self.parts, self.key, has_uuid)

    def apply(self, job: Job, by: Actor, progress: Progress) -> None:
        """Insert the new rows by one statement, correct the changed ones by another, and mark the figures."""
        values = self._values(job, by)
        with connection.cursor() as cursor, bulk_joins(rows=job.done):
            for statement in self.statements.before:
                cursor.execute(statement, values)
            for words, statement, outcome in self.statements.writing:
                progress.say(words, job.done, now=True)
                self._write(cursor, statement, values)
                self._all_or_raced(cursor, job, outcome)
            cursor.execute(self.statements.since, values)
            since = cursor.fetchone()[0]
        if self.stale and since is not False:
            self.stale(self.model, job.path, since)

    def _values(self, job: Job, by: Actor) -> dict[str, Any]:
        values = {
            "job": job.pk,
            "path": job.path,
            "path_hi": upper_bound(job.path),
            "lo": by.path,
            "hi": upper_bound(by.path),
            "parent": job.parent or None,
            "today": timezone.localdate(),
        }
        return values | self.judge_values | {f"given_{name}": value(by) for name, value in self.given.items()}

    def _write(self, cursor: Any, statement: str, values: dict[str, Any]) -> None:
        """Raises Raced where somebody wrote meanwhile what a row may not repeat."""
        try:
            cursor.execute(statement, values)
        except IntegrityError as error:
            if isinstance(error.__cause__, UniqueViolation | ExclusionViolation):
                raise Raced from error
            raise

    def _all_or_raced(self, cursor: Any, job: Job, outcome: str) -> None:
        written = cursor.rowcount
        cursor.execute(sql.COUNT, {"job": job.pk, "outcome": outcome})
        if cursor.fetchone()[0] != written:
            raise Raced

    def list_url(self, unit: Unit) -> str:
        """The list of the records, at the unit."""
        return f"{reverse(self.list_name)}?unit={unit.code}"

    def unit_field(self, within: str) -> UnitField:
        """A unit at or below the seat's."""
        field = UnitField(label="导入到哪个单位", help_text=_UNIT_HINT)
        field.within = within
        return field

    def subject(self, row: ImportRow) -> str:
        """The values of the key, as they are shown."""
        said = (self._words(key, row.data[key]) for key in self.subject_keys if row.data.get(key) is not None)
        return " ".join(said) or "—"

    def changes_in_words(self, row: ImportRow) -> str:
        """地点：村委会 → 文化站；…"""
        if row.outcome != RowOutcome.CHANGED:
            return ""
        return "；".join(
            f"{self.label_of(key)}：{self._words(key, old)} → {self._words(key, new)}"
            for key, (old, new) in row.changes.items()
        )

    def _words(self, key: str, value: Any) -> str:
        if value is None or value == "":
            return "未登记"
        part = next((part for part in self.parts if key in part.data or key in part.subject), None)
        return part.words_of(key, value) if part else str(value)


def columns_from(model: type[models.Model], **aliases: str) -> list[Column]:
    """Columns of a model's lines of text and choices, each with its other names, parted by spaces.

    They are called as the field is; one that is not blank and has no default must be filled in.
    """
    return [_column_from(model._meta.get_field(name), words) for name, words in aliases.items()]


def _column_from(field: Any, aliases: str) -> Column:
    label, required = str(field.verbose_name), not field.blank and not field.has_default()
    if not field.choices:
        return Text(field.name, label, aliases, required)
    choices = [(value, word) for value, word in field.flatchoices if value not in ("", None)]
    default = dict(choices).get(field.default) if field.has_default() else None
    hint = f"不填的为{default}。" if default else ""
    return Choice(field.name, label, aliases, required, hint, choices)


def _bounded(part: Part, model: type[models.Model]) -> Part:
    """A column within what the model's field can hold. Raises FieldDoesNotExist for a key that is no attribute."""
    if not isinstance(part, Column):
        return part
    field: Any = model._meta.get_field(part.key)
    if isinstance(part, Text) and getattr(field, "max_length", None):
        return replace(part, longest=min(part.longest, field.max_length))
    if isinstance(part, Number) and isinstance(field, models.DecimalField):
        digits, places = field.max_digits or 0, field.decimal_places or 0
        most = Decimal(10) ** (digits - places) - Decimal(1).scaleb(-places)
        return replace(part, places=min(part.places, places), most=min(most, part.most or most))
    if isinstance(part, Number) and isinstance(field, models.IntegerField):
        largest = connection.ops.integer_field_range(field.get_internal_type())[1]
        return replace(part, most=min(largest, part.most or largest))
    return part
