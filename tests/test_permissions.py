"""Every address × everyone of the cast × whose thing × GET and POST, from the one table in `tests/permissions.py`.

Whose thing: one in sight, one above, one beside and one elsewhere, where a place of that kind has the thing.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, field, replace
from io import BytesIO
from itertools import product
from typing import Any
from zipfile import BadZipFile, ZipFile

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from fpa.access.models import User
from fpa.access.scope import set_sight
from fpa.core.actor import Actor
from tests.cast import CAST
from tests.permissions import JOB, LINES, MEMBER, POST, STAFF, SUBMISSION, THREAD, USER, Line
from tests.undoing import undone
from tests.world import Place

pytestmark = [pytest.mark.spread, pytest.mark.usefixtures("known_askers")]

REACHED = {200, 302}
NOT_THIS_WAY = 405
DENIED, ABSENT = 403, 404
SHARES = 4
"""The table is walked in so many parts, so that no test is long."""
MIRRORED = "sibling"
"""Has the county's level, role and pages, and meets what is out of sight as the county does: it walks what is in its
own sight, where other places' rows would show."""
UPLOADERS_OWN = {
    "rejected_rows",
    "export_detail",
    "export_progress",
    "export_file",
    "rename_view",
    "delete_view",
}
"""Pages that only the person who made a thing may open, whatever the role; nobody of the cast made the world's."""


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[tuple[str, str]]:
    """Every (name, route) of the resolver."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, before + str(pattern.pattern))
        else:
            yield pattern.name or "", before + str(pattern.pattern)


def address(line: Line, place: Place) -> str | None:
    """A line's address for the thing of a place; None where a place of that level has no such thing."""
    args = line.args(place) if line.args else []
    if any(value is None for value in args):
        return None
    return reverse(line.name, args=args, query=line.query(place) if line.query else None)


def test_every_address_has_a_line(world):
    """A page that is missing in tests/permissions.py, or a line whose page is gone, fails here."""
    found = {(resolve(a.split("?")[0]).route, line.name) for line in LINES for a in addresses(line, world)}
    wanted = {(route, name) for name, route in routes(get_resolver().url_patterns)}
    assert found == wanted


def addresses(line: Line, world: dict[str, Place]) -> list[str]:
    try:
        return [url for place in world.values() if (url := address(line, place))]
    except NoReverseMatch:
        return []


def sees(actor: Actor, place: Place, line: Line) -> bool:
    """Whether the thing of a place is in the actor's sight."""
    if line.seen == "granted":
        return False
    if line.open_to == "public":
        return True
    is_above = place.unit.path.startswith(actor.path)
    return is_above or (line.seen == "published" and actor.path.startswith(place.unit.path))


def ask(client: Client, method: str, url: str, data: dict | None = None) -> Any:
    """One request, undone afterwards, cookies included, so that the next finds the world as it was."""
    cookies = deepcopy(client.cookies)
    with undone():
        response = client.post(url, data or {}) if method == "POST" else client.get(url)
    client.cookies = cookies
    return response


def text_of(response: HttpResponse) -> str:
    """All that an answer holds: pages, JSON with its escapes undone, the inside of workbooks, documents and PDFs."""
    content = b"".join(response)
    if content.startswith(b"%PDF"):
        with suppress(PdfReadError):  # the world's own scans only look like one
            pdf = PdfReader(BytesIO(content))
            return (
                "".join(page.extract_text() for page in pdf.pages) + str(pdf.metadata) + str(response.headers)
            )
    try:
        with ZipFile(BytesIO(content)) as book:
            content = b"".join(book.read(name) for name in book.namelist())
    except BadZipFile:
        pass
    text = content.decode("utf-8", "replace")
    if response.headers.get("Content-Type", "").startswith("application/json"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return text + str(response.headers)


def leaks(text: str, actor: Actor, world: dict[str, Place]) -> list[str]:
    """Whose rows an answer shows to someone who may not see them."""
    found = []
    for name, place in world.items():
        is_above = place.unit.path.startswith(actor.path)
        if place.mark in text and not is_above:
            found.append(name)
        if place.notice in text and not is_above and not actor.path.startswith(place.unit.path):
            found.append(f"{name} (published)")
    return found


def fault(line: Line, status: int, may: bool, seen: bool) -> str:
    """What is wrong with an answer; "" where it is as the table has it."""
    if status >= 500 or status == 400:
        return "broke"
    if status == NOT_THIS_WAY:
        return ""
    if not may:
        return "" if status == DENIED else "was not denied"
    if not seen:
        return "" if status == ABSENT else "is not absent"
    allowed = REACHED | ({DENIED, ABSENT} if line.narrow else set())
    return "" if status in allowed else "was not reached"


def relation(actor: Actor, place: Place, line: Line) -> str:
    """How a place stands to the actor's unit; those above that publish to it are each of a kind of their own."""
    own, path = actor.path, place.unit.path
    if path.startswith(own):
        return "in sight"
    if own.startswith(path):
        return f"above {place.unit.level}" if line.seen == "published" else "above"
    return "beside" if place.unit.level == actor.level else "elsewhere"


def targets(line: Line, actor: Actor, world: dict[str, Place]) -> list[tuple[str, bool]]:
    """A line's addresses, of each relation the one nearest in level, each with whether its thing is in the actor's
    sight; a page of which there is only one is everybody's who may."""
    nearest = sorted(world.values(), key=lambda place: abs(place.unit.level - (actor.level or 0)))
    every = {url: place for place in nearest if (url := address(line, place))}
    if len(every) == 1:
        return [(url, True) for url in every]
    chosen: dict[str, tuple[str, bool]] = {}
    for url, place in every.items():
        chosen.setdefault(relation(actor, place, line), (url, sees(actor, place, line)))
    return list(chosen.values())


@dataclass
class Walk:
    """One account's way through the table, and what was wrong on it."""

    name: str
    client: Client
    actor: Actor
    world: dict[str, Place]
    faults: list[str] = field(default_factory=list)
    marks: set[str] = field(default_factory=set)
    taken: set[str] = field(default_factory=set)

    def along(self, line: Line) -> None:
        """Ask for a line's addresses by GET and POST. A method that a page does not take at one thing, it takes at
        none."""
        may, methods = self.name in line.may or line.open_to != "seats", ["GET", "POST"]
        for url, seen in self.addresses(line, may):
            statuses = {method: self.at(line, method, url, may, seen) for method in methods}
            methods = [method for method in methods if statuses[method] != NOT_THIS_WAY]
        if not methods:
            self.faults.append(f"{line.name} answers neither GET nor POST")

    def addresses(self, line: Line, may: bool) -> list[tuple[str, bool]]:
        """Which of a line's addresses to ask for: a role that may not is denied whatever the thing, so one is enough,
        but where a thing's own person is asked for as well."""
        urls = targets(line, self.actor, self.world)
        if self.name == MIRRORED:
            urls = [(url, seen) for url, seen in urls if seen]
        return urls if may else urls[: 2 if line.name in UPLOADERS_OWN else 1]

    def at(self, line: Line, method: str, url: str, may: bool, seen: bool) -> int:
        """Ask for one address by a method, and for a list as one can take it away. Gives the status."""
        response = ask(self.client, method, url, line.data)
        text = self.note(f"{method} {url}", response, fault(line, response.status_code, may, seen))
        if method == "GET" and response.status_code == 200 and "export=xlsx" in text:
            self.take(line, url)
        return response.status_code

    def take(self, line: Line, url: str) -> None:
        """Ask for a list as a workbook and on paper, once a line."""
        if line.name in self.taken:
            return
        self.taken.add(line.name)
        for way in ("export=xlsx", "print=1"):
            response = ask(self.client, "GET", f"{url}{'&' if '?' in url else '?'}{way}")
            self.note(
                f"{url} {way}", response, "" if response.status_code in REACHED else "was not taken away"
            )

    def note(self, what: str, response: HttpResponse, wrong: str) -> str:
        """Keep what is wrong with an answer. Gives its text."""
        text = text_of(response)
        self.marks |= {name for name, place in self.world.items() if place.mark in text}
        if wrong:
            self.faults.append(f"{what} {wrong} ({response.status_code})")
        if shown := leaks(text, self.actor, self.world):
            self.faults.append(f"{what} shows rows of {shown}")
        return text


@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("name", CAST)
def test_everyone_opens_what_is_theirs_and_nothing_else(world, client_as, actor, name, share):
    walk = Walk(name, client_as(name), actor(name), world)
    for line in LINES[share::SHARES]:
        walk.along(line)
    assert walk.faults == []


@pytest.mark.parametrize("name", CAST)
def test_everyone_meets_the_marks_of_all_in_sight(world, client_as, actor, name):
    """Else the walk would look for marks that no page shows, and find nothing leaked."""
    walk = Walk(name, client_as(name), actor(name), world)
    wanted = {place for place in world if world[place].unit.path.startswith(walk.actor.path)}
    for url in (
        u for line in LINES if name in line.may for place in world.values() if (u := address(line, place))
    ):
        if walk.marks == wanted:
            break
        walk.note(url, ask(walk.client, "GET", url), "")
    assert walk.marks == wanted


def test_walk_notices_a_permission_that_is_not_asked_for(world, client_as, actor, monkeypatch):
    """Without the check, every line that keeps the auditor out has a fault: none of them passes by chance."""
    walk = Walk("auditor", client_as("auditor"), actor("auditor"), world)
    monkeypatch.setattr(Actor, "may", lambda self, permission: True)
    for line in LINES:
        if "auditor" not in line.may and line.name not in UPLOADERS_OWN:
            url, seen = targets(line, walk.actor, world)[0]
            walk.faults.clear()
            for method in ("GET", "POST"):
                if not walk.faults:
                    walk.at(line, method, url, may=False, seen=seen)
            assert any("was not denied" in words for words in walk.faults), line.name


def test_walk_notices_a_scope_that_is_not_set(world, client_as, actor, monkeypatch):
    """Without row-level security's range, every line about a row shows or gives away foreign ones."""
    monkeypatch.setattr("fpa.access.middleware.set_sight", lambda path, user: set_sight("/", user))
    for name in ("county", "administrator"):
        walk = Walk(name, client_as(name), replace(actor(name), path=world["county"].unit.path), world)
        for line in ABOUT_ROWS:
            if name in line.may:
                walk.faults.clear()
                unseen = [url for url, seen in targets(line, walk.actor, world) if not seen]
                for url, method in product(unseen, ("GET", "POST")):
                    if not walk.faults:
                        walk.at(line, method, url, may=True, seen=False)
                assert walk.faults, line.name


ABOUT_ROWS = [line for line in LINES if line.args in (MEMBER, STAFF, SUBMISSION, THREAD, JOB, USER, POST)]


def test_every_page_is_reached_by_someone(world, client_as, actor):
    """A line that answers 404 or 405 to all proves nothing. The walk reaches every page but the narrow ones at each
    thing in sight, so those need no more than that someone has such a thing."""
    left = {line for line in LINES if line.open_to == "seats"}
    for name in CAST:
        client, who = client_as(name), actor(name)
        for line in [line for line in left if name in line.may]:
            urls = [url for url, seen in targets(line, who, world) if seen]
            if any(not line.narrow or is_reached(client, line, url) for url in urls):
                left.discard(line)
    assert {line.name for line in left} <= UPLOADERS_OWN


def is_reached(client: Client, line: Line, url: str) -> bool:
    return any(ask(client, method, url, line.data).status_code in REACHED for method in ("GET", "POST"))


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_login_everything_leads_to_it(world, method):
    nobody, client, faults = Actor(user_id=None, name="", path="/nobody/"), Client(), []
    for line in LINES:
        for url in addresses(line, world)[:1]:
            response = ask(client, method, url, line.data)
            leads = response.status_code == 302 and response["Location"].startswith("/login/")
            if leads == (line.open_to == "public") or leaks(response, nobody, world):
                faults.append(f"{method} {url} ({response.status_code})")
    assert faults == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_a_seat_everything_leads_to_being_told_so(world, method, client_as):
    nobody, client, faults = Actor(user_id=None, name="", path="/nobody/"), client_as("outsider"), []
    for line in LINES:
        for url in addresses(line, world)[:1]:
            response = ask(client, method, url, line.data)
            leads = response.status_code == 302 and response["Location"] == "/seat/"
            if leads == (line.open_to != "seats") or leaks(text_of(response), nobody, world):
                faults.append(f"{method} {url} ({response.status_code})")
    assert faults == []


def test_with_a_temporary_password_everything_leads_to_changing_it(world, client_as):
    client = client_as("province")
    User.objects.filter(username="province").update(must_change_password=True)
    for line in LINES:
        for url in addresses(line, world)[:1]:
            response = ask(client, "GET", url)
            is_led = response.status_code == 302 and response["Location"] == "/password/"
            assert is_led == (line.open_to in ("seats", "granted")), url
