"""A small world in which every declared figure has records: members, staff, standings, training, and reported cells."""

from datetime import date
from decimal import Decimal

from django.utils import timezone

from fpa.access.models import Unit
from fpa.figures.freshness import mark_stale, refresh
from fpa.membership.models import Member
from fpa.organization.models import Staff, StaffKind, Standing, StandingKind
from fpa.people.tests.people import make_member, make_staff
from fpa.registers.models import Entry
from fpa.reporting.models import Cell, Collection, Form, Item, State, Submission
from fpa.reporting.standard_forms import ensure_forms
from fpa.training.models import Certificate, Participant, Session
from tests.cast import cast_unit

PERIODS = {"campaign529": "2023-05", "visit": "2023H1"}
DAYS = {"opens_on": date(2023, 5, 1), "due_on": date(2023, 7, 10), "locks_on": date(2023, 7, 20)}


def make_world() -> None:
    """Records of every kind on both sides of the cast's city, then counted."""
    village, sibling = cast_unit("village"), _village_of("sibling")
    for unit, number in ((village, 3), (sibling, 2), (cast_unit("county"), 1)):
        for _ in range(number):
            make_member(unit)
        mark_stale(Member, unit.path)
    _employ()
    _stand()
    _train()
    for collection in (_issue(form) for form in ensure_forms(cast_unit("province"))):
        for unit, times in ((village, 1), (_second(village), 2), (sibling, 3)):
            report(collection, unit, times)
    refresh()


def _village_of(name: str) -> Unit:
    return Unit.objects.filter(parent__parent=cast_unit(name)).order_by("path")[0]


def _second(village: Unit) -> Unit:
    return Unit.objects.filter(parent=village.parent_id).exclude(pk=village.pk).order_by("path")[0]


def _employ() -> None:
    posts = [(name, kind) for name in ("province", "county", "township") for kind in StaffKind.values[:2]]
    for name, kind in [*posts, ("village", StaffKind.VILLAGE_PART_TIME)]:
        make_staff(cast_unit(name), kind=StaffKind(kind))
        mark_stale(Staff, cast_unit(name).path)


def _stand() -> None:
    for name in ("city", "county", "sibling"):
        for kind in StandingKind.values:
            Standing.objects.create(
                unit=cast_unit(name), kind=kind, since=date(2020, 1, 1), document="湘编办"
            )
        mark_stale(Standing, cast_unit(name).path)


def _train() -> None:
    """A session of each kind at the province, and a general one on both sides of the city's border."""
    for name, kind in (
        ("province", "instructor"),
        ("province", "youth"),
        ("county", "general"),
        ("sibling", "general"),
    ):
        unit, day = cast_unit(name), date(2023, 5, 12)
        session = Session.objects.create(
            unit=unit, title="培训班", level=unit.level, kind=kind, task=Entry.objects.get(code="publicity"),
            place="县委党校", starts_on=day, ends_on=day, hours=8, state="closed",
        )  # fmt: skip
        for number, place in enumerate((unit, Unit.objects.filter(parent=unit)[0])):
            person = Participant.objects.create(unit=place, session=session, name=f"学员{number}")
        Certificate.objects.create(unit=unit, participant=person, number=f"{kind}1", issued_on=day)
        mark_stale(Session, unit.path)
        mark_stale(Certificate, unit.path)


def _issue(form: Form) -> Collection:
    return Collection.objects.create(
        form=form, unit=form.unit, title=form.name, period=PERIODS[form.code], fill_level=5, **DAYS
    )


def report(collection: Collection, unit: Unit, times: int) -> Submission:
    """An approved report of a unit: the n-th item of the form has n × `times`, those in 元 with cents."""
    sent = Submission.objects.create(
        collection=collection, unit=unit, state=State.APPROVED, first_submitted_at=timezone.now()
    )
    items = list(Item.objects.filter(form=collection.form).order_by("pk"))
    for number, item in enumerate(items, 1):
        value = Decimal(number * times) + (Decimal("0.25") if item.key == "visit.value" else 0)
        Cell.objects.create(
            submission=sent, unit=unit, key=item.key, period=collection.period, value=value, counted=True
        )
    mark_stale([item.key for item in items], unit.path)
    return sent
