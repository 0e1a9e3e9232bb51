"""Where the database is: an embedded PostgreSQL under `.data/` by default, or what DATABASE_URL names.

Two roles reach it. The owner runs migrations and owns every table; the application's role owns nothing and
has no BYPASSRLS (design §9). Both are given to Django as connection parameters; nothing else knows them.
"""

import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from psycopg import sql

from fpa.core import embedded
from fpa.core.secret_files import secret_file

ROLE_SETTINGS = {"statement_timeout": "1h", "client_connection_check_interval": "5s"}
"""What every connection of the application's role begins with: no statement goes on for ever, nor after the process
that asked for it is gone. Requests and jobs set narrower limits (`core.limits`)."""


def parse_url(url: str) -> dict[str, Any]:
    """Turn `postgresql://user:password@host:port/name?option=value` into Django connection parameters."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", _host(parts.netloc)),
        "PORT": str(parts.port or options.pop("port", "")),
        "OPTIONS": options,
    }


def _host(netloc: str) -> str:
    """The host as it is written: `hostname` would put it, and a socket's folder (`%2FVar%2FPg`), in lower case."""
    host = netloc.rpartition("@")[2]
    return unquote(re.sub(r":\d*$", "", host)).strip("[]")


def owner_settings(data: Path) -> dict[str, Any]:
    """Give the owner's connection: DATABASE_URL, or the embedded server below `data`, started when needed."""
    url = os.environ.get("DATABASE_URL")
    if url:
        return parse_url(url)
    server = embedded.Server(data)
    server.start()
    return parse_url(f"postgresql://fpa_owner@/fpa?host={server.sockets}")


def app_settings(owner: dict[str, Any], data: Path) -> dict[str, Any]:
    """Give the application's connection: the same database, as the role `<database>_app`."""
    return owner | {"USER": app_role(owner["NAME"]), "PASSWORD": _app_password(data)}


def app_role(database: str) -> str:
    """Name the application's role of a database; a test database shares the role of the real one."""
    return database.removeprefix("test_").split("__")[0] + "_app"


def ensure_app_role(owner: dict[str, Any], data: Path) -> None:
    """Create the application's role, or set its password and its ROLE_SETTINGS again.

    Raises psycopg.Error where the owner may not create roles; the message says which right is missing.
    """
    role, password = sql.Identifier(app_role(owner["NAME"])), sql.Literal(_app_password(data))
    with connect(owner) as connection:
        known = connection.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", [app_role(owner["NAME"])]
        ).fetchone()
        verb = sql.SQL("ALTER" if known else "CREATE")
        connection.execute(sql.SQL("{} ROLE {} LOGIN PASSWORD {}").format(verb, role, password))
        for name, value in ROLE_SETTINGS.items():
            setting = sql.SQL("ALTER ROLE {} SET {} = {}")
            connection.execute(setting.format(role, sql.Identifier(name), sql.Literal(value)))


def connect(settings: dict[str, Any], **changes: Any) -> psycopg.Connection:
    """Open a plain autocommit connection with Django connection parameters."""
    merged = settings | changes
    return psycopg.connect(
        dbname=merged["NAME"],
        user=merged["USER"],
        password=merged["PASSWORD"] or None,
        host=merged["HOST"] or None,
        port=merged["PORT"] or None,
        autocommit=True,
        **{k: v for k, v in merged.get("OPTIONS", {}).items() if k != "pool"},
    )


def _app_password(data: Path) -> str:
    """Read the application role's password, made once and kept beside the other secrets."""
    return secret_file(data / "app-password", lambda: secrets.token_urlsafe(32))
