"""Where one event stands, and that the published root holds it."""

import pytest

from fpa.access.scope import everything
from fpa.audit.models import Event
from fpa.audit.proof import Standing, standing_of
from fpa.audit.tests.log import owner, seal_now, write_events


@pytest.fixture
def events(log_db):
    made = []
    for count in (1, 3, 6, 1):
        made += write_events(count)
        seal_now()
    return sorted(made, key=lambda event: event.id)


def stored(event):
    with everything():
        return Event.objects.get(pk=event.pk)


def test_proof_holds_for_every_event(events):
    for n, event in enumerate(events):
        standing = standing_of(stored(event))
        assert (standing.is_genuine, standing.position, standing.is_included) == (True, n, True)
        assert standing.head is not None
        assert standing.head.size in (1, 4, 10, 11)


def test_proof_of_a_waiting_event_is_none_yet(events):
    (waiting,) = write_events(1)
    assert standing_of(stored(waiting)) == Standing(is_genuine=True)


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
    with everything():
        event = Event.objects.get(pk=events[-1].pk)
        with django_assert_num_queries(4):
            standing_of(event)
