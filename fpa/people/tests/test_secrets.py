"""A person's secrets: unreadable in the database, found in any writing, bound to their row."""

import pytest
from django.db import connection

from fpa.core.crypto import Tampered
from fpa.core.identity import BadId, BadPhone
from fpa.people.models import Person
from fpa.people.secrets import ID, PHONE, secret_lookup
from fpa.people.tests.people import make_person

NUMBER = "43120219800520002X"
OLD_NUMBER = "431202800520002"


def stored(person):
    with connection.cursor() as cursor:
        cursor.execute("SELECT person::text FROM people_person person WHERE id = %s", [person.pk])
        return cursor.fetchone()[0]


@pytest.fixture
def person(province_scope, unit_of):
    return make_person(unit_of("village"), id_number=NUMBER)


def test_secrets_are_not_in_the_row(person):
    row = stored(person)
    for plain in (NUMBER, "13800001234"):
        assert plain not in row
        assert plain.encode().hex() not in row


def test_secrets_read_back_whole_and_masked(person):
    person = Person.objects.get(pk=person.pk)
    assert (ID.read(person), PHONE.read(person)) == (NUMBER, "13800001234")
    assert (ID.masked(person), PHONE.masked(person)) == ("4312**********002X", "138****1234")


@pytest.mark.parametrize(
    "writing",
    [
        NUMBER,
        NUMBER.lower(),
        f" {NUMBER} ",
        "431202 19800520 002X",
        "４３１２０２１９８００５２０００２Ｘ",
        OLD_NUMBER,
    ],
)
def test_secrets_find_the_id_in_any_writing(person, writing):
    assert Person.objects.get(**ID.lookup(writing)) == person


@pytest.mark.parametrize(
    "writing", ["13800001234", "138-0000-1234", "+86 138 0000 1234", "１３８００００１２３４"]
)
def test_secrets_find_the_phone_in_any_writing(person, writing):
    assert Person.objects.get(**PHONE.lookup(writing)) == person
    assert secret_lookup(writing) == PHONE.lookup(writing)


def test_secrets_refuse_the_cell_of_another_row(person, unit_of):
    other = make_person(unit_of("village"))
    other.id_cipher = person.id_cipher
    with pytest.raises(Tampered):
        ID.read(other)


def test_secrets_refuse_the_cell_of_another_column(person):
    person.phone_cipher = person.id_cipher
    with pytest.raises(Tampered):
        PHONE.read(person)


def test_secrets_of_one_value_look_different_in_each_row(province_scope, unit_of):
    one, other = (make_person(unit_of("village"), phone="13900005678") for _ in range(2))
    assert one.phone_cipher != other.phone_cipher
    assert one.phone_index == other.phone_index


def test_secrets_that_are_empty_are_removed(person):
    PHONE.put(person, "")
    person.save()
    person.refresh_from_db()
    assert (person.phone_cipher, person.phone_index, PHONE.read(person), PHONE.masked(person)) == (
        None,
        None,
        "",
        "",
    )


@pytest.mark.parametrize(
    ("typed", "fault"), [("4312", BadPhone), ("431202198005200021", BadId), ("号码", BadPhone)]
)
def test_secret_lookup_says_what_is_wrong(typed, fault):
    with pytest.raises(fault):
        secret_lookup(typed)


def test_secrets_for_imports_are_those_of_one_row(person):
    token = ID.encrypt_many([(str(person.pk), NUMBER)])[0]
    person.id_cipher = token
    assert ID.read(person) == NUMBER
    assert ID.index_many([NUMBER]) == [bytes(person.id_index)]
