"""What the tests of 组织建设管理 share."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Unit


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
