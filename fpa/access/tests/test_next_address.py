"""Where a login leads on: an address of ours that some page answers, whatever is asked for; never an error."""

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from fpa.core.addresses import own_address
from tests.cast import PASSWORD

FOREIGN = [
    "https://elsewhere.example/",
    "//elsewhere.example",
    "///elsewhere.example",
    "/\\elsewhere.example",
    "\\\\elsewhere.example",
    "/%5celsewhere.example",
    "/%2felsewhere.example",
    "/\t/elsewhere.example",
    "/%09/elsewhere.example",
    "/%2509/elsewhere.example",
    "/members/%0d%0aSet-Cookie:%20a=b",
    "/members/?q=%0d%0aSet-Cookie:%20a=b",
    "/members/\r\nSet-Cookie: a=b",
    "javascript:alert(1)",
    "JaVaScRiPt://%0aalert(1)",
    "data:text/html,x",
    "http:elsewhere.example",
    "http:///members/",
    "http://[::1",
    "//[",
    " /members/",
    "/ /elsewhere.example",
    "members/",
    "?next=/",
    "@elsewhere.example",
    "/no-such-page/",
    "/units/../../elsewhere",
    "%s%n",
    "Infinity",
    "9999-12-31",
    "home",
    "fpa.access.views.login",
    "/members/\ud800",
    "/members/?q=\u2028",
    "/members/?q=" + "a" * 5000,
    "",
]


@pytest.mark.parametrize("wanted", FOREIGN)
def test_own_address_is_nothing_else(wanted):
    assert own_address(wanted, "/home-of-ours/") == "/home-of-ours/"


@pytest.mark.parametrize(
    "wanted",
    [
        "/",
        "/members/",
        "/members/?sex=female&page=2",
        "/members/?name=%E7%8E%8B",
        "/units/?q=王#top",
        "/units/?q=100%25",
    ],
)
def test_own_address_is_kept_as_it_is(wanted):
    assert own_address(wanted, "/home-of-ours/") == wanted


@pytest.mark.parametrize("wanted", [w for w in FOREIGN if w.isascii() and "\r" not in w and w])
def test_login_goes_nowhere_else_however_it_is_written(db, wanted):
    answers = {"username": "county", "password": PASSWORD, "next": wanted}
    assert Client().post("/login/", answers)["Location"] == "/"


@pytest.mark.parametrize("query", ["next=%25s%25n", "next=Infinity", "next=9999-12-31", "next=%ed%a0%80"])
def test_login_with_any_query_is_answered(db, query):
    answers = {"username": "county", "password": PASSWORD}
    assert Client().post(f"/login/?{query}", answers)["Location"] == "/"


ODD = [
    "%25s%25n",
    "Infinity",
    "NaN",
    "9999-12-31",
    "%ed%a0%80",
    "//",
    "/\\",
    "/%09/",
    "%0d%0a",
    "[",
    "{",
    "../",
    "%",
]
VALUE = st.lists(st.sampled_from(ODD) | st.text(max_size=8), max_size=4).map("".join)
QUERY = st.lists(st.tuples(st.sampled_from(["next", "a", "next[]", ""]), VALUE), max_size=3).map(
    lambda pairs: "&".join(f"{key}={value}" for key, value in pairs)
)


def test_login_answers_every_query(client_as):
    """Out or in, asked for or sent: a page or a redirect within the site, never an error of ours."""
    nobody, county = Client(), client_as("county")

    @settings(max_examples=150, deadline=None, derandomize=True, database=None)
    @given(query=QUERY, posted=VALUE)
    def ask(query, posted):
        raw = query.encode(errors="surrogatepass").decode("latin-1")
        assert nobody.get("/login/", QUERY_STRING=raw).status_code in (200, 400)
        for answer in (
            county.get("/login/", QUERY_STRING=raw),
            county.post("/login/", {"next": posted}, QUERY_STRING=raw),
        ):
            assert answer.status_code in (302, 400)
            assert_ours(answer.get("Location", "/"))

    ask()


def assert_ours(address):
    assert address.startswith("/")
    assert not address.startswith(("//", "/\\"))
    assert not set(address) & set("\r\n\t\\")
