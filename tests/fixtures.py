"""Fixtures that every package's tests use."""

from collections.abc import Callable, Iterator
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Unit, User
from fpa.access.scope import whole_province
from fpa.access.sessions import Asker, SessionStore, read_asker
from fpa.core.actor import Actor
from tests.cast import cast_actor, cast_unit
from tests.clients import KeyedClient
from tests.databases import made_by

if TYPE_CHECKING:
    from fpa.reporting.models import Form
    from tests.world import Place


@pytest.fixture
def province_scope(db: None) -> Iterator[None]:
    """Let a test's own setting-up see and write everything; requests made in it set their own scope."""
    with whole_province():
        yield


@pytest.fixture
def client_as(db: None) -> Callable[[str], Client]:
    """A client logged in as a member of the cast: `client_as("county").get("/members/")`.

    The session is written once, as a login leaves it; `force_login` writes it three times, and the day of the login.
    """

    def login(name: str) -> Client:
        user = User.objects.get(username=name)
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session.create()
        client = KeyedClient()
        client.cookies[settings.SESSION_COOKIE_NAME] = str(session.session_key)
        return client

    return login


@pytest.fixture
def known_askers(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests whose every request is undone: an account and its seats are the same at the next one, and reading them
    anew was a third of a small request. That they are read at every one, `access/tests/test_seats.py` holds."""
    askers: dict[str, Asker | None] = {}

    def read_once(session_key: str) -> Asker | None:
        if session_key not in askers:
            askers[session_key] = read_asker(session_key)
        found = askers[session_key]
        return found and replace(found, user=copy(found.user))

    monkeypatch.setattr("fpa.access.sessions.read_asker", read_once)


@pytest.fixture
def actor(db: None) -> Callable[[str], Actor]:
    """The actor of a member of the cast, for calling actions: `actor("county")`."""
    return cast_actor


@pytest.fixture
def unit_of(db: None) -> Callable[[str], Unit]:
    """The unit that a member of the cast works at: `unit_of("village")`."""
    return cast_unit


@pytest.fixture
def next_village(unit_of: Callable[[str], Unit]) -> Unit:
    """The village beside the cast's, in the same township."""
    village = unit_of("village")
    return Unit.objects.filter(parent=village.parent, path__gt=village.path).order_by("path")[0]


@pytest.fixture
def sibling_village(unit_of: Callable[[str], Unit]) -> Unit:
    """A village of the sibling county."""
    return Unit.objects.under(unit_of("sibling").path).filter(level=5).order_by("path")[0]


@pytest.fixture
def queries_of(client_as: Callable[[str], Client]) -> Callable[[str, str], int]:
    """How many queries a page takes: `queries_of("county", "/members/")`; compare it at 1 row and at N."""

    def ask(name: str, url: str) -> int:
        client = client_as(name)
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    return ask


@pytest.fixture(scope="class")
def forms_database() -> None:
    """Let the test begin in a database that has the standard forms."""


@pytest.fixture(scope="class")
def opened_database() -> None:
    """Let the test begin in a database that has the standard forms, and in which all figures were counted today: there
    a refresh counts what the test records, and not every figure anew."""


@pytest.fixture(scope="class")
def world_database() -> None:
    """Let the test begin in a database that has the world."""


@pytest.fixture(scope="class")
def figures_database() -> None:
    """Let the test begin in a database in which every declared figure has records."""


@pytest.fixture
def standard_forms(forms_database: None, province_scope: None) -> "dict[str, Form]":
    """The standard forms, published by the province, by code."""
    return {form.code: form for form in made_by("forms")}


@pytest.fixture
def world(world_database: None, province_scope: None) -> "dict[str, Place]":
    """The world of `tests/world.py`: a place's unit, marks and rows, by its name in the cast."""
    return made_by("world")
