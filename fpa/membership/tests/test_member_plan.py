"""A village's and a county's list is read by the index on path, under the policy, and the plan says so.

At as many rows as make the planner choose as it does at a million; `bench/member_list.py` asks the million itself.
"""

import pytest
from django.conf import settings
from django.db import connection

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.core import database
from fpa.membership.models import Member
from fpa.membership.views import MEMBERS
from tests.plans import index_condition, plan_of, reads_a_range_of_paths

MEMBER_COUNT, VILLAGES, EVERY = 20_000, 2_000, 14
"""Members in so many villages, every fourteenth of the province."""

PEOPLE = """
    INSERT INTO people_person
        (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index, created_at)
    SELECT gen_random_uuid(), unit.id, unit.path, chr(20000 + n % 5000) || n, 'x' || n, 'female',
           date '1950-01-01' + n % 20000, ''::bytea, int4send(n), now()
    FROM generate_series(0, {member_count} - 1) n
    JOIN (
        SELECT id, path, row_number() OVER (ORDER BY path) - 1 AS place FROM access_unit WHERE level = 5
    ) unit ON unit.place = n % {villages} * {every}
"""
MEMBERSHIPS = """
    INSERT INTO membership_member (person_id, unit_id, path, kind, joined_on, left_reason)
    SELECT id, unit_id, path, 'ordinary', date '2020-01-01', '' FROM people_person
"""


@pytest.fixture
def many_members(committed_db):
    """Members spread over villages by set-based SQL, with the statistics that a database in use has."""
    with whole_province(), connection.cursor() as cursor:
        cursor.execute(PEOPLE.format(member_count=MEMBER_COUNT, villages=VILLAGES, every=EVERY))
        cursor.execute(MEMBERSHIPS)
        assert Member.objects.count() == MEMBER_COUNT
    with database.connect(settings.OWNER_DATABASE, NAME=committed_db) as owner:
        owner.execute("ANALYZE membership_member, people_person")


def test_member_lists_read_their_indexes_under_the_policy(many_members):
    for level in (5, 3):
        unit = Unit.objects.filter(level=level).order_by("path")[0]
        with scoped(unit.path):
            assert MEMBERS.count() >= MEMBER_COUNT / VILLAGES
            plan = plan_of(MEMBERS[:50])
        assert reads_a_range_of_paths(plan.partition("member_path")[2]), plan
        assert "Seq Scan on organization_" not in plan, plan
    with scoped("/"):
        plan = plan_of(MEMBERS.called("一二三")[:50])
    assert index_condition(plan, "name", "一二三"), plan
