"""A row of a members' roster in canonical form: what is in the cells, checked, and the secrets sealed.

Runs in an import's helper processes, so nothing here needs the models. Reasons name the thing, the rule and the way
out, and never repeat an ID number.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fpa.core.dates import BadDate, compact, parse_date
from fpa.core.identity import BadId, BadPhone, IdNumber, mask_id, parse_id, parse_phone
from fpa.core.ids import uuid7
from fpa.core.sheets.header import Field, Record
from fpa.core.sheets.model import Cell
from fpa.imports.columns import BadCell, is_nothing
from fpa.imports.copy_lines import Fault, Normal
from fpa.imports.unit_fields import UNIT_FIELDS
from fpa.people.rows import Secrets, initials_of, read_name, seal, written_name


def _field(key: str, label: str, aliases: str = "", *, required: bool = False) -> Field:
    return Field(key, label, tuple(aliases.split()), required)


FIELDS = (
    _field("name", "姓名", "会员姓名 名字 会员名称 本人姓名 成员姓名", required=True),
    _field(
        "id",
        "证件号码",
        "身份证号 身份证号码 公民身份号码 公民身份证号码 公民身份证号 居民身份证号码 居民身份证号 身份证 "
        "证件号 身份证件号码 有效证件号码 会员身份证号 会员身份证号码 身份号码 本人身份证号 "
        "本人身份证号码 二代身份证号 公民身份证 身份证件号",
        required=True,
    ),
    _field("phone", "手机号", "手机 手机号码 移动电话 本人手机 本人手机号 本人手机号码 联系手机 会员手机"),
    _field("telephone", "联系电话", "电话 电话号码 联系方式 联系号码 固定电话 本人电话 会员电话 联系人电话"),
    _field("sex", "性别"),
    _field("birth", "出生日期", "出生年月 出生年月日 生日 出生时间 出生日"),
    _field(
        "joined_on",
        "入会日期",
        "入会时间 入会年月 入会年月日 加入日期 加入时间 加入协会时间 入会登记时间 入会年份 何时入会 加入协会日期",
    ),
    _field("kind", "会员类别", "会员类型 会员种类 会员性质 会员身份"),
    _field("is_core", "是否骨干会员", "是否骨干 骨干会员 是否为骨干会员 是否会员骨干"),
    *UNIT_FIELDS,
)

_YEAR_MONTH_LENGTH = 6
_YEAR_MONTH = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])")
_SEXES = {"男": "male", "男性": "male", "1": "male", "女": "female", "女性": "female", "2": "female"}
_KINDS = {
    **dict.fromkeys(("普通会员", "普通", "一般会员", "一般", "会员", "个人会员", "普通个人会员"), "ordinary"),
    **dict.fromkeys(("骨干会员", "骨干", "会员骨干", "核心会员"), "core"),
}
_YES_NO = {
    **dict.fromkeys(("是", "√", "✓", "Y", "y", "1"), "core"),
    **dict.fromkeys(("否", "×", "N", "n", "0"), "ordinary"),
}
_SEX_WORDS = {"male": "男", "female": "女"}


@dataclass(frozen=True)
class Context:
    """What reading a row needs beside it: the day that counts as today."""

    today: date


@dataclass
class _Reader:
    """One row on its way: values found, faults noted, nothing raised."""

    record: Record
    today: date

    def __post_init__(self) -> None:
        self.faults: list[Fault] = []

    def take(self, key: str, read: Callable[[Cell], Any]) -> Any:
        """What `read` makes of the cell; None where it is blank or faulty, with the fault noted."""
        cell = self.record.values.get(key)
        if cell is None or is_nothing(cell):
            return None
        try:
            return read(cell)
        except (BadId, BadPhone, BadDate, BadCell) as error:
            return self.fault(key, str(error))

    def fault(self, key: str, reason: str) -> None:
        """Note what is wrong with a cell."""
        self.faults.append(Fault(key, reason))

    def day(self, key: str) -> date | None:
        """The day in a cell, not after today."""
        return self.take(key, lambda cell: _day(cell, self.today))


def normalise(records: Sequence[Record], context: Context) -> list[Normal]:
    """The rows in canonical form, in order. Secrets are sealed for the person's UUID that the row would get."""
    people = [_person(record, context.today) for record in records]
    keys = iter(seal([(normal.data, secrets) for normal, secrets in people if secrets]))
    return [normal._replace(key=next(keys)) if secrets else normal for normal, secrets in people]


def _person(record: Record, today: date) -> tuple[Normal, Secrets | None]:
    """A row, and what is to be sealed of it; None without a valid ID number."""
    row = _Reader(record, today)
    name = row.take("name", read_name)
    if name is None and not row.faults:
        row.fault("name", "姓名没有填写")
    identity = _identity(row)
    phone = row.take("phone", parse_phone) or row.take("telephone", parse_phone)
    joined_on, kind = row.day("joined_on"), _kind(row)
    if identity is None:
        return Normal(None, {"name": name or written_name(record)}, row.faults), None
    _check_against(row, identity, joined_on)
    person = str(uuid7())
    data: dict[str, Any] = {
        "person": person,
        "name": name or written_name(record),
        "initials": initials_of(name) if name else "",
        "sex": identity.sex,
        "birth": identity.birth.isoformat(),
        "masked": mask_id(identity.number),
    }
    if joined_on:
        data["joined_on"] = joined_on.isoformat()
    if kind:
        data["kind"] = kind
    return Normal(None, data, row.faults), Secrets(person, identity.number, phone or "")


def _identity(row: _Reader) -> IdNumber | None:
    identity = row.take("id", lambda cell: parse_id(cell, row.today))
    if identity is None and not any(fault.field == "id" for fault in row.faults):
        row.fault("id", "证件号码没有填写")
    return identity


def _day(cell: Cell, today: date) -> date:
    if (
        isinstance(cell, str | int)
        and len(str(cell)) == _YEAR_MONTH_LENGTH
        and _YEAR_MONTH.fullmatch(str(cell))
    ):
        cell = f"{str(cell)[:4]}-{str(cell)[4:]}"
    return parse_date(cell, today, allow_future=False)


def _kind(row: _Reader) -> str | None:
    kind = row.take("kind", lambda cell: _one_of(_KINDS, cell, "会员类别应填“普通会员”或“骨干会员”"))
    core = row.take(
        "is_core", lambda cell: _one_of({**_YES_NO, **_KINDS}, cell, "是否骨干会员应填“是”或“否”")
    )
    if kind and core and kind != core:
        row.fault("is_core", "是否骨干会员与会员类别不一致，请核对")
    return core or kind


def _one_of(words: dict[str, str], cell: Cell, wrong: str) -> str:
    found = words.get(cell) if isinstance(cell, str) else None
    found = found or words.get(compact(cell))
    if found is None:
        raise BadCell(f"{wrong}，请核对")
    return found


def _check_against(row: _Reader, identity: IdNumber, joined_on: date | None) -> None:
    """What the columns say twice must agree with the ID number."""
    sex = row.take("sex", lambda cell: _one_of(_SEXES, cell, "性别应填“男”或“女”"))
    if sex and sex != identity.sex:
        row.fault("sex", f"性别与证件号码不符：证件号码是{_SEX_WORDS[identity.sex]}性的，请核对")
    birth = row.day("birth")
    if birth and not _agrees(birth, identity.birth, row.record.values["birth"]):
        row.fault("birth", "出生日期与证件号码不符，请对照证件核对")
    if joined_on and joined_on < identity.birth:
        row.fault("joined_on", "入会日期早于出生日期，请核对")


def _agrees(written: date, birth: date, cell: Cell) -> bool:
    """Equal, or equal as far as it was written: 1990年5月 says no day, and Excel keeps it as the first."""
    if written == birth:
        return True
    is_month = written.day == 1 and (written.year, written.month) == (birth.year, birth.month)
    is_year = (written.month, written.day) == (1, 1) and written.year == birth.year
    return (is_month and _may_lack_day(cell)) or (is_year and _may_lack_month(cell))


def _may_lack_day(cell: Cell) -> bool:
    return isinstance(cell, date | datetime) or (
        len(re.findall(r"\d+", compact(cell))) < 3 and len(compact(cell)) < 8
    )


def _may_lack_month(cell: Cell) -> bool:
    return len(compact(cell).removesuffix("年")) == 4
