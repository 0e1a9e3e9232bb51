"""One record a person, whatever roles they hold: found by the ID number, made where there is none."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.core.actor import Actor
from fpa.core.chinese import clean
from fpa.core.identity import parse_id
from fpa.core.refusals import Refusal
from fpa.people.models import Person
from fpa.people.names import set_name
from fpa.people.secrets import ID, PHONE
from fpa.people.tries import note_try, refuse_without_tries


class NotTheSamePerson(Refusal):
    """The ID number belongs to a record in sight with another name, or was taken this moment."""


class StandsElsewhere(Refusal):
    """The ID number's record is out of the actor's sight: ask its keeper (`requests.ask_keeper`)."""

    def __init__(self) -> None:
        super().__init__("这个证件号码不能在本单位直接办理，需要先向对方发出请求。")


def keep_person(
    *, name: str, id_number: str, phone: str, unit: Unit, by: Actor, as_guest: bool = False
) -> Person:
    """The locked record of the person with this ID number; made at `unit`, with sex and birth from the number, where
    there is none. A phone that is given replaces the one on record, if the record is in the actor's sight.

    Of a record out of sight nothing is changed and nothing told: it raises `StandsElsewhere`, whatever the name. Only
    `as_guest` (the record stays where it is) gives it to who typed its name, and counts that as a try. An account
    without tries left gets only records in sight, and makes none: a refusal must not tell what exists.
    Raises `BadId`, `BadPhone`, `NotTheSamePerson`, `StandsElsewhere`, `TooManyTries`.
    """
    with (
        whole_province()
    ):  # an ID number is one person's in the whole province; what is foreign stays as it is
        person = Person.objects.select_for_update().filter(**ID.lookup(id_number)).first()
        if person and person.path.startswith(by.path):
            return _known(person, name, phone)
        refuse_without_tries(by)
        if person is None:
            return _make_person(name=name, id_number=id_number, phone=phone, unit=unit)
    if not as_guest or person.name != clean(name):
        raise StandsElsewhere
    note_try(unit, by)
    return person


def _known(person: Person, name: str, phone: str) -> Person:
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
        raise NotTheSamePerson("刚才没有办成，请核对后重新提交一次。") from error
    return person
