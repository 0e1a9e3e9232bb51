"""Periods that figures are reported for: year, half, quarter, month."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self

from fpa.core.refusals import Refusal

Kind = Literal["year", "half", "quarter", "month"]

KINDS: tuple[Kind, ...] = ("year", "half", "quarter", "month")
_LENGTHS = (12, 6, 3, 1)
_CODE = re.compile(r"(\d{4})(?:H([12])|Q([1-4])|-(0[1-9]|1[0-2]))?", re.ASCII)
_YEARS = range(1900, 2101)


class BadPeriod(Refusal, ValueError):
    """Not the code of a period; the message is the reason in Chinese."""


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """A calendar year or an aligned part of it; written 2023, 2023H1, 2023Q2, 2023-05.

    Ordered by the first day, the longer period first: 2023 < 2023H1 < 2023Q1 < 2023-01 < 2023-02. Made by
    `parse` or `of`. `first` counts months since year 0, `grain` is the position in `KINDS`.
    """

    first: int
    grain: int

    @classmethod
    def parse(cls, code: str) -> Self:
        """The period of a code as `str` writes it; raises `BadPeriod`."""
        found = _CODE.fullmatch(code.strip())
        if not found or int(found[1]) not in _YEARS:
            raise BadPeriod(f"看不懂报告期“{code[:20]}”，请写成 2023、2023H1、2023Q2 或 2023-05")
        year, *numbers = found.groups()
        grain = next((i for i, number in enumerate(numbers, start=1) if number), 0)
        number = int(numbers[grain - 1] or 1) if grain else 1
        return cls(int(year) * 12 + (number - 1) * _LENGTHS[grain], grain)

    @classmethod
    def of(cls, day: date, kind: Kind) -> Self:
        """The period of that kind in which `day` lies."""
        grain = KINDS.index(kind)
        month = day.year * 12 + day.month - 1
        return cls(month - month % _LENGTHS[grain], grain)

    @property
    def kind(self) -> Kind:
        """year, half, quarter or month."""
        return KINDS[self.grain]

    @property
    def year(self) -> int:
        """The calendar year in which the period lies."""
        return self.first // 12

    @property
    def number(self) -> int:
        """Its place among its kind in the year, from 1: the second quarter has 2, a year 1."""
        return self.first % 12 // _LENGTHS[self.grain] + 1

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.first % 12 + 1, 1)

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        last = self.first % 12 + _LENGTHS[self.grain]
        return date(self.year, last, monthrange(self.year, last)[1])

    @property
    def label(self) -> str:
        """As people read it: 2023年, 2023年上半年, 2023年第二季度, 2023年5月."""
        if self.kind == "half":
            return f"{self.year}年{' 上下'[self.number]}半年"
        if self.kind == "quarter":
            return f"{self.year}年第{' 一二三四'[self.number]}季度"
        return f"{self.year}年{self.number}月" if self.kind == "month" else f"{self.year}年"

    def contains(self, day: date) -> bool:
        """Whether `day` lies in the period."""
        return self.start <= day <= self.end

    def parents(self) -> tuple[Self, ...]:
        """The longer periods around it, the nearest first: a month's quarter, half and year."""
        return tuple(self.of(self.start, kind) for kind in reversed(KINDS[: self.grain]))

    def months(self) -> tuple[Self, ...]:
        """Its months in order; a month yields itself."""
        month = KINDS.index("month")
        return tuple(type(self)(self.first + i, month) for i in range(_LENGTHS[self.grain]))

    def previous(self) -> Self:
        """The period of the same kind just before (环比)."""
        return type(self)(self.first - _LENGTHS[self.grain], self.grain)

    def same_last_year(self) -> Self:
        """The same period one year earlier (同比)."""
        return type(self)(self.first - 12, self.grain)

    def __str__(self) -> str:
        formats = {"year": "", "half": "H{}", "quarter": "Q{}", "month": "-{:02d}"}
        return f"{self.year}{formats[self.kind].format(self.number)}"
