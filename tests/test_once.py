"""Every address that takes a post wants a key against repeats, but for those listed with their reason."""

from collections.abc import Iterator
from typing import Any

import pytest

from fpa.access.exceptions import REPEATABLE_POSTS
from fpa.core.once import FIELD, NO_KEY
from fpa.core.views import KEYLESS
from tests.cast import CAST
from tests.permissions import LINES, Line
from tests.test_permissions import NOT_THIS_WAY, UPLOADERS_OWN, address, ask

pytestmark = [pytest.mark.spread, pytest.mark.usefixtures("known_askers")]

WITHOUT = {FIELD: ""}


def posts_of(line: Line, world: Any, client_as: Any) -> Iterator[Any]:
    """The answers to a line's address, asked by all who may and for all things that there are, without a key."""
    names = [name for name in CAST if name in line.may or line.open_to != "seats"]
    places = {url: None for place in world.values() if (url := address(line, place))}
    for name in names:
        client = client_as(name)
        yield from (ask(client, "POST", url, line.data | WITHOUT) for url in places)


def says_so(answer: Any) -> bool:
    """Whether an answer tells of the missing key, and of nothing that was done."""
    text = b"".join(answer).decode()
    return (
        NO_KEY in text
        if answer.status_code == 200
        else answer.status_code == 400 and KEYLESS.happened in text
    )


def test_every_post_wants_a_key_but_those_that_may_be_repeated(world, client_as):
    """A page that shows no form, since it is closed, says nothing of keys; the same page of somebody else does."""
    repeatable, unreached = set(), set()
    for line in LINES:
        plain = set()
        for answer in posts_of(line, world, client_as):
            if answer.status_code == NOT_THIS_WAY or says_so(answer):
                break
            plain.add(answer.status_code)
            assert answer.status_code != 302 or line.name in REPEATABLE_POSTS, line.name
        else:
            (repeatable if plain & {200, 302} else unreached).add(line.name)
    assert repeatable == REPEATABLE_POSTS.keys() - unreached
    assert unreached <= UPLOADERS_OWN | {line.name for line in LINES if line.narrow or line.seen == "granted"}


def test_switching_the_seat_needs_no_key(client_as):
    client = client_as("county")
    seat = client.get("/").wsgi_request.seats[0]
    assert client.post("/seat/switch/", WITHOUT | {"seat": seat.pk})["Location"] == "/"
