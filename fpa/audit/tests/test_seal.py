"""Sealing: gapless positions, late and concurrent writers, and the file outside the database."""

import json
import threading

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.audit import heads
from fpa.audit import seal as module
from fpa.audit.models import Event, Leaf, TreeHead, Unsealed
from fpa.audit.record import payload_of, record
from fpa.audit.seal import CannotSeal, seal
from fpa.audit.tests.log import found, head_lines, owner, seal_now, verify_now, write_events, write_head_lines
from fpa.core import locks, merkle
from fpa.core.actor import SYSTEM
from tests.waiting import wait_for


def in_thread(work):
    """Run `work` on a connection of its own."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_seal_gives_each_event_the_next_position(log_db):
    first = write_events(3)
    assert (seal_now(), seal_now()) == (3, 0)
    second = write_events(2)
    assert seal_now() == 2
    leaves = list(Leaf.objects.order_by("position").values_list("position", "event_id"))
    assert leaves == list(enumerate(sorted(e.id for e in first) + sorted(e.id for e in second)))
    assert [head.size for head in TreeHead.objects.order_by("size")] == [3, 5]
    assert not Unsealed.objects.exists()


def test_seal_root_is_the_merkle_root_of_the_events(log_db):
    for count in (1, 4, 2):
        write_events(count)
        seal_now()
    with whole_province():
        hashes = [merkle.leaf_hash(payload_of(event)) for event in Event.objects.order_by("id")]
    assert bytes(TreeHead.objects.latest("size").root) == merkle.root(hashes)


def test_seal_goes_in_batches(log_db, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 4)
    write_events(10)
    assert seal_now() == 10
    assert [head.size for head in TreeHead.objects.order_by("size")] == [4, 8, 10]
    assert [json.loads(line)["size"] for line in head_lines()] == [4, 8, 10]
    assert verify_now().problems == []


def test_seal_takes_an_event_that_was_committed_late(log_db):
    """An import's event may be days old when it is committed; a later one was sealed before it."""
    written, go_on = threading.Event(), threading.Event()

    def slow_import():
        with whole_province():
            record("member.imported", User.objects.get(username="county"), by=SYSTEM)
            written.set()
            go_on.wait(10)

    thread = in_thread(slow_import)
    assert written.wait(10)
    write_events(2, "member.joined")
    assert seal_now() == 2
    go_on.set()
    thread.join()
    assert seal_now() == 1
    with whole_province():
        verbs = {str(e.id): e.verb for e in Event.objects.all()}
    order = [verbs[str(e)] for e in Leaf.objects.order_by("position").values_list("event_id", flat=True)]
    assert order == ["member.joined", "member.joined", "member.imported"]
    assert verify_now().problems == []


def test_seal_by_several_at_once_while_others_write(log_db):
    threads = [in_thread(lambda: write_events(25)) for _ in range(3)]
    threads += [in_thread(lambda: [seal_now() for _ in range(4)]) for _ in range(3)]
    for thread in threads:
        thread.join()
    seal_now()
    positions = list(Leaf.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(75))
    assert verify_now().problems == []


def test_seal_undone_publishes_nothing(log_db):
    write_events(2)
    with transaction.atomic():
        with whole_province():
            seal()
        transaction.set_rollback(True)
    assert heads_in_file() == []
    assert seal_now() == 2
    assert verify_now().problems == []


def heads_in_file():
    return [json.loads(line)["size"] for line in head_lines()] if settings.TREE_HEAD_FILE.exists() else []


@pytest.mark.parametrize("left", [0, 1, 40, -1])
def test_crash_before_or_while_writing_the_file_is_made_good(log_db, left):
    """The database has committed a head; of the file's line nothing, a part, or all but the line break is there."""
    write_events(2)
    seal_now()
    write_events(3)
    seal_now()
    whole = head_lines()
    write_head_lines([whole[0], whole[1][:left]])
    seal_now()
    assert head_lines() == whole
    assert verify_now().problems == []


def test_seal_leaves_out_what_the_platform_did_not_write(log_db, caplog):
    real, forged = write_events(2)
    with owner() as them:
        them.execute("UPDATE audit_event SET reason = '伪造' WHERE id = %s", [forged.id])
    assert seal_now() == 1
    assert list(Leaf.objects.values_list("event_id", flat=True)) == [real.id]
    assert "鉴别码不符" in caplog.text
    assert found() == {("inserted", str(forged.id))}


def test_seal_is_not_stopped_by_a_false_queue(log_db):
    """Rows put back into the queue, or without an event, neither seal twice nor hold up the others."""
    (event,) = write_events(1)
    seal_now()
    with owner() as them:
        them.execute("INSERT INTO audit_unsealed VALUES (%s), (gen_random_uuid())", [event.id])
    write_events(1)
    assert seal_now() == 1
    assert Leaf.objects.count() == 2


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE audit_treehead SET root = sha256('x')",
        "UPDATE audit_treehead SET frontier = '[\"" + "00" * 32 + "\"]'",
        "UPDATE audit_treehead SET frontier = '[]'",
        "UPDATE audit_treehead SET frontier = '7'",
        "UPDATE audit_treehead SET frontier = '[null]'",
        "DELETE FROM audit_treehead",
    ],
)
def test_seal_refuses_to_grow_a_log_that_was_not_published(log_db, damage):
    write_events(1)
    seal_now()
    with owner() as them:
        them.execute(damage)
    write_events(1)
    with pytest.raises(CannotSeal, match=r"暂停封存.*fpa audit verify"):
        seal_now()
    assert heads_in_file() == [1]


RUBBISH = [b"null\n", b"[" * 100_000 + b"\n", b"\x00\xff\n\n"]


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_seal_goes_on_after_rubbish_in_the_file_and_says_so_until_a_head_follows(log_db, caplog, rubbish):
    write_events(2)
    seal_now()
    good = head_lines()
    write_head_lines([*good, rubbish])
    seal_now()
    count = rubbish.count(b"\n")
    assert f"库外树头文件末尾有 {count} 行无法读取，封存照常进行" in caplog.text
    assert b"".join(head_lines()) == good[0] + rubbish
    write_events(1)
    assert seal_now() == 1
    lines = b"".join(head_lines())
    assert lines.startswith(good[0] + rubbish)
    assert json.loads(lines[len(good[0] + rubbish) :])["size"] == 3
    caplog.clear()
    seal_now()
    assert caplog.text == ""
    assert {p.detail for p in verify_now().problems} == {
        f"库外文件第 {n} 行无法读取" for n in range(2, 2 + count)
    }


@pytest.mark.parametrize("rubbish", RUBBISH)
def test_seal_holds_the_log_to_what_was_published_before_the_rubbish(log_db, rubbish):
    """Whoever rewrites the database and spoils the file's end is found all the same."""
    write_events(2)
    seal_now()
    with owner() as them:
        them.execute("TRUNCATE audit_event, audit_leaf, audit_treehead, audit_unsealed")
    write_head_lines([*head_lines(), rubbish])
    before = head_lines()
    write_events(2)
    with pytest.raises(CannotSeal, match=r"暂停封存.*fpa audit verify"):
        seal_now()
    assert head_lines() == before


def test_seal_writes_a_head_again_whose_line_was_spoilt(log_db):
    for _ in range(2):
        write_events(1)
        seal_now()
    first, second = head_lines()
    write_head_lines([first, b"null\n"])
    seal_now()
    assert head_lines() == [first, b"null\n", second]
    assert [p.detail for p in verify_now().problems] == ["库外文件第 2 行无法读取"]


def test_seal_refused_lets_the_file_go(log_db):
    write_events(1)
    seal_now()
    good = head_lines()
    write_head_lines([good[0].replace(b'"size": 1', b'"size": 9')])
    write_events(1)
    with pytest.raises(CannotSeal):
        seal_now()
    write_head_lines(good)
    assert seal_now() == 1


def test_seal_asks_as_many_queries_for_many_as_for_one(log_db):
    """The queue alone is searched: neither what waits nor what is sealed already makes sealing longer."""
    write_events(1)
    seal_now()
    counts = []
    for count in (1, 40, 1):
        write_events(count)
        with CaptureQueriesContext(connection) as queries:
            seal_now()
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_last_head_is_read_from_the_files_end(log_db, monkeypatch):
    monkeypatch.setattr(heads, "BLOCK", 7)
    for _ in range(3):
        write_events(2)
        seal_now()
    with heads.locked(shared=True) as file:
        last, unreadable = heads.last(file)
    assert last is not None
    assert (last.size, last.start, len(last.leaves), unreadable) == (6, 4, 2, 0)


def test_last_head_of_a_missing_file_is_none(log_db):
    with heads.locked() as file:
        assert heads.last(file) == (None, 0)


def test_seal_without_a_scope_leaves_the_queue_as_it_is(log_db):
    """A sealer that sees no event seals none, and loses none."""
    write_events(2)
    assert seal() == 0
    assert Unsealed.objects.count() == 2
    assert seal_now() == 2


def test_seal_of_a_restored_backup_says_the_way_out(log_db):
    write_events(2)
    seal_now()
    write_events(1)
    seal_now()
    with owner() as them:
        them.execute("DELETE FROM audit_leaf WHERE position >= 2")
        them.execute("DELETE FROM audit_treehead WHERE size > 2")
    write_events(1)
    with pytest.raises(CannotSeal) as refused:
        seal_now()
    assert str(refused.value) == (
        "库外树头文件中第 3 条处的树头与数据库不一致，暂停封存。"
        "如刚从备份恢复，请一并恢复同一时刻的树头文件；否则请运行 fpa audit verify 查明。"
    )
    assert Unsealed.objects.count() == 1
    write_head_lines(head_lines()[:1])
    assert seal_now() == 1


def test_seal_refused_leaves_no_leaf_behind(log_db):
    write_events(1)
    seal_now()
    with owner() as them:
        them.execute("UPDATE audit_treehead SET root = sha256('x')")
    write_events(3)
    with pytest.raises(CannotSeal, match="第 1 条处的树头被改动，暂停封存。请运行 fpa audit verify 查明。"):
        seal_now()
    assert (Leaf.objects.count(), Unsealed.objects.count()) == (1, 3)


def test_seal_awaiting_the_sealer_before_it(log_db):
    """Two sealers never give the same positions: the second begins where the first has ended."""
    write_events(2)
    held, go_on = threading.Event(), threading.Event()

    def hold_the_lock():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [locks.SEAL])
            held.set()
            go_on.wait(10)

    first = in_thread(hold_the_lock)
    assert held.wait(10)
    sealed = []
    second = in_thread(lambda: sealed.append(seal_now()))
    with owner() as them:
        waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        wait_for(lambda: them.execute(waiting).fetchone())
    assert sealed == []
    go_on.set()
    for thread in (first, second):
        thread.join()
    assert sealed == [2]


@pytest.mark.parametrize(
    ("forge", "refused"),
    [
        ("INSERT INTO audit_leaf VALUES (0, gen_random_uuid(), '')", "audit_leaf_pkey"),
        ("INSERT INTO audit_leaf SELECT 7, event_id, hash FROM audit_leaf", "event_id"),
        ("INSERT INTO audit_treehead SELECT * FROM audit_treehead", "audit_treehead_pkey"),
    ],
)
def test_log_has_each_place_event_and_size_once(log_db, forge, refused):
    write_events(1)
    seal_now()
    with owner() as them, pytest.raises(psycopg.errors.UniqueViolation, match=refused):
        them.execute(forge)
