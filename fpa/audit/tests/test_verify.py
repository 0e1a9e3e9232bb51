"""What verification says of a log that is whole, waits, or was tampered with in one known way."""

import fcntl
import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fpa.audit import heads
from fpa.audit import verify as module
from fpa.audit.tests.log import found, head_lines, owner, seal_now, verify_now, write_events, write_head_lines


@pytest.fixture
def events(log_db):
    """Twelve events under three heads, in the order of the log."""
    made = []
    for _ in range(3):
        made += sorted(write_events(4), key=lambda event: event.id)
        seal_now()
    return made


def tamper(statement, *values):
    with owner() as them:
        them.execute(statement, values)


def test_verify_of_an_untouched_log_finds_nothing(events):
    write_events(2)
    verdict = verify_now()
    assert (verdict.events, verdict.sealed, verdict.waiting, verdict.problems) == (14, 12, 2, [])


def test_verify_of_an_empty_log_finds_nothing(log_db):
    assert verify_now() == module.Verification(0, 0, 0, [])


def test_verify_names_a_false_code(events):
    tamper("UPDATE audit_event SET mac = sha256('x') WHERE id = %s", events[3].id)
    assert found() == {("edited", str(events[3].id))}


def test_verify_names_an_event_taken_from_the_queue(events):
    left, gone = write_events(2)
    tamper("DELETE FROM audit_unsealed WHERE event_id = %s", left.id)
    tamper("DELETE FROM audit_event WHERE id = %s", gone.id)
    assert found() == {("unqueued", str(left.id)), ("deleted", str(gone.id))}


def test_verify_names_an_inserted_event_with_a_leaf_of_its_own(events):
    """Whoever forges leaf, head and frontier with the event still lacks the key and the file."""
    forged = insert_copy(events[0])
    tamper("INSERT INTO audit_leaf VALUES (12, %s, sha256('x'))", forged)
    tamper("INSERT INTO audit_treehead SELECT 13, root, frontier, sealed_at FROM audit_treehead LIMIT 1")
    assert {("edited", forged), ("file", ""), ("head", "")} <= found()


def insert_copy(event):
    """Insert another event's row under a number of its own."""
    with owner() as them:
        them.execute("CREATE TEMP TABLE forged AS SELECT * FROM audit_event WHERE id = %s", [event.id])
        row = them.execute("UPDATE forged SET id = gen_random_uuid() RETURNING id").fetchone()
        them.execute("INSERT INTO audit_event TABLE forged")
    assert row is not None
    return str(row[0])


def test_verify_names_an_event_that_took_anothers_place(events):
    """The leaf of a sealed event is pointed at a forged one: the leaf, and the forged event."""
    forged = insert_copy(events[0])
    tamper("UPDATE audit_leaf SET event_id = %s WHERE position = 5", forged)
    assert found() == {("leaf", str(events[5].id)), ("inserted", forged)}


def test_verify_tells_cut_off_from_deleted(events):
    tamper("DELETE FROM audit_event WHERE id = ANY(%s)", [events[2].id, events[10].id, events[11].id])
    wanted = {
        ("deleted", str(events[2].id)),
        ("cut_off", str(events[10].id)),
        ("cut_off", str(events[11].id)),
    }
    assert found() == wanted


def test_verify_finds_a_tail_cut_off_in_every_table(events):
    tamper("DELETE FROM audit_event WHERE id = ANY(%s)", [e.id for e in events[8:]])
    tamper("DELETE FROM audit_leaf WHERE position >= 8")
    tamper("DELETE FROM audit_treehead WHERE size > 8")
    wanted = {(kind, str(e.id)) for e in events[8:] for kind in ("cut_off", "leaf")}
    assert found() == wanted | {("head", "")}


def test_verify_without_the_file_goes_on_with_the_database(events):
    write_head_lines([])
    tamper("UPDATE audit_event SET reason = 'x' WHERE id = %s", events[4].id)
    assert found() == {("file", ""), ("edited", str(events[4].id))}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda lines: [lines[0], b"{half\n", lines[2]], ["第 2 行无法读取", "缺少第 5 至 8 条"]),
        (lambda lines: [lines[0], b"[1]\n", lines[2]], ["第 2 行无法读取", "缺少第 5 至 8 条"]),
        (lambda lines: [lines[0], lines[2]], ["缺少第 5 至 8 条"]),
        (lambda lines: [lines[1], lines[0], lines[2]], ["缺少第 1 至 4 条", "第 2 行不在应有的位置"]),
        (lambda lines: lines[:2], ["缺少第 9 至 12 条"]),
        (lambda lines: [*lines, lines[2]], ["第 4 行不在应有的位置"]),
        (lambda lines: [lines[0], without_leaves(lines[1]), lines[2]], ["第 2 行不在应有的位置"]),
        (lambda lines: [*lines[:2], lines[2][:-30]], ["第 3 行无法读取", "缺少第 9 至 12 条"]),
    ],
)
def test_verify_names_the_line_of_the_file(events, change, said):
    write_head_lines(change(head_lines()))
    details = [p.detail for p in verify_now().problems]
    assert {p.kind for p in verify_now().problems} == {"file"}
    for words in said:
        assert any(words in detail for detail in details), (words, details)


def without_leaves(line):
    return json.dumps(json.loads(line) | {"leaves": []}).encode() + b"\n"


def test_verify_tells_a_changed_line_from_a_changed_event(events):
    """A leaf changed in the file alone is the file's fault: the event is not accused."""
    lines = head_lines()
    head = json.loads(lines[1])
    head["leaves"][2][1] = "ab" * 32
    write_head_lines([lines[0], json.dumps(head).encode() + b"\n", lines[2]])
    assert found() == {("file", str(events[6].id))}


def test_verify_names_a_changed_root_of_the_file(events):
    lines = head_lines()
    head = json.loads(lines[1]) | {"root": "ab" * 32}
    write_head_lines([lines[0], json.dumps(head).encode() + b"\n", lines[2]])
    assert [p.detail for p in verify_now().problems] == ["库外文件第 2 行的根被改动"]


def test_verify_finds_leaves_and_heads_where_none_belong(events):
    tamper("INSERT INTO audit_leaf VALUES (-1, gen_random_uuid(), ''), (14, gen_random_uuid(), '')")
    tamper(
        "INSERT INTO audit_treehead SELECT n, root, frontier, sealed_at"
        " FROM audit_treehead, unnest(ARRAY[0, 6]) n WHERE size = 8"
    )
    kinds = [problem.kind for problem in verify_now().problems]
    assert kinds.count("head") == 2
    assert kinds.count("leaf") == 2


def test_verify_asks_a_fixed_number_of_queries(log_db):
    counts = []
    for _ in range(2):
        for _ in range(4):
            write_events(10)
            seal_now()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            verify_now()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_verify_goes_in_batches(events, monkeypatch):
    monkeypatch.setattr(module, "BATCH", 3)
    tamper("DELETE FROM audit_event WHERE id = ANY(%s)", [events[0].id, events[7].id])
    tamper(
        "UPDATE audit_event a SET reason = b.reason, mac = b.mac"
        " FROM audit_event b WHERE a.id = %s AND b.id = %s",
        events[3].id,
        events[9].id,
    )
    assert ("deleted", str(events[0].id)) in found()
    assert ("deleted", str(events[7].id)) in found()
    assert {e for k, e in found() if k in ("edited", "swapped")} == {str(events[3].id)}


def test_verify_of_many_changed_events_stays_quick(log_db, monkeypatch):
    """A swap is looked for among the events of its second only: tries grow with the changes, not with their square."""
    tries = []
    hashed = module.leaf_hash

    def count_and_hash(data):
        tries.append(data)
        return hashed(data)

    monkeypatch.setattr(module, "leaf_hash", count_and_hash)
    monkeypatch.setattr(module, "SWAP_WINDOW_MS", 1)
    write_events(400)
    seal_now()
    tamper("UPDATE audit_event SET reason = reason || 'x'")
    assert len([p for p in verify_now().problems if p.kind == "edited"]) == 400
    assert len(tries) < 400 * 20


SAID = {
    "an edited event": (
        "UPDATE audit_event SET reason = 'x' WHERE id = %(one)s",
        "edited",
        "内容与封存时不同",
    ),
    "a false code": (
        "UPDATE audit_event SET mac = sha256('x') WHERE id = %(one)s",
        "edited",
        "鉴别码与封存时不同",
    ),
    "a deleted event": ("DELETE FROM audit_event WHERE id = %(one)s", "deleted", "已封存的事件被删除"),
    "a cut-off event": (
        "DELETE FROM audit_event WHERE id = %(last)s",
        "cut_off",
        "日志末尾被截断，该事件缺失",
    ),
    "a changed leaf": (
        "UPDATE audit_leaf SET hash = sha256('x') WHERE event_id = %(one)s",
        "leaf",
        "第 5 位的叶子被改动",
    ),
    "a deleted leaf": ("DELETE FROM audit_leaf WHERE event_id = %(one)s", "leaf", "第 5 位的叶子被删除"),
    "a changed head": (
        "UPDATE audit_treehead SET root = sha256('x') WHERE size = 8",
        "head",
        "数据库中第 8 条处的树头与封存时不符",
    ),
    "a deleted head": (
        "DELETE FROM audit_treehead WHERE size = 8",
        "head",
        "数据库中第 8 条处的树头缺失",
    ),
}


@pytest.mark.parametrize("case", SAID)
def test_verify_says_what_is_wrong_and_of_which_event(events, case):
    statement, kind, detail = SAID[case]
    with owner() as them:
        them.execute(statement, {"one": events[5].id, "last": events[11].id})
    (problem,) = verify_now().problems
    wanted = {"head": "", "cut_off": str(events[11].id)}.get(kind, str(events[5].id))
    assert (problem.kind, problem.event_id, problem.detail) == (kind, wanted, detail)


def test_verify_names_both_of_a_swap_with_each_other(events):
    one, other = events[4].id, events[5].id
    spare = "00000000-0000-0000-0000-000000000000"
    for old, new in ((one, spare), (other, one), (spare, other)):
        tamper("UPDATE audit_event SET id = %s WHERE id = %s", new, old)
    assert {(p.kind, p.event_id, p.detail) for p in verify_now().problems} == {
        ("swapped", str(one), f"内容与事件 {other} 互换"),
        ("swapped", str(other), f"内容与事件 {one} 互换"),
    }


def test_verify_names_who_waits_and_was_changed(events):
    """An event that waits has its code alone, and that is enough."""
    (waiting,) = write_events(1)
    tamper("UPDATE audit_event SET verb = 'thing.undone' WHERE id = %s", waiting.id)
    assert found() == {("inserted", str(waiting.id))}


def test_verify_names_an_inserted_event_in_words(events):
    forged = insert_copy(events[0])
    assert [(p.kind, p.event_id, p.detail) for p in verify_now().problems] == [
        ("inserted", forged, "不是由平台写入的事件（鉴别码不符）")
    ]


@pytest.mark.parametrize("content", [b"\x00\xff" * 50, b"\n\n\n", b"{}\n[]\n", "树头\n".encode()])
def test_verify_of_a_file_that_is_none_goes_on_with_the_database(events, content):
    write_head_lines([content])
    verdict = verify_now()
    assert {problem.kind for problem in verdict.problems} == {"file"}
    assert verdict.problems[-1].detail == "库外文件缺少第 1 至 12 条的树头"
    assert (verdict.events, verdict.sealed) == (12, 12)


def test_verify_of_leaves_that_are_no_hashes_goes_on_without_the_file(events):
    """The file is lost, and the database that is to stand in for it is spoilt too."""
    write_head_lines([])
    tamper("UPDATE audit_leaf SET hash = 'x' WHERE event_id = %s", events[5].id)
    said = {(problem.kind, problem.detail) for problem in verify_now().problems}
    assert ("head", "数据库中第 8 条处的树头有不是散列值的叶子") in said
    assert ("file", "库外文件缺少第 1 至 12 条的树头") in said


def test_verify_of_a_log_that_is_gone_names_every_event(events):
    tamper("TRUNCATE audit_event, audit_leaf, audit_treehead")
    wanted = {(kind, str(event.id)) for event in events for kind in ("cut_off", "leaf")}
    assert found() == wanted | {("head", "")}
    assert verify_now().events == 0


def test_verify_awaiting_a_sealer_between_its_commit_and_the_file(log_db):
    """Until the sealer has written its line the file is behind the database, and that is no tampering."""
    write_events(2)
    seal_now()
    write_events(3)
    lines = head_lines()
    seal_now()
    newest = head_lines()[-1]
    write_head_lines(lines)
    with ThreadPoolExecutor(1) as pool, heads.locked() as file:
        verdict = pool.submit(in_own_connection)
        with pytest.raises(TimeoutError):
            verdict.result(timeout=0.05)
        file.write(newest)
        file.flush()
        fcntl.flock(file, fcntl.LOCK_UN)
        assert verdict.result(timeout=30).problems == []


def in_own_connection():
    try:
        return verify_now()
    finally:
        connection.close()


def test_every_kind_of_problem_has_its_words():
    """The kinds that the sources say are those that the screen can name."""
    said = set()
    for name in ("verify", "trusted"):
        source = Path(module.__file__).with_name(f"{name}.py").read_text()
        said |= set(re.findall(r'say\(\s*"(\w+)"', source))
    assert said <= module.WORDS.keys()
    assert len(set(module.WORDS.values())) == len(module.WORDS)
