"""What every answer carries."""

from collections.abc import Callable

import pytest
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("fpa.core.tests.urls")]
ClientAs = Callable[[str], Client]


@pytest.mark.parametrize(
    "asked",
    [
        "/trial/units/",
        "/trial/units/?level=2&export=xlsx",
        "/trial/units/?level=2&print=1",
        "/trial/refuse/",
        "/trial/lose/",
        "/no-such-page/",
    ],
)
def test_nothing_given_to_someone_logged_in_may_be_stored(client_as: ClientAs, asked: str) -> None:
    assert client_as("county").get(asked)["Cache-Control"] == "no-store, private"


def test_what_the_public_gets_may_be_stored(client: Client) -> None:
    response = client.get("/trial/units/")
    assert response.status_code == 302
    assert "Cache-Control" not in response


def test_policy_of_contents_has_no_exception_for_inline_styles_or_scripts(client_as: ClientAs) -> None:
    policy = client_as("county").get("/trial/units/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "style-src 'self'" in policy
