"""What may be laid down as a parameter, and what is numbered: declared once, by the room that reads it.

Each rate, term and threshold of the work is a parameter by year and unit, never a constant in code.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Value = Decimal | str | date
ValueKind = Literal["number", "money", "text", "date"]


@dataclass(frozen=True)
class ParameterKind:
    """A parameter: what it is called, what sort of value it has and in which measure, and what it decides.

    `inherits` is false where each unit must have its own: a county does not issue under the province's mark. Of a
    number, `places` says how many decimals it has, and `most` the largest that makes sense.
    """

    key: str
    label: str
    kind: ValueKind
    measure: str = ""
    note: str = ""
    inherits: bool = True
    places: int = 2
    most: int | None = None


@dataclass(frozen=True)
class NumberKind:
    """What is numbered. The template knows `{year}`, `{n}` and `{mark}`, the unit's own 发文代字."""

    code: str
    label: str
    template: str


LONGEST_TERM = 366
PARAMETERS: dict[str, ParameterKind] = {}
NUMBERS: dict[str, NumberKind] = {}


def declare_parameter(kind: ParameterKind) -> ParameterKind:
    """Make a parameter known. Raises ValueError where another one has the key."""
    if PARAMETERS.setdefault(kind.key, kind) != kind:
        raise ValueError(f"two parameters are called {kind.key}")
    return kind


def declare_number(kind: NumberKind) -> NumberKind:
    """Make a kind of number known. Raises ValueError where another one has the code."""
    if NUMBERS.setdefault(kind.code, kind) != kind:
        raise ValueError(f"two kinds of number are called {kind.code}")
    return kind


def _term(key: str, label: str, measure: str, note: str) -> ParameterKind:
    """A length of time in whole days, a year at most."""
    return ParameterKind(key, label, "number", measure, note, places=0, most=LONGEST_TERM)


MARK = declare_parameter(
    ParameterKind(
        "number.mark", "发文代字", "text", note="本单位文号中的机关代字，如“湘计生协”。", inherits=False
    )
)
PUBLIC_NOTICE = declare_parameter(
    _term("approval.public_notice", "公示期", "个工作日", "名单、项目和资金分配公示的最短时间。")
)
REVIEW_TERM = declare_parameter(
    _term("approval.review_term", "审核时限", "个工作日", "每个审核环节办结的时限。")
)
TRANSFER_TERM = declare_parameter(
    _term("funds.transfer_term", "资金下达时限", "日", "收到上级资金后下达到下一级的时限。")
)
DOCUMENT = declare_number(NumberKind("document", "发文", "{mark}〔{year}〕{n}号"))
