"""A person in a row of a file: name, ID number and phone, read, checked and sealed; the SQL that finds or makes them.

Runs in an import's helper processes, so nothing here needs the models. Reasons never repeat an ID number.
"""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from typing import Any, NamedTuple

from fpa.core.chinese import clean, half_width, initials
from fpa.core.identity import BadId, BadPhone, IdNumber, mask_id, mask_name, parse_id, parse_phone
from fpa.core.ids import uuid7
from fpa.core.sheets.header import Field, Record
from fpa.core.sheets.model import Cell
from fpa.imports.columns import BadCell, Part, Reading, is_nothing
from fpa.imports.copy_lines import Fault
from fpa.people.secrets import ID, PHONE

initials_of = lru_cache(maxsize=65_536)(partial(initials, person=True))
_SPACED = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_DOTS = re.compile(r"[•・．‧∙.]")
_PLAIN_NAME = re.compile(r"[\u4e00-\u9fff]{2,4}")
_HAN = r"[\u3400-\u9fff\U00020000-\U000323af〇]"
_NAME = re.compile(rf"{_HAN}{{2,20}}|(?=.{{3,40}}$){_HAN}+(?:·{_HAN}+)+|[A-Za-z·' -]{{2,40}}")
_NOT_A_NAME = re.compile(r"\d+[Xx]?|[^A-Za-z·\u3400-\u9fff\U00020000-\U000323af〇]")


class Secrets(NamedTuple):
    """What of a row is to be sealed: ID number and phone ("" where there is none), for a person's UUID."""

    person: str
    number: str
    phone: str


def read_name(cell: Cell) -> str:
    """A person's name without the spaces by which offices align two characters with three."""
    if not isinstance(cell, str):
        raise BadCell("姓名应是文字，请核对")
    if _PLAIN_NAME.fullmatch(cell):
        return cell
    name = _DOTS.sub("·", _SPACED.sub("", clean(half_width(cell))))
    if not _NAME.fullmatch(name):
        raise BadCell(_name_fault(name))
    return name


def _name_fault(name: str) -> str:
    if any(character.isdigit() for character in name):
        return "姓名里有数字，请核对"
    if len(name) < 2:
        return "姓名只有一个字，请填写全名"
    return "姓名过长，或有不属于姓名的符号，请只填一个人的姓名"


def written_name(record: Record) -> str:
    """A name that can't be taken, as far as it tells whose row it is; digits may be a number that is to stay sealed."""
    return _NOT_A_NAME.sub("", str(record.values.get("name") or ""))[:40]


def seal(people: Sequence[tuple[dict[str, Any], Secrets]]) -> list[bytes]:
    """Put ciphertexts and the phone's index into the rows, column by column; returns the ID numbers' indices."""
    ids = [(secrets.person, secrets.number) for _, secrets in people]
    for (data, _), cipher in zip(people, ID.encrypt_many(ids), strict=True):
        data["id_cipher"] = _text(cipher)
    phones = [(data, secrets.person, secrets.phone) for data, secrets in people if secrets.phone]
    ciphers = PHONE.encrypt_many((person, phone) for _, person, phone in phones)
    indices = PHONE.index_many(phone for _, _, phone in phones)
    for (data, _, _), cipher, index in zip(phones, ciphers, indices, strict=True):
        data["phone_cipher"], data["phone_index"] = _text(cipher), _text(index)
    return ID.index_many(number for _, number in ids)


def _text(secret: bytes) -> str:
    return b64encode(secret).decode()


OTHER_NAME = "证件号码和姓名没有核对上，请对照证件核对；确认无误的，请联系上级计生协核对"
"""The same wherever the record stands: it tells nobody whose number it is, nor that there is such a record."""
ID_ALIASES = (
    "身份证号 身份证号码 公民身份号码 公民身份证号码 居民身份证号 身份证 证件号 身份证件号码 有效证件号码"
)
PHONE_ALIASES = "手机 手机号码 移动电话 联系电话 电话 联系方式"
_MAKE = """
    INSERT INTO people_person (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index,
        phone_cipher, phone_index, created_at)
    SELECT d.person, d.unit_id, d.path, d.name, d.initials, d.sex, d.birth, decode(d.id_cipher, 'base64'),
        decode(d.id_index, 'base64'), decode(d.phone_cipher, 'base64'), decode(d.phone_index, 'base64'), now()
    FROM imports_importrow AS s CROSS JOIN LATERAL jsonb_to_record(s.data) AS d({record}, unit_id bigint, path text)
    WHERE s.job_id = %(job)s AND s.outcome = 'new' ORDER BY d.id_index ON CONFLICT (id_index) DO NOTHING
"""
_DATA = {
    "person": "uuid",
    "name": "text",
    "initials": "text",
    "sex": "text",
    "birth": "date",
    "id_cipher": "text",
    "id_index": "text",
    "phone_cipher": "text",
    "phone_index": "text",
}


@dataclass(frozen=True)
class PersonPart(Part):
    """A person by name and ID number, for a declared import; `key` among its keys is `id`.

    Whoever is on record is found, wherever the record stands, and nothing of it is changed; who is not is made at the
    row's unit. A name that differs from the record's is rejected in the same words as any other that does not fit.
    `attribute` is the foreign key that it fills, `name_copy` the attribute that keeps the name beside it.
    """

    attribute: str = "person"
    name_copy: str = ""
    label: str = "姓名"

    @property
    def fields(self) -> tuple[Field, ...]:  # type: ignore[override]
        """Name, ID number, phone."""
        return (
            Field("name", self.label, ("名字", "本人姓名"), required=True),
            Field("id", "证件号码", tuple(ID_ALIASES.split()), required=True),
            Field("phone", "手机号", tuple(PHONE_ALIASES.split())),
        )

    hints = {
        "name": "必填。按证件填写。",
        "id": "必填。18 位公民身份号码。",
        "phone": "可不填。已在平台登记的人，手机号不在这里更改。",
    }
    data = _DATA
    subject = ("name", "masked")
    joins = "LEFT JOIN people_person AS p ON p.id_index = decode(d.id_index, 'base64')"
    rules = (("p.name <> d.name", "name", OTHER_NAME),)
    before = (_MAKE.format(record=", ".join(f"{key} {kind}" for key, kind in _DATA.items())),)

    @property
    def writes(self) -> dict[str, str]:  # type: ignore[override]
        """The person found, and the copy of the name."""
        copy = {self.name_copy: "coalesce(p.name, d.name)"} if self.name_copy else {}
        return {self.attribute: "p.id", **copy}

    def words_of(self, key: str, value: Any) -> str:
        """张*, and the masked number."""
        return mask_name(str(value)) if key == "name" else str(value)

    def read(self, records: Sequence[Record], today: date) -> list[Reading]:
        """The persons of the rows, their secrets sealed for the UUID that each would get."""
        rows = [_read(record, today) for record in records]
        keys = iter(seal([(data, secrets) for data, _, secrets in rows if secrets]))
        return [_keyed(data, faults, next(keys) if secrets else b"") for data, faults, secrets in rows]


def _keyed(data: dict[str, Any], faults: list[Fault], key: bytes) -> Reading:
    if key:
        data["id_index"] = _text(key)
    return Reading(data, faults, key)


def _read(record: Record, today: date) -> tuple[dict[str, Any], list[Fault], Secrets | None]:
    faults: list[Fault] = []
    name = _take(record, "name", "姓名", read_name, faults)
    identity: IdNumber | None = _take(record, "id", "证件号码", lambda cell: parse_id(cell, today), faults)
    phone = (
        None if is_nothing(record.values.get("phone")) else _take(record, "phone", "", parse_phone, faults)
    )
    if identity is None:
        return {"name": name or written_name(record)}, faults, None
    person = str(uuid7())
    data = {
        "person": person,
        "name": name or written_name(record),
        "initials": initials_of(name) if name else "",
        "sex": identity.sex,
        "birth": identity.birth.isoformat(),
        "masked": mask_id(identity.number),
    }
    return data, faults, Secrets(person, identity.number, phone or "")


def _take(record: Record, key: str, label: str, read: Any, faults: list[Fault]) -> Any:
    cell = record.values.get(key)
    if is_nothing(cell):
        faults.append(Fault(key, f"{label}没有填写"))
        return None
    try:
        return read(cell)
    except (BadId, BadPhone, BadCell) as error:
        faults.append(Fault(key, str(error)))
        return None
