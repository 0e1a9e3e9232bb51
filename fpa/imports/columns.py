"""What the columns of a declared import hold, and how a cell of each is read.

Runs in an import's helper processes, so nothing here needs the models. Reasons name the thing, the
rule and the way out.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, NamedTuple

from fpa.core.chinese import clean, date_cn, half_width, number, parse_number
from fpa.core.dates import BadDate, compact, parse_date
from fpa.core.identity import BadPhone, parse_phone
from fpa.core.ids import uuid7
from fpa.core.sheets.header import Field, Record
from fpa.core.sheets.model import Cell
from fpa.imports.copy_lines import Fault, Normal

_NOTHING = re.compile(r"[-—–―－/\\\s]*|无|没有|暂无|不详|未填")
_NOTHING_LENGTH = 6
_LONG_NUMBER = re.compile(r"\d{6,}")
"""May be a number that is to stay sealed; what is kept of a faulty cell only tells whose row it is."""


class BadCell(ValueError):
    """A cell that can't be understood; the message is the reason."""


def is_nothing(cell: Cell) -> bool:
    """Whether a cell says that there is nothing: blank, a dash, 无."""
    return cell is None or (
        isinstance(cell, str) and len(cell) <= _NOTHING_LENGTH and bool(_NOTHING.fullmatch(cell.strip()))
    )


class Reading(NamedTuple):
    """What a part of a row says: values for `data`, faults, and the bytes by which the row's record may be found."""

    data: dict[str, Any]
    faults: list[Fault]
    key: bytes


class Part:
    """Some columns of a file and the values that they yield; most are one `Column`, a person is several."""

    fields: Sequence[Field]
    hints: Mapping[str, str]
    """The fields of the empty table that is offered, each with how it is filled in."""
    data: Mapping[str, str]
    """What it puts into a row's data: key to SQL type."""
    subject: Sequence[str] = ()
    """Keys of the data that tell whose row it is."""
    joins: str = ""
    """SQL joins to what its values refer to, over the data `d`."""
    writes: Mapping[str, str] = {}
    """The attribute of the record that it fills, as SQL; a column fills the one of its own name."""
    rules: Sequence[tuple[str, str, str]] = ()
    """Why a row is rejected: SQL condition, key of the field, reason."""
    before: Sequence[str] = ()
    """Statements that come before the writing of the records."""

    def read(self, records: Sequence[Record], today: date) -> list[Reading]:
        """What the rows say, in order."""
        raise NotImplementedError

    def words_of(self, key: str, value: Any) -> str:
        """One of its values as a preview shows it."""
        return str(value)


@dataclass(frozen=True)
class Column(Part):
    """One column of a file for one attribute of the record, `key`. `aliases` are other names, parted by spaces."""

    key: str
    label: str
    aliases: str = ""
    required: bool = False
    hint: str = ""
    sql_type: ClassVar[str] = "text"

    @property
    def fields(self) -> tuple[Field]:  # type: ignore[override]
        """The one field."""
        return (Field(self.key, self.label, tuple(self.aliases.split()), self.required),)

    @property
    def hints(self) -> dict[str, str]:  # type: ignore[override]
        """Whether it must be filled in, and how."""
        return {self.key: ("必填。" if self.required else "可不填。") + self.hint}

    @property
    def data(self) -> dict[str, str]:  # type: ignore[override]
        """The value under its own key."""
        return {self.key: self.sql_type}

    def read(self, records: Sequence[Record], today: date) -> list[Reading]:
        """Each row's cell."""
        return [self._read(record.values.get(self.key), today) for record in records]

    def _read(self, cell: Cell, today: date) -> Reading:
        if cell is None or is_nothing(cell):
            faults = [Fault(self.key, f"{self.label}没有填写")] if self.required else []
            return Reading({}, faults, b"")
        try:
            value = self.value(cell, today)
        except BadCell as error:
            return Reading(
                {self.key: _LONG_NUMBER.sub("…", str(cell))[:40]}, [Fault(self.key, str(error))], b""
            )
        return Reading({self.key: value}, [], str(value).encode())

    def value(self, cell: Cell, today: date) -> Any:
        """The cell's canonical value, fit for JSON. Raises BadCell."""
        raise NotImplementedError

    def words(self, value: Any) -> str:
        """A value as a preview shows it."""
        return str(value)

    def words_of(self, key: str, value: Any) -> str:
        """The one value."""
        return self.words(value)


@dataclass(frozen=True)
class Text(Column):
    """Words, at most `longest` characters."""

    longest: int = 200

    def value(self, cell: Cell, today: date) -> str:
        """The words without doubled spaces. Raises BadCell."""
        text = clean(cell if isinstance(cell, str) else compact(cell))
        if len(text) > self.longest:
            raise BadCell(f"{self.label}有 {len(text)} 个字，最多 {self.longest} 个字，请缩短")
        return text


@dataclass(frozen=True)
class Number(Column):
    """A number as offices write it, with `places` decimals at most, within bounds."""

    places: int = 2
    least: Decimal | int | None = 0
    most: Decimal | int | None = None
    unit: str = ""
    sql_type: ClassVar[str] = "numeric"

    def value(self, cell: Cell, today: date) -> str:
        """The exact number as text. Raises BadCell."""
        try:
            found = parse_number(cell)
        except ValueError as error:
            raise BadCell(f"{self.label}{error}".rstrip("。")) from error
        if found is None:
            raise BadCell(f"{self.label}应是数字，请核对")
        self._check(found)
        return str(found.quantize(Decimal(1).scaleb(-self.places)))

    def _check(self, found: Decimal) -> None:
        if found != round(found, self.places):
            raise BadCell(
                f"{self.label}最多 {self.places} 位小数，请核对"
                if self.places
                else f"{self.label}应是整数，请核对"
            )
        if self.least is not None and found < self.least:
            raise BadCell(f"{self.label}不能小于 {self.least}{self.unit}，请核对")
        if self.most is not None and found > self.most:
            raise BadCell(f"{self.label}不能大于 {self.most}{self.unit}，请核对")

    def words(self, value: Any) -> str:
        """1,234.50元."""
        return number(Decimal(str(value))) + self.unit


@dataclass(frozen=True)
class Integer(Number):
    """A whole number."""

    places: int = 0
    most: Decimal | int | None = 2_147_483_647
    sql_type: ClassVar[str] = "integer"


@dataclass(frozen=True)
class Money(Number):
    """An amount in 元, to the 分."""

    unit: str = "元"
    most: Decimal | int | None = 9_999_999_999


@dataclass(frozen=True)
class Day(Column):
    """A date in any usual writing."""

    allow_future: bool = True
    sql_type: ClassVar[str] = "date"

    def value(self, cell: Cell, today: date) -> str:
        """2026-11-24. Raises BadCell."""
        try:
            return parse_date(cell, today, allow_future=self.allow_future).isoformat()
        except BadDate as error:
            raise BadCell(str(error)) from error

    def words(self, value: Any) -> str:
        """2026年11月24日."""
        return date_cn(date.fromisoformat(str(value)))


@dataclass(frozen=True)
class Choice(Column):
    """One of some words: `choices` as a model has them, `written` other words, each to its value."""

    choices: Sequence[tuple[Any, Any]] = ()
    written: Mapping[str, str] = field(default_factory=dict)

    def value(self, cell: Cell, today: date) -> str:
        """The value. Raises BadCell."""
        said = half_width(compact(cell))
        known = {str(label): str(value) for value, label in self.choices} | dict(self.written)
        if said not in known:
            raise BadCell(
                f"{self.label}应填{'、'.join(f'“{label}”' for _, label in self.choices)}之一，请核对"
            )
        return known[said]

    def words(self, value: Any) -> str:
        """The label."""
        return next((str(label) for known, label in self.choices if str(known) == str(value)), str(value))


@dataclass(frozen=True)
class Phone(Column):
    """A phone in any usual writing, kept in plain: of an office. A person's stands with the person."""

    def value(self, cell: Cell, today: date) -> str:
        """The canonical number. Raises BadCell."""
        try:
            return parse_phone(cell)
        except BadPhone as error:
            raise BadCell(str(error)) from error


class Context(NamedTuple):
    """What reading a row needs beside it."""

    today: date
    parts: Sequence[Part]
    key: Sequence[str]
    """The fields that together find the record."""
    has_uuid: bool
    """Whether a new record needs an identifier of ours."""


def normalise(records: Sequence[Record], context: Context) -> list[Normal]:
    """The rows in canonical form, in order."""
    readings = [part.read(records, context.today) for part in context.parts]
    in_key = [any(item.key in context.key for item in part.fields) for part in context.parts]
    return [_normal(row, in_key, context) for row in zip(*readings, strict=True)]


def _normal(row: Sequence[Reading], in_key: Sequence[bool], context: Context) -> Normal:
    data = {name: value for reading in row for name, value in reading.data.items()}
    if context.has_uuid:
        data["new_id"] = str(uuid7())
    faults = [fault for reading in row for fault in reading.faults]
    key = b"\0".join(reading.key for reading, counts in zip(row, in_key, strict=True) if counts)
    return Normal(key or None, data, faults)
