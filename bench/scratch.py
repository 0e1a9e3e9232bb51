"""A scratch database for measurements: migrated, with the whole tree, and dropped at the end."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, connections
from psycopg import sql

from fpa.core import database

NAME = "test_{}__{}"


def result(name: str, value: float, limit: float, unit: str) -> dict[str, Any]:
    """One line of bench/out.json."""
    return {"name": name, "value": round(value, 3), "limit": limit, "unit": unit, "ok": value <= limit}


@contextmanager
def scratch_database(label: str = "bench") -> Iterator[None]:
    """Point Django, as the application's role, at a fresh migrated database for the length of the block.

    One of the same label, left over or in use, is dropped first.
    """
    owner = settings.OWNER_DATABASE
    name = NAME.format(owner["NAME"], label)
    with database.connect(owner) as server:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    subprocess.run(
        [sys.executable, "-m", "bench.prepare", name],
        check=True,
        env=os.environ | {"FPA_DATABASE_ROLE": "owner"},
    )
    before = connections["default"].settings_dict["NAME"]
    _point_at(name)
    try:
        yield
    finally:
        _point_at(before)
        with database.connect(owner) as server:
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))


def owner_connection() -> Any:
    """A plain connection to the scratch database as its owner."""
    return database.connect(settings.OWNER_DATABASE, NAME=connections["default"].settings_dict["NAME"])


def _point_at(name: str) -> None:
    connection.close()
    connections["default"].settings_dict["NAME"] = name
