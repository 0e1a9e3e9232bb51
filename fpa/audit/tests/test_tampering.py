"""Some hundred random tamperings, each by someone who has the whole database or the file: each found, and named."""

import json
import random

import pytest

from fpa.audit.tests.log import Original, found, head_lines, owner, seal_now, write_events, write_head_lines

ROUNDS = 320
FIELDS = ("verb", "actor_name", "post_title", "unit_name", "path", "object_type", "object_id", "reason", "ip")


class Log:
    """The sealed events in order, the owner's connection, and a source of chance."""

    def __init__(self, events, them, chance):
        self.ids = [str(event.id) for event in sorted(events, key=lambda event: event.id)]
        self.them, self.chance = them, chance

    def pick(self, count=1):
        return self.chance.sample(self.ids, count)

    def run(self, statement, *values):
        self.them.execute(statement, values)


def flip_event(log):
    (one,) = log.pick()
    field = log.chance.choice(FIELDS)
    log.run(f"UPDATE audit_event SET {field} = {field} || '/' WHERE id = %s", one)
    return {("edited", one)}


def flip_time(log):
    (one,) = log.pick()
    log.run(
        "UPDATE audit_event SET at = at + make_interval(secs => %s) WHERE id = %s",
        log.chance.choice([-5, 0.000001, 86400]),
        one,
    )
    return {("edited", one)}


def flip_changes(log):
    (one,) = log.pick()
    log.run("UPDATE audit_event SET changes = jsonb_set(changes, '{n,1}', '2') WHERE id = %s", one)
    return {("edited", one)}


def flip_code(log):
    (one,) = log.pick()
    byte = log.chance.randrange(16)
    log.run(
        "UPDATE audit_event SET mac = set_byte(mac, %s, get_byte(mac, %s) # 1) WHERE id = %s", byte, byte, one
    )
    return {("edited", one)}


def delete_events(log):
    gone = log.pick(log.chance.randint(1, 4))
    log.run("DELETE FROM audit_event WHERE id = ANY(%s::uuid[])", gone)
    tail = set()
    for one in reversed(log.ids):
        if one not in gone:
            break
        tail.add(one)
    return {("cut_off" if one in tail else "deleted", one) for one in gone}


def cut_events(log):
    tail = log.ids[-log.chance.randint(1, 20) :]
    log.run("DELETE FROM audit_event WHERE id = ANY(%s::uuid[])", tail)
    return {("cut_off", one) for one in tail}


def swap_events(log):
    one, other = log.pick(2)
    spare = "00000000-0000-0000-0000-000000000000"
    for old, new in ((one, spare), (other, one), (spare, other)):
        log.run("UPDATE audit_event SET id = %s WHERE id = %s", new, old)
    return {("swapped", one), ("swapped", other)}


def insert_event(log):
    (one,) = log.pick()
    log.run("CREATE TEMP TABLE forged AS SELECT * FROM audit_event WHERE id = %s", one)
    forged = str(log.them.execute("UPDATE forged SET id = gen_random_uuid() RETURNING id").fetchone()[0])
    log.run("INSERT INTO audit_event TABLE forged")
    log.run("DROP TABLE forged")
    if log.chance.random() < 0.5:
        log.run("INSERT INTO audit_unsealed VALUES (%s)", forged)
    return {("inserted", forged)}


def flip_leaf(log):
    place = log.chance.randrange(len(log.ids))
    log.run(
        "UPDATE audit_leaf SET hash = set_byte(hash, 7, get_byte(hash, 7) # 1) WHERE position = %s", place
    )
    return {("leaf", log.ids[place])}


def delete_leaf(log):
    place = log.chance.randrange(len(log.ids))
    log.run("DELETE FROM audit_leaf WHERE position = %s", place)
    return {("leaf", log.ids[place])}


def swap_leaves(log):
    one, other = log.chance.sample(range(len(log.ids)), 2)
    for old, new in ((one, -9), (other, one), (-9, other)):
        log.run("UPDATE audit_leaf SET position = %s WHERE position = %s", new, old)
    return {("leaf", log.ids[one]), ("leaf", log.ids[other])}


def cut_leaves(log):
    place = len(log.ids) - log.chance.randint(1, 20)
    log.run("DELETE FROM audit_leaf WHERE position >= %s", place)
    return {("leaf", one) for one in log.ids[place:]}


def insert_leaf(log):
    stranger = str(log.them.execute("SELECT gen_random_uuid()").fetchone()[0])
    place = log.chance.choice([-3, len(log.ids), len(log.ids) + 7])
    log.run("INSERT INTO audit_leaf VALUES (%s, %s, sha256('x'))", place, stranger)
    return {("leaf", stranger)} | ({("file", "")} if place > 0 else set())


def change_head(log):
    change = log.chance.choice(
        [
            "UPDATE audit_treehead SET root = sha256('x') WHERE {}",
            "UPDATE audit_treehead SET frontier = frontier || '[\"00\"]' WHERE {}",
            "UPDATE audit_treehead SET sealed_at = sealed_at - interval '1 hour' WHERE {}",
            "DELETE FROM audit_treehead WHERE {}",
        ]
    )
    log.run(change.format("size = (SELECT size FROM audit_treehead ORDER BY random() LIMIT 1)"))
    return {("head", "")}


def change_line(log):
    """Flip a leaf in a line of the file."""
    lines = head_lines()
    n = log.chance.randrange(len(lines))
    head = json.loads(lines[n])
    leaf = log.chance.choice(head["leaves"])
    leaf[1] = f"{int(leaf[1], 16) ^ 1 << log.chance.randrange(256):064x}"
    write_head_lines([*lines[:n], json.dumps(head).encode() + b"\n", *lines[n + 1 :]])
    return {("file", leaf[0])}


def break_file(log):
    """Drop, swap, cut or spoil lines of the file."""
    lines = head_lines()
    one, other = sorted(log.chance.sample(range(len(lines)), 2))
    swapped = [*lines[:one], lines[other], *lines[one + 1 : other], lines[one], *lines[other + 1 :]]
    spoilt = [*lines[:one], lines[one][: log.chance.randrange(1, 60)] + b"\n", *lines[one + 1 :]]
    choices = [lines[:one] + lines[one + 1 :], swapped, lines[:other], spoilt, []]
    write_head_lines(log.chance.choice(choices))
    return {("file", "")}


TAMPERINGS = [
    flip_event, flip_time, flip_changes, flip_code, delete_events, cut_events, swap_events, insert_event,
    flip_leaf, delete_leaf, swap_leaves, cut_leaves, insert_leaf, change_head, change_line, break_file,
]  # fmt: skip


@pytest.fixture
def events(log_db):
    made = []
    for count in (7, 1, 16, 3, 9, 24):
        made += write_events(count)
        seal_now()
    return made


def test_tampering_is_found_and_named(events):
    """Nothing is missed, and nothing else is accused."""
    assert found() == set()
    with owner() as them:
        original = Original(them)
        log = Log(events, them, random.Random(20261124))
        for n in range(ROUNDS):
            tampering = TAMPERINGS[n % len(TAMPERINGS)]
            wanted = tampering(log)
            assert found() == wanted, (n, tampering.__name__)
            original.put_back()
    assert found() == set()
