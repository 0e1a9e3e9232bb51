"""A database that commits, shared by a module's tests and emptied of its log before each."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

from conftest import clone_template, drop_database
from fpa.audit.tests.log import TABLES, begin_log, owner


@pytest.fixture(scope="module")
def log_clone(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    name = f"{connections['default'].settings_dict['NAME']}_log"
    clone_template(django_db_blocker, name)
    yield name
    drop_database(name)


@pytest.fixture
def log_db(log_clone: str, django_db_blocker: Any) -> Iterator[None]:
    """A log with nothing in it, in a database where sealing commits and publishes."""
    session = connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = log_clone
        begin_log()
        with owner() as them:
            them.execute(f"TRUNCATE {', '.join(TABLES)}")
        yield
        connections["default"].close()
        connections["default"].settings_dict["NAME"] = session
    begin_log()
