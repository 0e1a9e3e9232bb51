"""Fixtures that every package's tests use."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from fpa.access.models import Unit, User
from fpa.access.scope import everything
from fpa.access.seats import actor_for
from fpa.core.actor import Actor
from tests.cast import cast_unit


@pytest.fixture
def whole_province(db: None) -> Iterator[None]:
    """Let a test's own setting-up see and write everything; requests made in it set their own scope."""
    with everything():
        yield


@pytest.fixture
def client_as(db: None) -> Callable[[str], Client]:
    """A client logged in as a member of the cast: `client_as("county").get("/members/")`."""

    def login(name: str) -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client

    return login


@pytest.fixture
def actor(db: None) -> Callable[[str], Actor]:
    """The actor of a member of the cast, for calling actions: `actor("county")`."""
    return actor_for


@pytest.fixture
def unit_of(db: None) -> Callable[[str], Unit]:
    """The unit that a member of the cast works at: `unit_of("village")`."""
    return cast_unit
