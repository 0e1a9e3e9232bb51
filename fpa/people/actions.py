"""One record a person, whatever roles they hold: found by the ID number, made where there is none."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.chinese import clean
from fpa.core.identity import parse_id
from fpa.core.refusals import Refusal
from fpa.people.models import Person
from fpa.people.names import set_name
from fpa.people.secrets import ID, PHONE


class NotTheSamePerson(Refusal):
    """The ID number belongs to a record with another name, or was taken this moment."""


def keep_person(*, name: str, id_number: str, phone: str, unit: Unit) -> Person:
    """The locked record of the person with this ID number; made at `unit`, with sex and birth from the number, where
    there is none. A phone that is given replaces the one on record.

    Call it in a scope over the whole province: an ID number is one person's wherever the record stands, and nothing
    of a foreign record is shown. Raises `BadId`, `BadPhone`, and `NotTheSamePerson` where the names differ.
    """
    person = Person.objects.select_for_update().filter(**ID.lookup(id_number)).first()
    if person is None:
        return _make_person(name=name, id_number=id_number, phone=phone, unit=unit)
    if person.name != clean(name):
        raise NotTheSamePerson("该证件号码在平台登记的姓名与您填写的不一致，请对照证件核对姓名和号码。")
    if phone:
        PHONE.put(person, phone)
        person.save()
    return person


def _make_person(*, name: str, id_number: str, phone: str, unit: Unit) -> Person:
    identity = parse_id(id_number, timezone.localdate())
    person = Person(unit=unit, sex=identity.sex, birth_date=identity.birth)
    set_name(person, name)
    ID.put(person, identity.number)
    PHONE.put(person, phone)
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError as error:
        raise NotTheSamePerson("该证件号码刚刚由另一位工作人员登记，请重新查找后办理。") from error
    return person
