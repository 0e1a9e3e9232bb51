"""What a moved unit holds with others stays in its sight."""

from datetime import date

from fpa.access.models import Unit
from fpa.access.scope import scoped
from fpa.core.actor import SYSTEM
from fpa.organization.actions.units import move_unit
from fpa.training.models import Session


def test_moved_unit_still_sees_what_it_holds_with_others(hold, unit_of):
    township = unit_of("township")
    session = hold("province", level=1, organizer=f"{township.code} {township.name}")
    assert session.co_holders == [township.path]
    move_unit(unit=township, to_parent=unit_of("sibling"), on=date(2024, 1, 1), document="批复", by=SYSTEM)
    moved = Unit.objects.get(pk=township.pk)
    assert moved.path != township.path
    with scoped(moved.path):
        assert Session.objects.get().co_holders == [moved.path]
