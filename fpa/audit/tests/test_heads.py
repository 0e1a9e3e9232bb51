"""The file of tree heads: what is a head and what is not, where it ends, and that readers and sealers keep apart."""

import fcntl
import json
from dataclasses import asdict
from pathlib import Path

import pytest
from django.conf import settings

from fpa.access.scope import whole_province
from fpa.audit import heads
from fpa.audit.heads import Head, parse
from fpa.audit.models import TreeHead
from fpa.audit.tests.log import (
    found,
    head_lines,
    owner,
    seal_now,
    verify_now,
    write_events,
    write_head_lines,
)

LEAF = ["018f0000-0000-7000-8000-000000000000", "ab" * 32]
GOOD = {"size": 3, "root": "cd" * 32, "sealed_at": "2026-11-24T08:00:00+00:00", "leaves": [LEAF, LEAF]}


def line(**changes):
    return json.dumps(GOOD | changes).encode()


def test_parse_gives_a_head_with_its_first_position():
    head = parse(line())
    assert head == Head(3, "cd" * 32, "2026-11-24T08:00:00+00:00", [tuple(LEAF), tuple(LEAF)])
    assert head.start == 1


@pytest.mark.parametrize(
    "same",
    [
        line() + b"\n",
        b"  " + line() + b"\r\n",
        line(size="3"),
        line(root="CD" * 32),
        line(leaves=[[LEAF[0], "AB" * 32], LEAF]),
    ],
)
def test_parse_takes_other_writings_of_the_same_head(same):
    assert parse(same) == parse(line())


NO_HEADS = {
    "nothing": b"",
    "half a line": line()[:-9],
    "two heads": line() + line(),
    "no text": b"\x00\xff\xfe",
    "null": b"null",
    "a number": b"7",
    "a list": b"[]",
    "one field missing": json.dumps({key: GOOD[key] for key in ("size", "root", "leaves")}).encode(),
    "one field more": line(mac="ab"),
    "a size in words": line(size="drei"),
    "no size": line(size=None),
    "a root that is no hash": line(root="xyz"),
    "a root that is a number": line(root=7),
    "leaves that are none": line(leaves=7),
    "a leaf of three": line(leaves=[[*LEAF, "x"]]),
    "a leaf of one": line(leaves=[["x"]]),
    "a leaf whose hash is none": line(leaves=[[LEAF[0], "g" * 64]]),
    "a leaf that is null": line(leaves=[None]),
    "a leaf of no event": line(leaves=[["x", LEAF[1]]]),
    "a leaf of a numbered event": line(leaves=[[7, LEAF[1]]]),
    "a leaf whose hash is short": line(leaves=[[LEAF[0], "ab"]]),
    "a size without end": line(size=float("inf")),
    "a size below all": line(size=float("-inf")),
    "a size that is no number": line(size=float("nan")),
    "a size that no database holds": line(size=2**63),
    "brackets without end": b"[" * 100_000,
    "brackets deep in a head": line()[:-1] + b', "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
}


@pytest.mark.parametrize("case", NO_HEADS)
def test_parse_gives_none_for_what_is_no_head(case):
    assert parse(NO_HEADS[case]) is None


@pytest.mark.parametrize("case", NO_HEADS)
def test_verify_names_the_line_that_is_no_head(log_db, case):
    """In the middle or at the end, whatever it holds: reported, never an exception, and sealing goes on."""
    write_events(2)
    seal_now()
    write_head_lines([*head_lines(), NO_HEADS[case] + b"\n"])
    said = ("file", "", "库外文件第 2 行无法读取")
    assert [(p.kind, p.event_id, p.detail) for p in verify_now().problems] == [said]
    write_events(1)
    assert seal_now() == 1
    assert [(p.kind, p.event_id, p.detail) for p in verify_now().problems] == [said]


def test_head_survives_the_way_through_the_file(log_db):
    write_events(3)
    seal_now()
    with whole_province():
        (own,) = heads.from_database(0, 3)
    assert parse(head_lines()[0]) == own
    assert json.loads(head_lines()[0]) == json.loads(json.dumps(asdict(own)))


def test_published_is_the_last_whole_line(log_db):
    assert heads.published() == (None, 0)
    for _ in range(2):
        write_events(1)
        seal_now()
    assert heads.published()[0].size == 2
    whole = head_lines()
    write_head_lines([whole[0], whole[1][:-1]])
    assert heads.published()[0].size == 1
    write_head_lines([*whole, b"null\n"])
    assert (heads.published()[0].size, heads.published()[1]) == (2, 1)
    write_head_lines([])
    assert heads.published() == (None, 0)


@pytest.mark.parametrize("block", [7, heads.BLOCK])
@pytest.mark.parametrize(
    ("after", "size", "unreadable"),
    [
        ([], 2, 0),
        ([b"null\n"], 2, 1),
        ([b"\n", b"x" * 99 + b"\n", b"{}\n"], 2, 3),
        ([b"null\n", b"cut sh"], 2, 1),
    ],
)
def test_last_head_is_found_before_lines_that_are_none(log_db, monkeypatch, block, after, size, unreadable):
    monkeypatch.setattr(heads, "BLOCK", block)
    for _ in range(2):
        write_events(1)
        seal_now()
    write_head_lines([*head_lines(), *after])
    with heads.locked(shared=True) as file:
        last, lines = heads.last(file)
    assert (last and last.size, lines) == (size, unreadable)


def test_last_head_of_a_file_without_any_is_none(log_db):
    write_head_lines([b"null\n", b"[]\n"])
    with heads.locked(shared=True) as file:
        assert heads.last(file) == (None, 2)


def test_published_does_not_wait_for_a_sealer(log_db):
    write_events(1)
    seal_now()
    with heads.locked():
        assert heads.published()[0].size == 1


def test_publishing_again_adds_nothing(log_db):
    write_events(2)
    seal_now()
    before = head_lines()
    with whole_province(), heads.locked() as file:
        heads.publish(file)
        heads.publish(file)
    assert head_lines() == before


def test_publishing_into_a_lost_file_writes_it_all_again(log_db):
    for _ in range(3):
        write_events(1)
        seal_now()
    before = head_lines()
    settings.TREE_HEAD_FILE.unlink()
    with whole_province(), heads.locked() as file:
        heads.publish(file)
    assert head_lines() == before
    assert found() == set()


@pytest.mark.parametrize(
    ("mine", "theirs", "free"),
    [
        (True, fcntl.LOCK_SH, True),
        (True, fcntl.LOCK_EX, False),
        (False, fcntl.LOCK_SH, False),
        (False, fcntl.LOCK_EX, False),
    ],
)
def test_readers_share_the_file_and_a_sealer_has_it_alone(log_db, mine, theirs, free):
    with heads.locked(shared=mine), Path(settings.TREE_HEAD_FILE).open("rb") as other:
        if free:
            fcntl.flock(other, theirs | fcntl.LOCK_NB)
        else:
            with pytest.raises(BlockingIOError):
                fcntl.flock(other, theirs | fcntl.LOCK_NB)


def test_file_is_made_with_its_folder(log_db, settings, tmp_path):
    settings.TREE_HEAD_FILE = tmp_path / "new" / "folder" / "heads.jsonl"
    write_events(1)
    seal_now()
    assert [json.loads(one)["size"] for one in head_lines()] == [1]


def test_file_of_another_log_is_named_whole(log_db):
    """A file that was put in the place of this one proves nothing of this log, and is said to."""
    write_events(2)
    seal_now()
    foreign = head_lines()
    with owner() as them:
        them.execute("TRUNCATE audit_event, audit_leaf, audit_treehead, audit_unsealed")
    settings.TREE_HEAD_FILE.unlink()
    write_events(2)
    seal_now()
    write_head_lines(foreign)
    kinds = {problem.kind for problem in verify_now().problems}
    assert {"leaf", "cut_off", "head"} <= kinds


def test_database_that_went_back_in_time_lacks_what_the_file_has(log_db):
    """An older backup without its own file: what was sealed after it is named as cut off, none is accused else."""
    write_events(2)
    seal_now()
    later = write_events(3)
    seal_now()
    with owner() as them:
        them.execute("DELETE FROM audit_event WHERE id = ANY(%s)", [[event.id for event in later]])
        them.execute("DELETE FROM audit_leaf WHERE position >= 2")
        them.execute("DELETE FROM audit_treehead WHERE size > 2")
    assert found() == {(kind, str(e.id)) for e in later for kind in ("cut_off", "leaf")} | {("head", "")}
    assert TreeHead.objects.latest("size").size == 2
