"""Row numbers that sort by time, the key ring of the process, and the platform as an actor."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace
from pathlib import Path

import pytest
from django.conf import settings as platform

from fpa.access.roles import ROLES
from fpa.core.actor import SYSTEM, Actor
from fpa.core.crypto import BadKeyring, Keyring, Tampered, generate_keyring, rotate_keyring
from fpa.core.ids import uuid7
from fpa.core.keys import keyring

CELL = {"table": "person", "column": "id_number", "row": "r"}


def test_uuid7_has_the_version_and_variant_of_the_standard() -> None:
    for made in (uuid7() for _ in range(200)):
        assert (made.version, made.variant) == (7, "specified in RFC 4122")


def test_uuid7_begins_with_the_milliseconds_of_its_making() -> None:
    before = time.time_ns() // 1_000_000
    moment = uuid7().int >> 80
    assert before <= moment <= time.time_ns() // 1_000_000


def test_uuid7_sorts_by_time_as_number_text_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = [1, 1_000_000, 10**15, 1_700_000_000_000_000_000, 1_700_000_000_001_000_000, 2**47 * 10**6]
    made = []
    for moment in moments:
        monkeypatch.setattr(time, "time_ns", lambda moment=moment: moment)
        made.append(uuid7())
    assert [u.int >> 80 for u in made] == [moment // 1_000_000 for moment in moments]
    first, *rest = made
    assert rest == sorted(rest)
    assert sorted(map(str, rest)) == [str(u) for u in rest]
    assert sorted(u.bytes for u in rest) == [u.bytes for u in rest]
    assert first < rest[1]


def test_uuid7_made_at_the_same_moment_by_many_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time, "time_ns", lambda: 1_700_000_000_000_000_000)
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: uuid7(), range(5_000)))
    assert len(set(made)) == 5_000
    assert len({u.int >> 80 for u in made}) == 1


# The ring of the process


@pytest.fixture
def ring_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Another ring's file for this process; the platform's own is read again afterwards."""
    monkeypatch.setattr(platform, "KEYRING_FILE", tmp_path / "keyring.json")
    keyring.cache_clear()
    yield tmp_path / "keyring.json"
    keyring.cache_clear()


def test_keyring_is_read_once_and_holds_until_the_process_ends(ring_file: Path) -> None:
    """A rotation needs a restart: until then the old active key goes on, and what it seals stays readable."""
    generate_keyring(ring_file)
    before = keyring()
    rotated = rotate_keyring(ring_file)
    assert keyring() is before
    assert before.active == 1
    assert rotated.decrypt(keyring().encrypt("张三", **CELL), **CELL) == "张三"
    keyring.cache_clear()
    assert keyring().active == 2


def test_keyring_that_is_missing_is_asked_for_again(ring_file: Path) -> None:
    """Nothing is made up in its place, and the failure is not remembered."""
    with pytest.raises(BadKeyring, match="读不到密钥环文件"):
        keyring()
    assert not ring_file.exists()
    generate_keyring(ring_file)
    assert keyring().active == 1


def test_a_new_ring_in_place_of_the_old_reads_nothing_of_it(ring_file: Path) -> None:
    """The same key number, another key: the answer is a refusal, never another text."""
    token = generate_keyring(ring_file).encrypt("430102199001021234", **CELL)
    ring_file.unlink()
    other = generate_keyring(ring_file)
    assert other.active == 1
    with pytest.raises(Tampered):
        other.decrypt(token, **CELL)


def test_rotations_over_and_over_keep_every_key_and_every_token(ring_file: Path) -> None:
    rings = [generate_keyring(ring_file)] + [rotate_keyring(ring_file) for _ in range(4)]
    tokens = [ring.encrypt(f"第{n}次", **CELL) for n, ring in enumerate(rings)]
    last = Keyring.load(ring_file)
    assert sorted(last.keys) == [1, 2, 3, 4, 5]
    assert [last.decrypt(token, **CELL) for token in tokens] == [f"第{n}次" for n in range(5)]
    assert [last.needs_rotation(token) for token in tokens] == [True] * 4 + [False]
    assert len({key.secret for key in last.keys.values()}) == 5
    assert len({ring.index("x", column="phone") for ring in rings}) == 1


def test_a_token_sealed_again_is_the_active_keys(ring_file: Path) -> None:
    old = generate_keyring(ring_file).encrypt("张三", **CELL)
    ring = rotate_keyring(ring_file)
    new = ring.encrypt(ring.decrypt(old, **CELL), **CELL)
    assert (ring.needs_rotation(old), ring.needs_rotation(new)) == (True, False)
    assert len(new) == len(old)


# Who acts


def test_the_platform_itself_may_nothing_and_is_nobody() -> None:
    every = frozenset().union(*(role.permissions for role in ROLES.values()))
    assert not any(map(SYSTEM.may, every))
    assert (SYSTEM.user_id, SYSTEM.post_id, SYSTEM.path, SYSTEM.name) == (None, None, "/", "系统")


@pytest.mark.parametrize("asked", ["member", "member.", "member.view.all", "", "MEMBER.VIEW", "*"])
def test_an_actor_may_exactly_what_is_named(asked: str) -> None:
    actor = Actor(user_id=1, name="x", permissions=frozenset({"member.view"}))
    assert actor.may("member.view")
    assert not actor.may(asked)


def test_an_actor_is_for_one_request_and_not_changed_in_it() -> None:
    actor = Actor(user_id=1, name="x")
    with pytest.raises(FrozenInstanceError):
        actor.path = "/12/"  # type: ignore[misc]
    assert replace(actor, path="/12/") != actor
