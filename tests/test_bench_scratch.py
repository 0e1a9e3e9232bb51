"""The scratch database of the measurements: made, pointed at, and dropped, whatever happens inside."""

import os

import pytest
from django.conf import settings
from django.db import connections

from bench.scratch import NAME, owner_connection, result, scratch_database
from fpa.access.models import Post, Unit, User
from fpa.core import database
from fpa.core.database import app_role


@pytest.mark.parametrize(("value", "is_ok"), [(4.9994, True), (5, True), (5.0001, False)])
def test_result_says_whether_the_limit_is_kept(value, is_ok):
    assert result("a figure", value, 5, "ms") == {
        "name": "a figure", "value": round(value, 3), "limit": 5, "unit": "ms", "ok": is_ok,
    }  # fmt: skip


def databases() -> set[str]:
    with database.connect(settings.OWNER_DATABASE) as owner:
        return {name for (name,) in owner.execute("SELECT datname FROM pg_database").fetchall()}


def name_of(label: str) -> str:
    return NAME.format(settings.OWNER_DATABASE["NAME"], label)


def look_inside(label: str) -> None:
    """Look at the scratch database from its inside, which then fails."""
    with scratch_database(label):
        assert Unit.objects.count() > 31_000
        assert not User.objects.exists()
        assert not Post.objects.exists()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT current_user, current_database()")
            assert cursor.fetchone() == (app_role(settings.OWNER_DATABASE["NAME"]), name_of(label))
        with owner_connection() as owner:
            who = owner.execute("SELECT current_user, current_database()").fetchone()
            assert who == (settings.OWNER_DATABASE["USER"], name_of(label))
        raise ZeroDivisionError


def test_scratch_database_is_the_applications_and_goes_after_a_failure(django_db_setup, django_db_blocker):
    """Set up as a fresh installation is, under row-level security; the database that was there is back at the end."""
    label, before = f"scratch{os.getpid()}", connections["default"].settings_dict["NAME"]
    with django_db_blocker.unblock():
        with pytest.raises(ZeroDivisionError):
            look_inside(label)
        assert connections["default"].settings_dict["NAME"] == before
        assert User.objects.filter(username="county").exists()
        connections["default"].close()
    assert name_of(label) not in databases()
