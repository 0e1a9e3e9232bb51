"""What a field is: the definition that every part of the engine reads, whoever keeps it (design §8).

A definition is drawn (`drawing`), its values are read, said and kept (`values`), computed and checked (`checking`), and
go to and from workbooks (`sheets`). `models.FieldDefinition` is its table; a standard form may write it in code.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import models

from fpa.core.expressions import Term, Terms

MAX_ROWS = 200
"""Rows of a sub-table; more is a list to be imported."""
MAX_TEXT, MAX_LONG_TEXT = 200, 5_000
TRUTHS = (("true", "是"), ("false", "否"))


class Kind(models.TextChoices):
    """What a field holds."""

    INTEGER = "integer", "整数"
    DECIMAL = "decimal", "小数"
    MONEY = "money", "金额"
    PERCENT = "percent", "百分数"
    TEXT = "text", "文字"
    LONG_TEXT = "long_text", "长文字"
    CHOICE = "choice", "单选"
    CHOICES = "choices", "多选"
    DATE = "date", "日期"
    YES_NO = "yes_no", "是否"
    FILE = "file", "附件"
    TABLE = "table", "明细表"


NUMBERS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT})


class Sensitivity(models.TextChoices):
    """How a value is guarded: personal and sensitive ones are masked in lists and exports."""

    ORDINARY = "ordinary", "普通"
    PERSONAL = "personal", "个人"
    SENSITIVE = "sensitive", "敏感"


Choices = Sequence[tuple[str, str]]
Dictionaries = tuple[Callable[[str], Choices], Callable[[str], Mapping[str, str]]]
_dictionaries: list[Dictionaries] = []


def use_dictionaries(choices: Callable[[str], Choices], labels: Callable[[str], Mapping[str, str]]) -> None:
    """Name where the options of a dictionary come from, by its code.

    `choices` gives value and word of those that may be chosen now, in order; `labels` the words of all that ever could.
    """
    _dictionaries[:] = [(choices, labels)]


@dataclass(frozen=True)
class TypedField:
    """A field. Percents are kept in points (85.25 is 85.25 %), `unit` is the unit of measure.

    `required_at` is the step from which on it must be filled, blank for never. `prefilled_from` is the key of a figure
    or of another known source. `formula` computes it; then nobody types it. `table` is the key of the sub-table of
    which it is a column.
    """

    key: str
    label: str
    kind: str = Kind.TEXT
    unit: str = ""
    decimals: int = 2
    definition: str = ""
    options: tuple[tuple[str, str], ...] = ()
    dictionary: str = ""
    required_at: str = ""
    sensitivity: str = Sensitivity.ORDINARY
    prefilled_from: str = ""
    formula: str = ""
    table: str = ""
    allows_negative: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its values are counted with."""
        return self.kind in NUMBERS

    @property
    def is_file(self) -> bool:
        """Whether it holds a file: its value is the file's name, and who keeps the value keeps the file."""
        return self.kind == Kind.FILE

    @property
    def places(self) -> int:
        """How many decimals a value may have."""
        return {Kind.INTEGER: 0, Kind.MONEY: 2}.get(Kind(self.kind), self.decimals)

    @property
    def measure(self) -> str:
        """The unit that stands beside its values; of a percent, the sign."""
        return "%" if self.kind == Kind.PERCENT else self.unit

    @property
    def heading(self) -> str:
        """The label with its unit: 金额（元）."""
        return f"{self.label}（{self.measure}）" if self.measure else self.label

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """The options of a choice: its own, or those of its dictionary; 是 and 否 of a yes-or-no."""
        if self.kind == Kind.YES_NO:
            return TRUTHS
        if self.dictionary and _dictionaries:
            return tuple(_dictionaries[0][0](self.dictionary))
        return self.options

    @property
    def words(self) -> dict[str, str]:
        """The words of its options, of a dictionary those no longer in force too."""
        if self.dictionary and _dictionaries:
            return dict(_dictionaries[0][1](self.dictionary))
        return dict(self.choices)

    @property
    def is_guarded(self) -> bool:
        """Whether lists and exports mask it."""
        return self.sensitivity != Sensitivity.ORDINARY

    def is_required(self, step: str, steps: Sequence[str]) -> bool:
        """Whether it must be filled at a step of the course `steps`: from `required_at` on."""
        if self.required_at not in steps or step not in steps or self.formula:
            return False
        return steps.index(self.required_at) <= steps.index(step)


def top_level(fields: Iterable[TypedField]) -> list[TypedField]:
    """The fields that stand alone, sub-tables among them."""
    return [field for field in fields if not field.table]


def columns_of(fields: Iterable[TypedField], table: str) -> list[TypedField]:
    """The columns of a sub-table."""
    return [field for field in fields if field.table == table]


def terms_of(fields: Sequence[TypedField]) -> Terms:
    """The names that an expression over these fields may use; a column is 表.列, and stands for all its rows."""
    labels = {field.key: field.label for field in fields}
    named = []
    for field in fields:
        if field.kind in (Kind.TABLE, Kind.FILE):
            continue
        inside = field.table and field.table in labels
        key = f"{field.table}.{field.key}" if inside else field.key
        label = f"{labels[field.table]}.{field.label}" if inside else field.label
        options = () if field.kind == Kind.YES_NO or field.is_number else field.choices
        named.append(Term(key, label, field.measure, options))
    return Terms(named)


def columns_as_fields(columns: Iterable[TypedField]) -> Terms:
    """The names that a formula within a row may use: the row's own columns."""
    return Terms([Term(c.key, c.label, c.unit) for c in columns if c.kind not in (Kind.TABLE, Kind.FILE)])
