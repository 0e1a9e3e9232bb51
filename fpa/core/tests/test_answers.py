"""What every answer carries: the rules for the browser, the cookies, and a number that the log line has too."""

import io
import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory

from fpa.core.middleware import RequestIdFilter, RequestIdMiddleware, request_id
from tests.cast import PASSWORD

ROOT = Path(__file__).parents[3]
with_pages = [pytest.mark.django_db, pytest.mark.urls("fpa.core.tests.urls")]
ADDRESSES = [
    ("/trial/units/", 200),
    ("/trial/units/?print=1", 302),
    ("/trial/units/?level=2&export=xlsx", 200),
    ("/trial/light/", 200),
    ("/seat/", 200),
    ("/logout/", 405),
    ("/trial/refuse/", 403),
    ("/trial/lose/", 404),
    ("/no/such/page/", 404),
    ("/trial/fail/", 500),
    ("/units/%00/", 400),
]


@pytest.fixture
def client(client_as: Callable[[str], Client]) -> Client:
    client = client_as("county")
    client.raise_request_exception = False
    return client


def policy_of(response: Any) -> dict[str, set[str]]:
    """The content security policy: directive → sources."""
    parts = [part.split() for part in response["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in parts}


class TestEveryAnswer:
    pytestmark = with_pages

    @pytest.mark.parametrize(("address", "code"), ADDRESSES)
    def test_tells_the_browser_to_run_and_frame_nothing_foreign(
        self, client: Client, address: str, code: int
    ) -> None:
        response = client.get(address)
        assert response.status_code == code
        policy = policy_of(response)
        assert policy["default-src"] == policy["script-src"] == policy["style-src"] == {"'self'"}
        assert policy["object-src"] == policy["frame-ancestors"] == {"'none'"}
        assert policy["base-uri"] == policy["form-action"] == {"'self'"}
        assert policy["img-src"] == policy["font-src"] == {"'self'", "data:"}
        assert not any(word in response["Content-Security-Policy"] for word in ("unsafe", "*", "http"))
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == response["Cross-Origin-Opener-Policy"] == "same-origin"

    @pytest.mark.parametrize(("address", "code"), [a for a in ADDRESSES if a[1] != 200])
    def test_that_is_a_failure_still_has_its_number(self, client: Client, address: str, code: int) -> None:
        response = client.get(address)
        if code >= 400:
            assert f'<span class="code">{response["X-Request-Id"]}</span>' in response.content.decode()
            assert f"错误 {code}，" in response.content.decode()
        assert len(response["X-Request-Id"]) == 8

    def test_to_a_stranger_holds_nothing_of_the_platform(self) -> None:
        for address, _ in ADDRESSES[:5]:
            response = Client().get(address)
            assert (response.status_code, response.content) == (302, b"")
            assert policy_of(response)["default-src"] == {"'self'"}


@pytest.mark.django_db
def test_static_files_are_kept_by_the_browser_and_know_nobody(client: Client) -> None:
    response = client.get("/static/css/light.css")
    assert "public" in response["Cache-Control"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies


@pytest.mark.django_db
def test_session_cookie_is_out_of_reach_of_scripts_and_ends_with_the_working_day() -> None:
    response = Client().post("/login/", {"username": "county", "password": PASSWORD})
    cookie = response.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert cookie["max-age"] == 8 * 3600


@pytest.mark.django_db
@pytest.mark.urls("fpa.core.tests.urls")
def test_cookies_of_our_own_are_for_the_server_alone_and_follow_the_connection(client: Client) -> None:
    for secure in (False, True):
        left = client.get("/trial/units/?level=2", secure=secure).cookies["list_back"]
        elder = client.post("/elder-mode/", {"elder": "on"}, secure=secure).cookies["elder"]
        for cookie in (left, elder):
            assert (cookie["httponly"], cookie["samesite"], bool(cookie["secure"])) == (True, "Lax", secure)


def settings_with(tmp_path: Path, **environment: str) -> dict[str, Any]:
    """What the settings file makes of an environment, read in a process of its own."""
    names = (
        "DEBUG ALLOWED_HOSTS CSRF_TRUSTED_ORIGINS SESSION_COOKIE_SECURE CSRF_COOKIE_SECURE"
        " SECURE_HSTS_SECONDS SECURE_PROXY_SSL_HEADER SECRET_KEY"
    )
    source = (
        "import json; from config import settings as s;"
        f"print(json.dumps({{n: getattr(s, n) for n in {names.split()!r}}}))"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FPA_")}
    given = {"FPA_DATA_DIR": str(tmp_path), "DATABASE_URL": "postgresql://u:p@nowhere/fpa", **environment}
    run = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, env=clean | given, capture_output=True, check=True
    )
    return json.loads(run.stdout)


def test_settings_without_an_environment_are_the_safe_ones(tmp_path: Path) -> None:
    found = settings_with(tmp_path)
    assert found["DEBUG"] is False
    assert "*" not in found["ALLOWED_HOSTS"]
    assert found["CSRF_TRUSTED_ORIGINS"] == []
    assert found["SECURE_PROXY_SSL_HEADER"] is None, "a visitor could else claim to have come by HTTPS"
    assert len(found["SECRET_KEY"]) >= 50
    assert settings_with(tmp_path)["SECRET_KEY"] == found["SECRET_KEY"]


def test_settings_under_https_keep_cookies_and_visitors_there(tmp_path: Path) -> None:
    hosts = {"FPA_ALLOWED_HOSTS": "a.example,b.example", "FPA_TRUSTED_ORIGINS": "https://a.example"}
    found = settings_with(tmp_path, FPA_HTTPS="1", FPA_SECRET_KEY="k" * 60, **hosts)
    assert found["SESSION_COOKIE_SECURE"] is found["CSRF_COOKIE_SECURE"] is True
    assert found["SECURE_HSTS_SECONDS"] >= 31536000
    assert found["ALLOWED_HOSTS"] == ["a.example", "b.example"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://a.example"]
    assert found["SECRET_KEY"] == "k" * 60
    assert not (tmp_path / "secret-key").exists()


# What the log says


@pytest.fixture
def log_lines() -> Iterator[io.StringIO]:
    """Log lines as the platform's own formatter and filter write them."""
    lines = io.StringIO()
    handler = logging.StreamHandler(lines)
    written: Any = settings.LOGGING["formatters"]
    handler.setFormatter(logging.Formatter(written["line"]["format"]))
    handler.addFilter(RequestIdFilter())
    logging.getLogger().addHandler(handler)
    yield lines
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.urls("fpa.core.tests.urls")
def test_a_failure_is_in_the_log_under_the_number_that_its_page_shows(
    client: Client, log_lines: io.StringIO
) -> None:
    response = client.get("/trial/fail/")
    (line,) = [each for each in log_lines.getvalue().splitlines() if " ERROR " in each]
    assert f"ERROR [{response['X-Request-Id']}] django.request: Internal Server Error: /trial/fail/" in line
    assert "RuntimeError: secret detail" in log_lines.getvalue()


@pytest.mark.django_db
def test_a_failed_login_leaves_no_password_in_the_log(log_lines: io.StringIO) -> None:
    logging.getLogger("django").info("the handler is there")
    Client().post("/login/", {"username": "county", "password": "my-wrong-secret"})
    Client(enforce_csrf_checks=True).post("/login/", {"username": "county", "password": "my-wrong-secret"})
    assert "Forbidden" in log_lines.getvalue()
    assert "my-wrong-secret" not in log_lines.getvalue()


def test_requests_at_once_each_keep_their_number() -> None:
    """The number is the request's own, whatever other threads do between its beginning and its end."""
    both = Barrier(8)

    def view(request: Any) -> HttpResponse:
        before = request_id.get()
        both.wait(20)
        return HttpResponse(f"{before} {request_id.get()}")

    middleware = RequestIdMiddleware(view)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: middleware(RequestFactory().get("/")), range(8)))
    for answer in answers:
        assert answer.content.decode().split() == [answer["X-Request-Id"]] * 2
    assert len({answer["X-Request-Id"] for answer in answers}) == 8


# What is too much, or no form at all


@pytest.mark.django_db
@pytest.mark.urls("fpa.core.tests.urls")
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (
            "&".join(f"f{n}=x" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)),
            "x-www-form-urlencoded",
        ),
        ("name=" + "x" * settings.DATA_UPLOAD_MAX_MEMORY_SIZE, "x-www-form-urlencoded"),
        ("no parts", "form-data"),
    ],
    ids=["fields", "bytes", "multipart"],
)
def test_a_form_that_is_none_is_refused_with_a_page(client: Client, body: str, kind: str) -> None:
    content_type = "multipart/form-data" if kind == "form-data" else f"application/{kind}"
    response = client.post("/trial/visit/", body, content_type=content_type)
    assert response.status_code == 400
    assert "请返回上一页，刷新后重新填写。" in response.content.decode()


@pytest.mark.django_db
@pytest.mark.urls("fpa.core.tests.urls")
def test_bytes_that_are_no_text_are_read_with_good_will(client: Client) -> None:
    assert client.get("/trial/units/?initials=%FF%FE").status_code == 200
    body = f"name=%FF%FE&once={uuid4()}"
    response = client.post("/trial/visit/", body, content_type="application/x-www-form-urlencoded")
    assert "请填写走访日期。" in response.content.decode()
