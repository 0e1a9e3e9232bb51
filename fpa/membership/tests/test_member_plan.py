"""Lists of members are read by their indexes, under the policy, and say so in their plans (design §9)."""

import re

import pytest
from django.conf import settings
from django.db import connection

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.core import database
from fpa.core.lists.paging import PAGE_SIZE, in_stable_order, keys_of
from fpa.membership.models import Member
from tests.databases import clone_template, drop_database, pointed_at

MEMBER_COUNT, VILLAGES = 24_000, 400

PEOPLE = """
    INSERT INTO people_person
        (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index, created_at)
    SELECT gen_random_uuid(), unit.id, unit.path,
           CASE WHEN n % 14 = 0 THEN '王' ELSE chr(20000 + n % 500) END || n,
           CASE WHEN n % 14 = 0 THEN 'w' ELSE 'x' END || n,
           'female', date '1950-01-01' + n % 20000, ''::bytea, int4send(n), now()
    FROM generate_series(0, {member_count} - 1) n
    JOIN (
        SELECT id, path, row_number() OVER (ORDER BY path) - 1 AS place FROM access_unit WHERE level = 5
    ) unit ON unit.place = n % {villages}
"""
MEMBERSHIPS = """
    INSERT INTO membership_member (person_id, name, initials, unit_id, path, kind, joined_on, left_reason)
    SELECT id, name, initials, unit_id, path, 'ordinary', date '2020-01-01', '' FROM people_person ORDER BY path
"""


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """A database with members spread over villages by set-based SQL, and with the statistics of one in use; the tests
    of this module only read it."""
    name = f"{connection.settings_dict['NAME']}_plan"
    clone_template(django_db_blocker, name)
    with pointed_at(django_db_blocker, name):
        with whole_province(), connection.cursor() as cursor:
            cursor.execute(PEOPLE.format(member_count=MEMBER_COUNT, villages=VILLAGES))
            cursor.execute(MEMBERSHIPS)
            assert Member.objects.count() == MEMBER_COUNT
        with database.connect(settings.OWNER_DATABASE, NAME=name) as owner:
            owner.execute("VACUUM ANALYZE membership_member, people_person")
    yield name
    drop_database(name)


@pytest.fixture
def many_members(filled, django_db_blocker):
    """Read the filled database."""
    with pointed_at(django_db_blocker, filled):
        yield


def plan_of(rows):
    query, params = rows.query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query}", params)
        return "\n".join(line for (line,) in cursor.fetchall())


def keys(rows, page=1):
    start = (page - 1) * PAGE_SIZE
    return keys_of(in_stable_order(rows), slice(start, start + PAGE_SIZE))


def conditions(plan):
    return [line.replace("(path)::text", "path") for line in plan.splitlines() if "Index Cond" in line]


def test_member_lists_read_their_indexes_under_the_policy(many_members):
    for level, page in ((5, 1), (3, 1), (3, 100), (1, 200)):
        with scoped(Unit.objects.filter(level=level).order_by("path")[0].path):
            plan = plan_of(keys(Member.objects.all(), page))
        assert "Index Only Scan using member_path_names" in plan, plan
        (condition,) = conditions(plan)
        assert "path >= " in condition, plan
        assert "path < " in condition, plan


@pytest.mark.parametrize("wanted", ["王", "w"])
def test_member_search_of_a_common_name_walks_the_units_range_in_the_index(many_members, wanted):
    """Read in the list's own order, so that a page needs no sorting; the name stands in the index beside the path."""
    with scoped(Unit.objects.filter(level=3).order_by("path")[0].path):
        plan = plan_of(keys(Member.objects.all().called(wanted)))
    assert "Index Only Scan using member_path_names" in plan, plan
    assert "path >= " in conditions(plan)[0], plan
    assert "Sort" not in plan, plan


@pytest.mark.parametrize(("wanted", "index"), [("王14", "member_name"), ("w14", "member_initials")])
def test_member_search_of_a_rare_name_reads_the_index_of_names(many_members, wanted, index):
    with scoped("/"):
        plan = plan_of(keys(Member.objects.all().called(wanted)))
    assert re.search(rf"Index (Only )?Scan (using|on) {index} ", plan), plan
    assert f">= '{wanted}'" in conditions(plan)[0], plan


def test_member_page_fetches_its_rows_by_key(many_members):
    rows = in_stable_order(Member.objects.select_related("person", "unit"))
    with scoped(Unit.objects.filter(level=3).order_by("path")[0].path):
        plan = plan_of(rows.filter(pk__in=keys(Member.objects.all(), 20)))
    assert "Seq Scan" not in plan, plan
