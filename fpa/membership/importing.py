"""Importing members: what a roster's rows mean, judged against the people and memberships that are there.

The rules are those of `join_member` and `edit_member`, for many rows at once.
"""

from base64 import b64decode
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.identity import mask_name
from fpa.core.planning import bulk_joins
from fpa.core.visibility import upper_bound
from fpa.figures.freshness import mark_stale, mark_stale_subtree
from fpa.imports.copy_lines import Normalise
from fpa.imports.declared_sql import MARK_MOVED
from fpa.imports.importer import Importer, Raced, UnitFields, register
from fpa.imports.models import ImportRow, Job, RowOutcome
from fpa.imports.unit_fields import UNIT_KEYS
from fpa.membership import import_sql as sql
from fpa.membership.models import Member, MemberKind
from fpa.membership.roster import FIELDS, Context, normalise
from fpa.pages.fields import UnitField
from fpa.pages.progress import Progress
from fpa.people.names import name_copies
from fpa.people.secrets import PHONE

_UNIT_HINT = (
    "输入区划代码、名称或拼音首字母。"
    "选村（社区）时，整张表都归这个村；选上级单位时，表里要有写明村（社区）的列。"
)
_TEMPLATE = {
    "name": "必填。按证件填写。",
    "id": "必填。18 位公民身份号码；性别和出生日期由它得出，不必另填。",
    "phone": "可不填。11 位手机号码。",
    "joined_on": "可不填，不填按导入当天。例如 2020-03-05 或 2020年3月5日。",
    "kind": "可不填，不填按普通会员。填“普通会员”或“骨干会员”。",
    "township": "村（社区）名在本县唯一时可不填。",
    "village": "给一个村（社区）导入时可不填。填名称，也可另加“单位代码”一列填 12 位区划代码。",
}


@dataclass(frozen=True)
class _Held:
    """A person who was there before, locked, and what a staged row says of them."""

    person: UUID
    at: int
    unit: int
    path: str
    staged: UUID
    phone_cipher: str | None
    phone_index: str | None
    is_in_sight: bool
    """Whether the record stood where the person importing may see it."""


class MembersImporter(Importer):
    """会员: a person by ID number, and an open membership at a village."""

    kind = "members"
    label = "会员"
    measure = "人"
    permission = "member.import"
    verb = "member.imported"
    fields = FIELDS
    units = UnitFields("unit_code", UNIT_KEYS)
    key_field = "id"
    template = _TEMPLATE
    defaults = ("没有填写入会日期的，入会日期记为导入当天。", "没有填写会员类别的，登记为普通会员。")
    subject_keys = ("name", "masked")
    judge = sql.JUDGE

    @property
    def normalise(self) -> Normalise:
        """`roster.normalise`."""
        return normalise

    def context(self) -> Context:
        """Today, as the office's calendar has it."""
        return Context(timezone.localdate())

    def apply(self, job: Job, by: Actor, progress: Progress) -> None:
        """New people and memberships; people who had left come back with their record; changed ones are corrected."""
        values: dict[str, Any] = {"job": job.pk, "today": timezone.localdate(), "path": job.path}
        values |= {"lo": by.path, "hi": upper_bound(by.path)}
        with connection.cursor() as cursor, bulk_joins(rows=job.done):
            cursor.execute(MARK_MOVED, values)
            cursor.execute(sql.MARK_RACED, values)
            old_places = _bring_back(cursor, values)
            progress.say("正在写入个人档案", job.done, now=True)
            cursor.execute(sql.PEOPLE, values | {"outcome": "new"})
            progress.say("正在写入会员登记", job.done, now=True)
            cursor.execute(sql.MEMBERS, values | {"outcome": "new"})
            _all_or_raced(cursor, values | {"outcome": "new"})
            progress.say("正在更新会员信息", job.done, now=True)
            _correct(cursor, values)
            cursor.execute(sql.SINCE, values)
            since = cursor.fetchone()[0]
        if since:
            mark_stale_subtree(Member, job.path, min([since, *old_places.values()]))
        for path, earliest in old_places.items():
            mark_stale(Member, path, since=earliest)

    def list_url(self, unit: Unit) -> str:
        """The members of the unit."""
        return f"{reverse('member_list')}?unit={unit.code}"

    def unit_field(self, within: str) -> UnitField:
        """A unit at or below the seat's."""
        field = UnitField(label="导入到哪个单位", help_text=_UNIT_HINT)
        field.within = within
        return field

    def subject(self, row: ImportRow) -> str:
        """张* 4301**********1234."""
        name, number = row.data.get("name") or "", row.data.get("masked") or ""
        return f"{mask_name(name)} {number}".strip() or "—"

    def changes_in_words(self, row: ImportRow) -> str:
        """会员类别：普通会员 → 骨干会员；入会日期：…"""
        if row.outcome == RowOutcome.NEW:
            return _first_words(row)
        return "；".join(
            f"{_LABELS[name]}：{_said(old)} → {_said(new)}" for name, (old, new) in row.changes.items()
        )


_LABELS = {"name": "姓名", "phone": "手机号", "kind": "会员类别", "joined_on": "入会日期"}


def _first_words(row: ImportRow) -> str:
    if "joined_on" in row.changes:
        return "此前已退会，表中入会日期早于退会日期，按导入当天重新入会"
    return "" if "joined_on" in row.data else "入会日期：导入当天"


def _said(value: str | None) -> str:
    if value is None:
        return "未登记"
    if value in MemberKind.values:
        return str(MemberKind(value).label)
    try:
        return date_cn(date.fromisoformat(value))
    except ValueError:
        return value


def _bring_back(cursor: Any, values: dict[str, Any]) -> dict[str, date]:
    """People on record without a membership: record and ended memberships come along. The phone of a record that
    stood out of sight stays what it was.

    Returns the paths where those memberships were, each with the earliest day of joining.
    """
    known = _hold(cursor, values, "new")
    if not known:
        return {}
    places = {
        "people": [held.person for held in known],
        "units": [held.unit for held in known],
        "paths": [held.path for held in known],
    }
    cursor.execute(sql.OLD_PLACES, places)
    old_places = dict(cursor.fetchall())
    cursor.execute(sql.MOVE_PEOPLE, places)
    cursor.execute(sql.MOVE_MEMBERS, places)
    _rebind_phones(cursor, [held for held in known if held.is_in_sight])
    return old_places


def _correct(cursor: Any, values: dict[str, Any]) -> None:
    _rebind_phones(cursor, _hold(cursor, values, "changed"))
    cursor.execute(sql.NAMES, values)
    for model in name_copies():
        cursor.execute(sql.NAME_COPIES.format(table=model._meta.db_table), values)
    cursor.execute(sql.EDIT_MEMBERS, values)
    _all_or_raced(cursor, values | {"outcome": "changed"})


def _hold(cursor: Any, values: dict[str, Any], outcome: str) -> list[_Held]:
    cursor.execute(sql.HELD, values | {"outcome": outcome})
    return [_Held(*row) for row in cursor.fetchall()]


def _rebind_phones(cursor: Any, people: list[_Held]) -> None:
    """Phones were sealed for the UUID that a new person would have had: seal them for the person who is there."""
    given = [held for held in people if held.phone_cipher and held.phone_index]
    if not given:
        return
    opened = [
        (str(held.person), PHONE.open(b64decode(held.phone_cipher or ""), str(held.staged))) for held in given
    ]
    phones = {
        "people": [held.person for held in given],
        "ciphers": PHONE.encrypt_many(opened),
        "indices": [b64decode(held.phone_index or "") for held in given],
    }
    cursor.execute(sql.PHONES, phones)


def _all_or_raced(cursor: Any, values: dict[str, Any]) -> None:
    """Every row with the outcome was written by the statement before. Raises Raced."""
    written = cursor.rowcount
    cursor.execute(
        "SELECT count(*) FROM imports_importrow WHERE job_id = %(job)s AND outcome = %(outcome)s", values
    )
    if cursor.fetchone()[0] != written:
        raise Raced


register(MembersImporter())
