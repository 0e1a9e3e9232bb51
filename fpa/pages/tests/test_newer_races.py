"""Two people who save at the same moment: the second waits for the first, and sees what the first has saved."""

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fpa.access.models import User
from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.membership.actions import edit_member
from fpa.membership.models import Member
from fpa.pages.newer import SEEN
from fpa.pages.tests.test_newer import shown
from fpa.people.tests.people import make_member
from tests.cast import cast_unit
from tests.permissions import LINES
from tests.test_permissions import address
from tests.waiting import wait_for

TIMEOUT = 30
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


@pytest.fixture
def member(committed_db):
    with whole_province():
        return make_member(cast_unit("village"))


def client_of(name):
    client = Client()
    client.force_login(User.objects.get(username=name))
    return client


def someone_waits():
    """Whether another connection waits for a lock that this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def test_a_save_beside_another_shows_what_the_other_has_saved(member):
    client, url, changed = client_of("village"), f"/members/{member.pk}/edit/", Event()
    mine = shown(client.get(url).content.decode()) | {"kind": "core"}

    def save_mine():
        assert changed.wait(TIMEOUT)
        try:
            return client.post(url, mine)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(save_mine)
        with scoped(actor_for("township").path):
            kept = {"phone": None, "kind": member.kind, "joined_on": member.joined_on}
            edit_member(member=member, name="张小梅", **kept, by=actor_for("township"))
            changed.set()
            wait_for(someone_waits, TIMEOUT)
        response = answer.result(TIMEOUT)
    assert response.status_code == 200
    assert "刚由他人改为“张小梅”" in response.content.decode()
    with whole_province():
        saved = Member.objects.select_related("person").get()
    assert (saved.person.name, saved.kind) == ("张小梅", member.kind)


EDITING = {
    *("edit_member", "edit_plan", "edit_session", "edit_document", "edit_entry", "edit_parameter"),
    *("edit_calendar_day", "rename_unit"),
}


def editing_pages(world, client_as):
    """The pages that compare: the address's name, as whom it is asked for, where, and what its form holds."""
    for line in [line for line in LINES if line.name in EDITING]:
        for name in sorted(line.may & {"county", "province", "administrator"}):
            url = address(line, world.get(name, world["province"]))
            page = client_as(name).get(url).content.decode() if url else ""
            if f'name="{SEEN}"' in page:
                yield line.name, name, url, shown(page)
                break


def test_every_editing_page_holds_its_record_before_it_compares(world, client_as):
    """Somebody else seems to have changed what one changes, so that no action follows: who locks is the page."""
    found = set()
    for page, name, url, fields in editing_pages(world, client_as):
        seen = json.loads(fields[SEEN])
        mine = fields | dict.fromkeys(seen, "改") | {SEEN: json.dumps(dict.fromkeys(seen, "原"))}
        with CaptureQueriesContext(connection) as queries:
            answer = client_as(name).post(url, mine).content.decode()
        assert "他人已改为" in answer, url
        assert any("FOR UPDATE" in query["sql"] for query in queries), url
        found.add(page)
    assert found == EDITING
