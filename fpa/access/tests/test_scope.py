"""Row-level security as the application's role sees it."""

import pytest
from django.db import connection, transaction

from fpa.access.models import Appointment, Post, Unit
from fpa.access.scope import current_scope, scoped, set_scope, whole_province
from tests.cast import cast_unit


@pytest.mark.parametrize(
    ("name", "sees"), [("county", {"county", "township", "village"}), ("village", {"village"})]
)
def test_scope_shows_the_subtree_only(db, name, sees):
    with scoped(cast_unit(name).path):
        accounts = set(Appointment.objects.values_list("user__username", flat=True))
    assert accounts == sees


def test_scope_missing_shows_no_row(db):
    assert Post.objects.count() == 0
    assert Unit.objects.count() > 31_000


def test_scope_refuses_rows_written_outside(db):
    sibling = cast_unit("sibling")
    with pytest.raises(Exception, match="row-level security"), scoped(cast_unit("county").path):
        Post.objects.create(unit=sibling, title="越权", role="office")


def test_scope_is_restored_after_a_wider_block(db):
    with scoped("/12/02/"):
        with whole_province():
            assert Post.objects.count() > 1
        assert current_scope() == "/12/02/"


def test_set_scope_needs_a_transaction(transactional_db_free):
    with pytest.raises(RuntimeError, match="transaction"):
        set_scope("/")


@pytest.fixture
def transactional_db_free(committed_db):
    return committed_db


def test_scope_ends_with_its_transaction(committed_db):
    with transaction.atomic():
        set_scope("/12/")
    assert current_scope() is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, count(*) FROM access_post GROUP BY 1")
        assert cursor.fetchall() == []
