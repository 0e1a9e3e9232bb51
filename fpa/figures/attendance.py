"""人次 and 人 of what is held: who stood on the lists, counted on the record, or told one from another."""

from operator import attrgetter

from django.db.models import CharField, Count, F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce, Concat

from fpa.core.lists import Column
from fpa.figures.cuts import Cut
from fpa.figures.figure import amount_of
from fpa.pages.held import HeldLevel

COUNTED = amount_of("counted")
"""What a record of `with_count` brings: the `measure` of its figure is `counted`."""
PERSON = Column("person", "单位和姓名", attrgetter("person_name"))
"""Who a row of `with_persons` is: the `subject` of its figure is `person`."""

COUNTED_LEVELS = Cut(
    key="level", name="级别", by="level", values={str(v): word for v, word in HeldLevel.choices[:4]}
)
"""By whom it was held: what is held below the county is not counted by level."""


def with_count(rows: QuerySet, people: QuerySet, of: str) -> QuerySet:
    """Each row with the number of the `people` whose key `of` leads to it."""
    found = people.filter(**{of: OuterRef("pk")}).order_by().values(of)
    return rows.annotate(counted=Coalesce(Subquery(found.annotate(n=Count("pk")).values("n")), 0))


def with_persons(rows: QuerySet, people: str) -> QuerySet:
    """A row for each of its people, by the name of the way to them; one of the same unit and name is one person."""
    name = f"{people}__name"
    return rows.annotate(
        person=Concat(Cast(f"{people}__unit_id", CharField()), Value(" "), F(name)),
        person_name=Concat(F(f"{people}__unit__name"), Value(" "), F(name)),
    )
