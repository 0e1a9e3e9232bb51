"""What a page asks of the database: who asks, and little more (design §10)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from fpa.pages.declared_lists import declared_lists

MOST = 8
"""Queries of a list or a home, of which three find out who asks and what that one may see."""


def asked(client, address):
    """The queries of a page that was opened before, without the savepoint in which a test keeps it."""
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    return answer.status_code, [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]


@pytest.mark.parametrize(
    "name", ["province", "city", "county", "township", "village", "administrator", "auditor"]
)
def test_home_asks_little(world, client_as, name):
    status, queries = asked(client_as(name), "/")
    assert status == 200
    assert len(queries) <= MOST, queries


@pytest.mark.parametrize("name", ["province", "county", "village", "administrator"])
def test_lists_ask_little(world, client_as, name):
    client, opened = client_as(name), 0
    for key in declared_lists():
        try:
            address = reverse(key)
        except NoReverseMatch:  # it hangs on a record, and is opened from its page
            continue
        status, queries = asked(client, address)
        opened += status == 200
        assert len(queries) <= MOST, f"{key} {queries}"
    assert opened >= 4
