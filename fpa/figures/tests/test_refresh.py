"""Facts follow the records: joins, leaves, transfers, bulk work, days and units that move."""

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.figures import queries
from fpa.figures.freshness import refresh


def test_refresh_counts_units_from_the_start(whole_province):
    refresh()
    province = Unit.objects.get(level=1)
    found = queries.read(
        ["org.county.total", "org.city.total", "member.total", "visit.households"],
        province,
        Period.parse("2023H1"),
    )
    assert [r.value for r in found.values()] == [122, 14, 0, None]
    assert refresh() == 0
