"""A unit moves while others write at it: their rows land where it has gone, or it does not move."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection, transaction

from fpa.access import scope
from fpa.access.models import Unit, User
from fpa.access.scope import lock_tree_shared, whole_province
from fpa.access.seats import actor_for
from fpa.core import locks
from fpa.core.tests.sheets_factory import make_csv
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact
from fpa.imports import runner
from fpa.imports.actions import confirm_import, upload_import
from fpa.imports.importer import importer_of
from fpa.imports.models import ImportRow, Job
from fpa.membership.models import Member
from fpa.membership.tests.rosters import HEADER, person
from fpa.organization.actions.units import CannotMove, move_unit
from fpa.people.tests.people import an_id, make_member
from tests.cast import cast_unit
from tests.clients import KeyedClient
from tests.waiting import wait_for


def move_township():
    """Put the cast's township below the sibling county, as the city."""
    names = {"unit": cast_unit("township"), "to_parent": cast_unit("sibling")}
    return move_unit(**names, on=date(2024, 3, 1), document="湘民发〔2024〕3号", by=actor_for("city"))


def waiting_for_the_tree():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted",
            [locks.TREE],
        )
        return cursor.fetchone()[0]


def in_a_thread(deed):
    """Run a deed on a connection of its own."""

    def run():
        try:
            return deed()
        finally:
            connection.close()

    pool = ThreadPoolExecutor(1)
    done = pool.submit(run)
    pool.shutdown(wait=False)
    return done


def post_a_join():
    client = KeyedClient()
    client.force_login(User.objects.get(username="village"))
    village = cast_unit("village")
    answers = {
        "name": "王芳",
        "id_number": an_id(),
        "phone": "",
        "kind": "ordinary",
        "joined_on": "2024-03-01",
    }
    return client.post("/members/join/", answers | {"unit": village.code, "confirmed": "1"}).status_code


def member_stands_right():
    member = Member.objects.select_related("unit", "person").get()
    return member.path == member.person.path == member.unit.path


def test_move_races_a_join_that_began_meanwhile_lands_at_the_new_place(committed_db):
    with whole_province():
        moved = move_township()
        posted = in_a_thread(post_a_join)
        wait_for(waiting_for_the_tree)
    assert posted.result() == 302
    with whole_province():
        assert member_stands_right()
        assert Member.objects.get().path.startswith(moved.path)


def test_move_races_figures_counted_meanwhile_stand_at_the_new_place(committed_db):
    with whole_province():
        make_member(cast_unit("village"))
        move_township()
        counted = in_a_thread(refresh)
        wait_for(waiting_for_the_tree)
    counted.result()
    with whole_province():
        facts = Fact.objects.filter(figure="member.total").select_related("unit")
        assert facts.exists()
        assert [fact for fact in facts if fact.path != fact.unit.path] == []


def test_move_races_awaiting_who_writes_and_then_says_so(committed_db, monkeypatch):
    monkeypatch.setattr(scope, "PATIENCE_MS", 50)

    def try_to_move():
        with whole_province():
            before = cast_unit("township").path
            with pytest.raises(CannotMove, match="请过几分钟再试"):
                move_township()
            return Unit.objects.get(code=cast_unit("township").code).path == before

    with transaction.atomic():
        lock_tree_shared()
        assert in_a_thread(try_to_move).result()
    with whole_province():
        assert move_township().parent == cast_unit("sibling")


def test_move_races_a_checked_roster_is_not_written_to_the_old_place(province_scope, tmp_path):
    file = make_csv(tmp_path / "名册.csv", [HEADER, person(1, village=cast_unit("village").code)])
    by = actor_for("county")
    job = upload_import(
        importer=importer_of("members"), unit=cast_unit("county"), filename=file.name,
        pieces=[file.read_bytes()], key=uuid4(), by=by,
    )  # fmt: skip
    runner.run_import(job.pk)
    move_township()
    confirm_import(job=job, by=by)
    runner.run_import(job.pk)
    assert Job.objects.get(pk=job.pk).counts["rejected"] == 1
    assert "隶属关系有调整" in ImportRow.objects.get(job=job).reason
    assert not Member.objects.exists()
