"""The chains of writers: no gap that a rollback leaves, and every event that is taken away before its sealing named."""

import json
import os
import shutil
import threading
import time

import pytest
from django.db import connections, transaction

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.audit import chain
from fpa.audit import record as recording
from fpa.audit.chain import Place
from fpa.audit.gaps import forget_sealed_files
from fpa.audit.models import Event, Unsealed
from fpa.audit.record import code_of, record
from fpa.audit.tests.log import found, owner, seal_now, verify_now, write_events
from fpa.core.actor import SYSTEM


def remove(*events):
    """Take events away with their rows of the queue, as the owner of the database can."""
    with owner() as them:
        for table, column in (("audit_event", "id"), ("audit_unsealed", "event_id")):
            them.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [[event.id for event in events]])


def named(*events):
    return {("deleted", str(event.id)) for event in events}


def places():
    with whole_province():
        return list(Event.objects.order_by("number").values_list("number", flat=True))


def note(reason):
    return record("thing.done", User.objects.get(username="county"), by=SYSTEM, reason=reason)


def in_thread(work):
    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# Taken away before it was sealed


@pytest.mark.parametrize("which", [0, 1, 2])
def test_event_taken_away_with_its_row_of_the_queue_is_named_at_once(log_db, which):
    events = write_events(3)
    remove(events[which])
    assert found() == named(events[which])


def test_only_event_of_a_writer_is_missed_too(log_db):
    write_events(2)
    seal_now()
    gone = []
    in_thread(lambda: gone.extend(write_events(1))).join()
    remove(*gone)
    assert found() == named(*gone)


@pytest.mark.parametrize("is_sealed_after", [False, True])
def test_event_that_was_taken_away_stays_named_when_others_are_sealed(log_db, is_sealed_after):
    gone = write_events(3)[1]
    remove(gone)
    if is_sealed_after:
        seal_now()
        write_events(2)
        seal_now()
    assert found() == named(gone)


def test_sealer_says_what_its_writers_miss(log_db, caplog):
    remove(*write_events(2))
    write_events(1)
    assert seal_now() == 1
    assert "2 条事件在封存前被删除，请运行 fpa audit verify 查明" in caplog.text


def test_without_the_files_the_next_event_tells_what_is_gone(log_db):
    """As where several machines write: the chain itself stands in the database."""
    events = write_events(5)
    remove(*events[1:4])
    shutil.rmtree(chain.folder())
    verdict = verify_now()
    assert {(p.kind, p.event_id) for p in verdict.problems} == named(events[3]) | {("deleted", "")}
    (writer,) = {event.writer for event in events}
    assert f"写入者 {writer} 的第 2 至 3 号事件在封存前被删除，编号不详" in {
        p.detail for p in verdict.problems
    }


def test_an_event_that_is_not_genuine_accuses_nobody(log_db):
    one, two = write_events(2)
    with owner() as them:
        them.execute("UPDATE audit_event SET follows = gen_random_uuid() WHERE id = %s", [two.id])
    assert found() == {("inserted", str(two.id))}
    assert one.id


def test_place_that_is_taken_off_an_event_is_found(log_db):
    """Made to look like one of before the chains: its code covers the place."""
    (event,) = write_events(1)
    with owner() as them:
        them.execute("UPDATE audit_event SET writer = NULL, number = NULL, follows = NULL")
    assert found() == {("inserted", str(event.id))}


# Sealed, and queued again


@pytest.mark.parametrize("is_sealed_after", [False, True])
def test_sealed_event_that_is_queued_again_is_named(log_db, is_sealed_after, caplog):
    event, _ = write_events(2)
    seal_now()
    with owner() as them:
        them.execute("INSERT INTO audit_unsealed VALUES (%s)", [event.id])
    if is_sealed_after:
        write_events(1)
        assert seal_now() == 1
        assert "1 条已封存的事件又进了等待封存的队列" in caplog.text
    assert [(p.kind, p.event_id, p.detail) for p in verify_now().problems] == [
        ("requeued", str(event.id), "已封存的事件又被放进等待封存的队列")
    ]


# What leaves no gap


def test_rollbacks_leave_no_gap(log_db):
    with whole_province():
        note("一")
        with transaction.atomic():
            note("没有")
            transaction.set_rollback(True)
        note("二")
        with transaction.atomic():
            note("三")
    with whole_province():
        note("没有")
        note("没有")
        transaction.set_rollback(True)
    write_events(1)
    assert places() == [1, 2, 3, 4]
    assert verify_now().problems == []
    seal_now()
    write_events(1)
    assert places() == [1, 2, 3, 4, 5]
    assert verify_now().problems == []


def test_rollback_of_a_whole_chain_leaves_no_gap(log_db, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST", 2)
    for _ in range(3):
        with whole_province():
            for n in range(3):
                note(f"没有{n}")
            transaction.set_rollback(True)
        write_events(1)
    assert verify_now().problems == []


def test_long_chain_goes_on_in_another_that_is_tied_to_it(log_db, monkeypatch):
    monkeypatch.setattr(chain, "LONGEST", 3)
    events = [event for _ in range(4) for event in write_events(2)]
    assert [event.number for event in events] == [1, 2, 3, 4, 1, 2, 3, 4]
    assert [event.follows for event in events] == [None, *[event.id for event in events[:-1]]]
    assert len(list(chain.folder().iterdir())) == 2
    shutil.rmtree(chain.folder())
    remove(events[3])
    assert found() == named(events[3])


def test_writers_do_not_wait_for_each_other(log_db):
    """Each writes its event while the others' transactions are open; a wait would time out."""
    barrier = threading.Barrier(4, timeout=20)

    def write():
        with whole_province():
            note("同时")
            barrier.wait()
            note("同时")
            barrier.wait()

    threads = [in_thread(write) for _ in range(4)]
    for thread in threads:
        thread.join()
    assert not barrier.broken
    assert sorted(places()) == [1] * 4 + [2] * 4
    assert verify_now().problems == []


def test_record_asks_no_more_queries_than_event_and_queue_need(log_db, django_assert_num_queries):
    write_events(1)
    with whole_province():
        user = User.objects.get(username="county")
        with django_assert_num_queries(2):
            record("thing.done", user, by=SYSTEM)


def test_disk_that_is_full_fails_no_action(log_db, monkeypatch, caplog):
    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "write", fail)
    write_events(1)
    assert "无法写入审计写入者文件" in caplog.text
    assert verify_now().problems == []


def test_line_that_a_crash_cut_short_is_passed_over(log_db):
    write_events(2)
    (path,) = chain.folder().iterdir()
    with path.open("a") as file:
        file.write("3 0190")
    (chain.folder() / "README").write_text("1 x\n")
    assert verify_now().problems == []


# What was there before


def test_events_of_before_the_chains_stay_valid(log_db, monkeypatch):
    """Their code was made of the fields that there were then."""
    monkeypatch.setattr(recording, "take_place", of_before)
    old = write_events(3)
    monkeypatch.undo()
    fields = recording.SEALED_FIELDS[:-3]
    values = {name: getattr(old[0], name) for name in fields}
    payload = json.dumps(values, default=recording._plain, ensure_ascii=False, sort_keys=True).encode()
    assert code_of(payload) == bytes(old[0].mac)
    write_events(2)
    assert verify_now().problems == []
    assert seal_now() == 5
    assert verify_now().problems == []


def of_before(event_id):
    Unsealed.objects.create(event=Event(id=event_id))
    return Place(None, None, None)


def test_files_are_forgotten_a_day_after_all_is_sealed(log_db):
    write_events(2)
    (path,) = chain.folder().iterdir()
    yesterday = time.time() - 90_000
    os.utime(path, (yesterday, yesterday))
    forget_sealed_files()
    assert path.exists()
    seal_now()
    forget_sealed_files()
    assert not path.exists()
    write_events(1)
    assert verify_now().problems == []


def test_file_that_names_what_is_missing_is_kept(log_db):
    remove(write_events(2)[1])
    seal_now()
    (path,) = chain.folder().iterdir()
    os.utime(path, (0, 0))
    forget_sealed_files()
    assert path.exists()
