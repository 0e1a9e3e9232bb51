"""Migrations of imports that were there before: forth and back, nobody's deed becomes another's."""

import pytest
from django.core.management import call_command
from django.db import connection

from conftest import _owner_of
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.imports.actions import confirm_import
from fpa.imports.models import Job
from fpa.imports.tests.conftest import again

PEOPLE = "SELECT state, user_id, post_id, host(ip) FROM imports_job ORDER BY created_at"


def migrate(name, *to):
    with _owner_of(name):
        call_command("migrate", "imports", *to, verbosity=0)


@pytest.fixture
def confirmed_by_the_city(committed_db, checked, uploaded):
    """One import of the county that the city has confirmed, one that nobody has, and the database's name."""
    job = checked()
    with whole_province():
        confirm_import(job=job, by=actor_for("city"))
    uploaded()
    return job, committed_db


def people():
    with whole_province(), connection.cursor() as cursor:
        cursor.execute(PEOPLE)
        return cursor.fetchall()


def test_confirmer_is_told_from_the_uploader_forth_and_back(confirmed_by_the_city):
    job, name = confirmed_by_the_city
    city, county = actor_for("city"), actor_for("county")
    migrate(name, "0002")
    assert people() == [
        ("confirmed", city.user_id, city.post_id, None),
        ("uploaded", county.user_id, county.post_id, None),
    ]
    migrate(name, "0003")
    migrate(name)
    with whole_province():
        first, second = Job.objects.order_by("created_at")
    assert (first.confirmed_by_id, first.confirmed_post_id) == (city.user_id, city.post_id)
    assert (second.confirmed_by_id, second.confirmed_post_id) == (None, None)
    assert again(job).state == "done"
