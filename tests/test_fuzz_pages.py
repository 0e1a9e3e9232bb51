"""No address breaks, whatever stands in its parameters: every page of the table with an odd value in each parameter
that it reads, one at a time, asked by three accounts in turn.

Which parameters a page reads is seen while it answers. Over all pages, each sort of parameter meets each value.
"""

import logging
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.db import connection
from django.test import Client

from tests.odd import ODD, WHATEVER, Turns, names_read
from tests.permissions import LINES, Line
from tests.test_permissions import REACHED, targets
from tests.undoing import undone

pytestmark = [pytest.mark.spread, pytest.mark.usefixtures("known_askers")]

ACCOUNTS = ("province", "county", "village")
BROKEN = 500
BESIDE = ("after", "before")
"""Read from the second page of a list on."""
OF_EVERY_LIST = ("page", "sort", "columns", "export", "print", *BESIDE)
"""Read in one place for all lists: one of them a list, in turn, is enough."""
OF_ITS_OWN = {*OF_EVERY_LIST, "next", "period", "boundaries", "done", "parent"}
UNREAD = {"csrfmiddlewaretoken", "urlencode"}
"""Looked up by the frame of every page."""


class Inputs(HTMLParser):
    """The named inputs of a page: of each its sort, by what kind of input it is, and where its form is posted to."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sorts: dict[str, str] = {}
        self.posted: dict[str, str] = {}
        self._action = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form or an input."""
        given = dict(attrs)
        if tag == "form":
            self._action = (given.get("action") or "") if given.get("method") == "post" else ""
        elif tag in ("input", "select", "textarea") and (name := given.get("name")):
            kind = "unit" if "hx-get" in given else given.get("type", given.get("inputmode", ""))
            self.sorts[name] = f"{tag} {kind}"
            self.posted[name] = self._action


def sort_of(name: str, inputs: dict[str, str]) -> str:
    """The kind of a parameter's input; what is read in a way of its own, each for itself."""
    return name if name in OF_ITS_OWN else inputs.get(name, "another")


def ask(client: Client, url: str) -> Any:
    """One request, undone afterwards."""
    with undone():
        response = client.get(url)
        b"".join(response)
    return response


def with_value(url: str, name: str, value: str) -> str:
    """An address with a parameter replaced by an odd value."""
    parts = urlsplit(url)
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] != name]
    kept += [("page", "2")] if name in BESIDE else []
    odd = [(name, each) for each in ODD[value]]
    return f"{parts.path}?{urlencode(kept + odd, errors='surrogateescape')}"


def parameters(client: Client, url: str, turn: int) -> dict[str, str]:
    """The parameters that a page reads, each with its sort; none where it is not reached."""
    with names_read() as names:
        response = ask(client, url)
    if response.status_code not in REACHED:
        return {}
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    inputs = Inputs(response.content.decode()).sorts if is_page else {}
    if names.intersection(OF_EVERY_LIST):
        names = names.difference(OF_EVERY_LIST) | {OF_EVERY_LIST[turn % len(OF_EVERY_LIST)]}
    if WHATEVER in names:
        names = names - {WHATEVER} | set(inputs)
    return {name: sort_of(name, inputs) for name in sorted(names - UNREAD)}


class Fuzz:
    """The way of some accounts through the pages."""

    def __init__(self, clients: list[Client]) -> None:
        self.clients, self.turns, self.faults = clients, Turns(), list[str]()

    def along(self, line: Line, urls: list[str | None], turn: int) -> None:
        """Ask for a line's page at each account's own address, each account with its share of the parameters."""
        who = [(client, url) for client, url in zip(self.clients, urls, strict=True) if url]
        found = next((read for each in who if (read := parameters(*each, turn))), {})
        for at, (name, sort) in enumerate(found.items()):
            client, url = who[(turn + at) % len(who)]
            self.at(client, with_value(url, name, self.turns.next(sort, (client, url, name))))

    def complete(self) -> None:
        """Let each sort meet what it has not met."""
        for (client, url, name), value in list(self.turns.left()):
            self.at(client, with_value(url, name, value))

    def at(self, client: Client, url: str) -> None:
        """Ask for an address, and note it where it breaks. A lost connection ends the test: nothing after it counts."""
        response = ask(client, url)
        if response.status_code >= BROKEN:
            self.faults.append(f"{response.status_code} {client.session['_auth_user_id']} {url[:300]}")
        assert connection.is_usable(), f"the connection is lost: {url[:300]}"


def own_address(line: Line, name: str, who: Any, world: Any) -> str | None:
    """A line's address for something in an account's sight; None where it may not, or there is none."""
    if name not in line.may and line.open_to == "seats":
        return None
    return next((url for url, seen in targets(line, who, world) if seen), None)


@pytest.fixture
def fuzz(client_as, monkeypatch) -> Iterator[Fuzz]:
    """Lists of one row a page, so that there are pages to turn; no word in the log of each refusal."""
    for module in ("paging", "listing"):
        monkeypatch.setattr(f"fpa.core.lists.{module}.PAGE_SIZE", 1)
    clients = [client_as(name) for name in ACCOUNTS]
    for client in clients:
        client.raise_request_exception = False
    logging.disable()
    yield Fuzz(clients)
    logging.disable(logging.NOTSET)


def test_no_page_breaks_by_what_its_address_says(world, fuzz, actor):
    actors = [actor(name) for name in ACCOUNTS]
    for turn, line in enumerate(LINES):
        urls = [own_address(line, *each, world) for each in zip(ACCOUNTS, actors, strict=True)]
        fuzz.along(line, urls, turn)
    fuzz.complete()
    assert fuzz.faults == []
    assert {*OF_ITS_OWN, "input date", "input unit", "input text", "select "} <= set(fuzz.turns.met)


def test_fuzz_notices_a_page_that_breaks(world, fuzz, monkeypatch):
    monkeypatch.setattr("fpa.core.lists.listing.Listing.page", property(lambda self: int(self.asked["page"])))
    for value in ODD:
        fuzz.at(fuzz.clients[1], with_value("/members/", "page", value))
    assert len(fuzz.faults) > len(ODD) / 2
