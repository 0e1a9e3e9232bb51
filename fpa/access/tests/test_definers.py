"""`move_paths`: it moves the rows that nobody may change, when a unit has moved, and does nothing else for anyone."""

import pytest
from django.db import ProgrammingError, connection, transaction

from conftest import _owner_of
from fpa.access import exceptions
from fpa.access.definers import move_paths
from fpa.access.guards import apply_guards, is_append_only, our_models
from fpa.access.models import ScopedModel, Unit
from fpa.access.scope import lock_tree_exclusive, scoped
from fpa.audit.tests.log import owner
from fpa.core.visibility import upper_bound
from tests.cast import cast_unit
from tests.world import make_world

MOVED = [m for m in our_models() if is_append_only(m) and issubclass(m, ScopedModel)]


def paths_below(path):
    """Path of each append-only row at or below a path, by its table and key."""
    return {
        (m._meta.db_table, row.pk): row.path
        for m in MOVED
        for row in m._default_manager.filter(path__gte=path, path__lt=upper_bound(path))
    }


def move_unit_itself(old, new):
    for unit in Unit.objects.under(old):
        Unit.objects.filter(pk=unit.pk).update(path=new + unit.path[len(old) :])


@pytest.fixture
def township(province_scope):
    """A township that has moved below the sibling county, itself and its villages, with rows left behind."""
    make_world()
    old = cast_unit("township").path
    new = cast_unit("sibling").path + "999/"
    lock_tree_exclusive()
    move_unit_itself(old, new)
    return old, new


def test_rows_follow_their_unit_and_no_others_do(township):
    old, new = township
    everywhere, below = paths_below("/"), paths_below(old)
    assert len({table for table, _ in below}) == len(MOVED) >= 3
    assert move_paths(old, new) == len(below)
    assert paths_below("/") == everywhere | {key: new + path[len(old) :] for key, path in below.items()}
    assert move_paths(old, new) == 0


def refused(words, *paths):
    with pytest.raises(ProgrammingError, match=words), transaction.atomic():
        move_paths(*paths)


def test_rows_outside_of_the_scope_do_not_move(township):
    for name in ("county", "sibling", "village"):
        with scoped(cast_unit(name).path):
            refused("outside of the scope", *township)


def test_rows_do_not_move_without_a_scope(db):
    refused("outside of the scope", "/12/01/", "/12/02/")


@pytest.mark.parametrize("ends", ["/", "", "%", "/12", "12/", "/1 2/"])
def test_rows_do_not_move_from_what_is_no_unit(township, ends):
    refused("no unit has moved there|outside of the scope", ends, township[1])
    refused("no unit has moved there|outside of the scope", township[0], ends)


def test_rows_do_not_move_where_no_unit_has_gone(township):
    old, new = township
    refused("no unit has moved there", new, old)
    refused("no unit has moved there", cast_unit("county").path, cast_unit("sibling").path)
    refused("no unit has moved there", old, f"{new}777/")


def test_rows_do_not_move_while_others_may_write(province_scope):
    refused("the tree is not locked", cast_unit("county").path, cast_unit("sibling").path)


def test_function_is_the_owners_and_reads_only_our_schema(db):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT prosecdef, proconfig::text[], pg_get_userbyid(proowner) <> current_user,"
            " has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc WHERE proname = 'move_paths'"
        )
        assert cursor.fetchall() == [(True, ["search_path=public, pg_temp"], True, False)]
    assert exceptions.SECURITY_DEFINERS.keys() == {"move_paths"}


def test_table_of_the_sessions_own_does_not_stand_in_for_ours(township):
    """A temporary table of the same name comes after ours in the function's search path."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE access_unit (path text)")
        cursor.execute("INSERT INTO access_unit VALUES (%s)", [township[0]])
    assert move_paths(*township) > 0


def test_function_is_put_back_where_it_was_changed(committed_db):
    with owner() as them:
        them.execute("ALTER FUNCTION move_paths RESET ALL")
        them.execute("GRANT EXECUTE ON FUNCTION move_paths TO PUBLIC")
    with _owner_of(committed_db):
        apply_guards()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proconfig::text[], has_function_privilege('public', oid, 'EXECUTE') FROM pg_proc"
            " WHERE proname = 'move_paths'"
        )
        assert cursor.fetchall() == [(["search_path=public, pg_temp"], False)]
