"""Reporting's boards and sums where a unit has moved: its path may be longer than its siblings' (design §4)."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import scoped
from fpa.organization.actions.units import move_unit
from fpa.reporting.models import Cell, Collection, Form, State, Submission
from fpa.reporting.progress import children_with_summaries, progress_of, totals_of

KEY = "visit.households"


@pytest.fixture
def moved(province_scope, actor, unit_of):
    """A township that stands under its whole code, since a sibling in its new county has its step."""
    unit = Unit.objects.get(code="431223100000")
    by = actor("city")
    with scoped(by.path):
        return move_unit(
            unit=unit, to_parent=unit_of("sibling"), on=date(2024, 3, 1), document="湘民发〔2024〕3号", by=by
        )


@pytest.fixture
def collection(moved, unit_of):
    """Villages of the moved township and of its twin, which was there before, have reported 5 and 7 households."""
    today = timezone.localdate()
    made = Collection.objects.create(
        form=Form.objects.get(code="visit"), unit=unit_of("province"), title="走访慰问", period="2023H1", fill_level=5,
        opens_on=today, due_on=today + timedelta(days=5), locks_on=today + timedelta(days=9),
    )  # fmt: skip
    twin = Unit.objects.get(path=f"{moved.parent.path}{moved.code[6:9]}/")
    for township, value in ((moved, 5), (twin, 7)):
        village = Unit.objects.filter(parent=township)[0]
        report = Submission.objects.create(
            collection=made, unit=village, state=State.APPROVED, first_submitted_at=timezone.now()
        )
        Cell.objects.create(
            submission=report, unit=village, key=KEY, period="2023H1", value=value, counted=True
        )
    return made


def test_progress_and_totals_stand_at_the_unit_that_moved(collection, moved):
    county = moved.parent
    children = children_with_summaries(collection, county)
    assert len({len(child.path) for child in children}) == 2
    progress, totals = (
        progress_of(collection, county, children),
        totals_of(collection, county, children),
    )
    assert progress.keys() == {county.path, *(child.path for child in children)}
    for child in children:
        assert progress[child.path].expected == Unit.objects.filter(parent=child).count()
    assert (progress[moved.path].approved, progress[county.path].approved) == (1, 2)
    assert {path: sums.get(KEY) for path, sums in totals.items() if len(path) > len(county.path)} == {
        moved.path: Decimal(5),
        f"{county.path}{moved.code[6:9]}/": Decimal(7),
    }
    assert totals[county.path][KEY] == 12


def test_pages_show_the_unit_that_moved_with_its_own_numbers(collection, moved, client_as):
    page = client_as("sibling").get(f"/collections/{collection.pk}/totals/").content.decode()
    row = page.split(f">{moved.name}</a>")[1].split("</tr>")[0]
    assert ">5<" in row
