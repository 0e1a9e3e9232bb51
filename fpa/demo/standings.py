"""The standings of cities and counties, as many as the figures file of the speech counts."""

from datetime import date, timedelta
from random import Random

from fpa.access.models import Kind, Level, Unit
from fpa.files.models import Document
from fpa.organization.models import Standing

COUNTS = {
    Level.CITY: {"listed": 14, "civil_service": 13, "three_fix": 14},
    Level.COUNTY: {"listed": 122, "civil_service": 109, "three_fix": 117},
}


def make_standings() -> None:
    """Give each level's units their standings; which units lack one is chosen by a fixed seed."""
    random = Random("standings")
    for level, counts in COUNTS.items():
        units = list(Unit.objects.filter(level=level, kind=Kind.ADMINISTRATIVE).order_by("path"))
        for kind, count in counts.items():
            holders = random.sample(units, count)
            standings = [_standing(unit, kind, random) for unit in holders]
            for standing, basis in zip(standings, _documents(standings), strict=True):
                standing.basis = basis
            Standing.objects.bulk_create(standings)


def _standing(unit: Unit, kind: str, random: Random) -> Standing:
    since = date(2008, 1, 1) + timedelta(days=random.randint(0, 5000))
    number = f"{unit.short_name}编〔{since.year}〕{random.randint(3, 90)}号"
    return Standing(unit=unit, path=unit.path, kind=kind, since=since, document=number)


def _documents(standings: list[Standing]) -> list[Document]:
    """The document that each standing rests on, at its own unit."""
    return Document.objects.bulk_create(
        Document(
            unit=standing.unit,
            path=standing.path,
            number=standing.document,
            issuer=f"中共{standing.unit.name}委机构编制委员会",
            issued_on=standing.since,
            title=f"关于{standing.unit.name}计划生育协会{standing}的批复",
        )
        for standing in standings
    )
