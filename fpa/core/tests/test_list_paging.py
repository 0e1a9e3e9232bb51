"""Walking a list page by page, by the keys of the rows beside (see urls.py beside)."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Unit, UnitVersion
from fpa.core.lists.paging import in_stable_order, page_after, page_at, page_before

pytestmark = [pytest.mark.django_db, pytest.mark.urls("fpa.core.tests.urls")]

COUNTIES = "/trial/units/?level=3"
UNITS = Unit.objects.filter(level__lte=3)


@pytest.fixture
def client(client_as: Any) -> Client:
    return client_as("county")


def listing_of(response: Any) -> Any:
    return response.context["list"]


def codes(response: Any) -> list[str]:
    return [row.code for row, _ in listing_of(response).page_rows]


@pytest.mark.parametrize("sort", ["", "code", "-code", "name", "-name", "level", "-level"])
def test_paging_forward_and_back_shows_every_row_once(client: Client, sort: str) -> None:
    response = client.get(f"{COUNTIES}&sort={sort}")
    pages = [codes(response)]
    while url := listing_of(response).next_url:
        assert "after" in parse_qs(urlsplit(url).query)
        response = client.get(url)
        pages.append(codes(response))
    seen = [code for page in pages for code in page]
    assert [len(page) for page in pages] == [50, 50, 34]
    assert len(set(seen)) == 134
    for page in reversed(pages[:-1]):
        response = client.get(listing_of(response).previous_url)
        assert codes(response) == page
    assert listing_of(response).previous_url == ""


def test_page_by_key_is_the_page_by_number(client: Client) -> None:
    by_number = client.get(f"{COUNTIES}&page=2")
    by_key = client.get(listing_of(client.get(COUNTIES)).next_url)
    assert codes(by_key) == codes(by_number)
    assert listing_of(by_key).page == 2


@pytest.mark.parametrize("key", ["0", "abc", "", "-5", "99999999999999999999999", "x' OR 1=1"])
@pytest.mark.parametrize("name", ["after", "before"])
def test_page_beside_a_row_that_is_not_there_goes_by_its_number(client: Client, name: str, key: str) -> None:
    response = client.get("/trial/units/", {"level": "3", "page": "2", name: key})
    assert response.status_code == 200
    assert codes(response) == codes(client.get(f"{COUNTIES}&page=2"))


def test_page_after_a_row_that_no_longer_matches_still_follows_it(client: Client) -> None:
    url = listing_of(client.get(COUNTIES)).next_url
    last = parse_qs(urlsplit(url).query)["after"][0]
    wanted = codes(client.get(url))
    Unit.objects.filter(pk=last).update(level=4)
    assert codes(client.get(url)) == wanted


def test_page_chosen_anew_forgets_the_row_beside(client: Client) -> None:
    found = listing_of(client.get(listing_of(client.get(COUNTIES)).next_url))
    addresses = [found.address(page=3), found.headings[0].url, found.export_url, found.chips[0].url]
    assert [url for url in addresses if "after" in url] == []
    assert "after" not in dict(found.kept_by_columns)


def test_order_that_may_be_empty_goes_by_number() -> None:
    rows = in_stable_order(UNITS.order_by("parent__path"))
    first = page_at(rows, 1)
    assert page_after(rows, UNITS, str(first[-1].pk)) == []
    assert len(page_at(rows, 2)) == 50


def test_order_that_runs_both_ways_goes_by_key() -> None:
    rows = in_stable_order(UNITS.order_by("-level", "name"))
    whole = [unit.pk for unit in rows]
    assert [u.pk for u in page_after(rows, UNITS, str(whole[49]))] == whole[50:100]
    assert [u.pk for u in page_before(rows, UNITS, str(whole[100]))] == whole[50:100]


@pytest.mark.parametrize(
    ("rows", "order"),
    [
        (Unit.objects.order_by("-path"), ("-path", "pk")),
        (Unit.objects.order_by("-id"), ("-id",)),
        (Unit.objects.all(), ("path", "pk")),
        (UnitVersion.objects.all(), ("unit_id", "valid_from", "id")),
        (Unit.objects.order_by(), ("pk",)),
    ],
)
def test_stable_order_ends_by_the_key(rows: Any, order: tuple[str, ...]) -> None:
    assert in_stable_order(rows).query.order_by == order


def test_page_deep_in_a_list_reads_keys_and_fifty_rows(client: Client) -> None:
    """No row before the page is read whole: the jump's sub-query names the key alone."""
    client.get(f"{COUNTIES}&page=3")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"{COUNTIES}&page=3")
    (sql,) = [query["sql"] for query in seen if "OFFSET 100" in query["sql"]]
    inner = sql[sql.index("IN (SELECT") :]
    assert inner.startswith('IN (SELECT U0."id"')
    assert inner[: inner.index("FROM")].count(",") == 0
