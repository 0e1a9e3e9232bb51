"""Scope at its edges, as plain SQL of the application's role meets it."""

import psycopg
import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from fpa.access.models import Appointment, Post
from fpa.access.scope import current_scope, scoped, set_scope, whole_province
from fpa.audit.tests.log import owner
from fpa.core import database
from fpa.core.visibility import upper_bound
from tests.cast import cast_unit

NEIGHBOURS = [
    "/12/",
    "/12/02/",
    "/12/02/001/",
    "/12/02/001/001/",
    "/12/020/",
    "/12/021/",
    "/12/03/",
    "/12/0/",
]


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return cursor.fetchall()


@pytest.fixture
def neighbours(province_scope):
    """Posts at paths that look alike, one each."""
    unit = cast_unit("county")
    Post.objects.bulk_create(Post(unit=unit, path=path, title="邻", role="office") for path in NEIGHBOURS)


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("/", NEIGHBOURS),
        ("/12/", NEIGHBOURS),
        ("/12/02/", ["/12/02/", "/12/02/001/", "/12/02/001/001/"]),
        ("/12/02/001/001/", ["/12/02/001/001/"]),
        ("/12/0/", ["/12/0/"]),
        ("/12/020/", ["/12/020/"]),
        ("/1/", []),
        ("/12/02/002/", []),
    ],
)
def test_scope_takes_no_neighbour_whose_code_begins_alike(neighbours, scope, seen):
    set_scope(scope)
    assert sorted(p for (p,) in ask("SELECT path FROM access_post WHERE title = '邻'")) == sorted(seen)


@pytest.mark.parametrize(
    ("low", "high"),
    [("/", ""), ("", "0"), ("", ""), ("0", "/"), ("/12/02/", "/12/02/"), ("/13/", "/12/0")],
)
def test_half_a_scope_or_one_upside_down_shows_no_row(db, low, high):
    ask("SELECT set_config('fpa.scope_lo', %s, true), set_config('fpa.scope_hi', %s, true)", low, high)
    assert ask("SELECT count(*) FROM access_post") == [(0,)]
    assert ask("SELECT count(*) FROM reporting_form") == [(0,)]


def test_a_prepared_statement_asks_the_scope_of_each_run(db):
    """PostgreSQL keeps a plan after five runs: it must not keep the rows that the first scope saw."""
    with connection.cursor() as cursor:
        cursor.execute("PREPARE posts AS SELECT count(*) FROM access_post")
        counts = []
        for name in ["province"] * 7 + ["village", "county", "sibling"]:
            set_scope(cast_unit(name).path)
            cursor.execute("EXECUTE posts")
            counts.append(cursor.fetchone()[0])
        set_scope(None)
        cursor.execute("EXECUTE posts")
        assert [*counts, cursor.fetchone()[0]] == [8] * 7 + [1, 3, 1, 0]
        cursor.execute("DEALLOCATE posts")


def test_copy_takes_out_what_the_scope_shows_and_puts_nothing_in(db):
    set_scope(cast_unit("county").path)
    with connection.cursor() as cursor:
        with cursor.copy("COPY access_post (path) TO STDOUT") as lines:
            taken = bytes(b"".join(lines)).decode().splitlines()
        assert sorted(taken) == sorted(cast_unit(n).path for n in ("county", "township", "village"))
        with (
            pytest.raises(psycopg.errors.FeatureNotSupported, match="row-level security"),
            transaction.atomic(),
            cursor.copy("COPY access_post (path) FROM STDIN"),
        ):
            pass


def test_returning_and_counting_tell_nothing_of_foreign_rows(db):
    set_scope(cast_unit("county").path)
    sibling = cast_unit("sibling").path
    assert ask("UPDATE access_post SET title = '改' RETURNING path").count((sibling,)) == 0
    assert ask("DELETE FROM access_appointment WHERE path = %s RETURNING id", sibling) == []
    assert ask("SELECT count(*), max(path) FROM access_post WHERE path = %s", sibling) == [(0, None)]
    join = (
        "SELECT a.id FROM access_appointment a JOIN access_user u ON u.id = a.user_id WHERE u.username = %s"
    )
    assert ask(join, "sibling") == []


def test_statistics_tell_nothing_of_a_guarded_tables_values(committed_db):
    with owner() as them:
        them.execute("ANALYZE access_post, access_unit")
    told = "SELECT count(*) FROM pg_stats WHERE tablename = %s"
    assert ask(told, "access_unit") != [(0,)]
    assert ask(told, "access_post") == [(0,)]


def test_a_failed_block_leaves_the_scope_of_before(db):
    set_scope("/12/")
    with pytest.raises(DatabaseError), scoped("/12/02/"):
        ask("SELECT 1 / 0")
    assert current_scope() == "/12/"


def test_a_block_that_is_to_be_undone_takes_its_scope_along(db):
    set_scope("/12/")
    with whole_province():
        transaction.set_rollback(True)
    assert current_scope() == "/12/"


def test_blocks_within_blocks_each_give_back_their_scope(db):
    seen = []
    with scoped("/12/"):
        with scoped("/12/02/"), whole_province():
            seen.append(current_scope())
        seen.append(current_scope())
    assert [*seen, current_scope()] == ["/", "/12/", None]


def test_scope_of_one_session_is_not_another_ones(committed_db):
    app = database.connect(settings.DATABASES["default"], NAME=committed_db)
    with app as other, whole_province():
        assert Post.objects.count() == 8
        assert other.execute("SELECT count(*) FROM access_post").fetchone() == (0,)
        assert other.execute("SELECT current_user").fetchone() == ask("SELECT current_user")[0]


def test_a_session_used_again_after_a_failure_has_no_scope(committed_db):
    with pytest.raises(DatabaseError), whole_province():
        ask("SELECT 1 / 0")
    with transaction.atomic():
        assert current_scope() is None
        assert not Appointment.objects.exists()


@pytest.mark.parametrize("path", ["/12/' OR true --/", '/12/";/', "/12/%s/", "/12/\\/"])
def test_scope_is_a_value_and_no_sql(db, path):
    set_scope(path)
    assert current_scope() == path
    assert ask("SELECT current_setting('fpa.scope_hi')") == [(upper_bound(path),)]
    assert not Post.objects.exists()
