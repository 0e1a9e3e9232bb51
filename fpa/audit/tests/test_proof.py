"""Where one event stands, and that the published root holds it."""

import pytest

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.audit.proof import LogProgress, standing_of
from fpa.audit.tests.log import owner, seal_now, write_events


@pytest.fixture
def events(log_db):
    made = []
    for count in (1, 3, 6, 1):
        made += write_events(count)
        seal_now()
    return sorted(made, key=lambda event: event.id)


def stored(event):
    with whole_province():
        return Event.objects.get(pk=event.pk)


def test_proof_holds_for_every_event(events):
    for n, event in enumerate(events):
        standing = standing_of(stored(event))
        assert (standing.is_genuine, standing.position, standing.is_included) == (True, n, True)
        assert standing.head is not None
        assert standing.head.size in (1, 4, 10, 11)


def test_proof_of_a_waiting_event_is_none_yet(events):
    (waiting,) = write_events(1)
    assert standing_of(stored(waiting)) == LogProgress(is_genuine=True)


@pytest.mark.parametrize(
    ("damage", "genuine"),
    [
        ("UPDATE audit_event SET reason = 'x' WHERE id = %(id)s", False),
        ("UPDATE audit_leaf SET hash = sha256('x') WHERE position = 5", True),
        ("UPDATE audit_treehead SET root = sha256('x')", True),
        ("DELETE FROM audit_leaf WHERE position = 5", True),
        ("UPDATE audit_treehead SET frontier = '[]'", True),
    ],
)
def test_proof_fails_where_anything_was_changed(events, damage, genuine):
    with owner() as them:
        them.execute(damage, {"id": events[6].id})
    standing = standing_of(stored(events[6]))
    assert (standing.is_genuine, standing.is_included) == (genuine, False)


def test_proof_reads_a_fixed_number_of_rows(events, django_assert_num_queries):
    with whole_province():
        event = Event.objects.get(pk=events[-1].pk)
        with django_assert_num_queries(4):
            standing_of(event)


def test_proof_stays_as_it_is_while_the_log_grows(events):
    before = [standing_of(stored(event)) for event in events]
    write_events(9)
    seal_now()
    assert [standing_of(stored(event)) for event in events] == before


def test_proof_of_a_forged_event_on_anothers_leaf_fails(events):
    """Whoever points a sealed leaf at an event of their own has neither its code nor the root."""
    with owner() as them:
        them.execute("CREATE TEMP TABLE forged AS SELECT * FROM audit_event WHERE id = %s", [events[2].id])
        them.execute("UPDATE forged SET id = gen_random_uuid(), reason = '伪造'")
        them.execute("INSERT INTO audit_event TABLE forged")
        them.execute("UPDATE audit_leaf SET event_id = (SELECT id FROM forged) WHERE position = 2")
    with whole_province():
        forged = Event.objects.get(reason="伪造")
    standing = standing_of(forged)
    assert (standing.is_genuine, standing.position, standing.is_included) == (False, 2, False)


def test_proof_of_an_event_whose_head_is_gone_is_the_next_ones(events):
    """A root proves everything before it: the head that sealed an event is not the only one that holds it."""
    with owner() as them:
        them.execute("DELETE FROM audit_treehead WHERE size = 4")
    standing = standing_of(stored(events[2]))
    assert standing.head is not None
    assert (standing.head.size, standing.is_included) == (10, True)


def test_proof_of_an_event_without_any_later_head_is_none(events):
    with owner() as them:
        them.execute("DELETE FROM audit_treehead WHERE size = 11")
    assert standing_of(stored(events[10])) == LogProgress(is_genuine=True)
    assert standing_of(stored(events[9])).is_included


@pytest.mark.parametrize("place", [0, 3, 9])
def test_proof_does_not_hold_for_a_neighbour(events, place):
    """Two leaves that changed places prove neither event."""
    with owner() as them:
        for old, new in ((place, -1), (place + 1, place), (-1, place + 1)):
            them.execute("UPDATE audit_leaf SET position = %s WHERE position = %s", [new, old])
    for event in events[place : place + 2]:
        assert not standing_of(stored(event)).is_included
