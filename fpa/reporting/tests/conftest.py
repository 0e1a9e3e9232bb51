"""What the tests of reporting start from: the two forms, a collection of 走访慰问, and seats at any unit."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Count
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.roles import ROLES
from fpa.access.scope import scoped, whole_province
from fpa.approval.actions import ReturnedPlace
from fpa.core.actor import Actor
from fpa.reporting.actions.collections import grant_lock_exception, issue_collection
from fpa.reporting.actions.filling import Entry, save_cells
from fpa.reporting.actions.reviewing import approve_submission, return_cells
from fpa.reporting.actions.submitting import submit_submission, submit_summary, withdraw_submission
from fpa.reporting.models import Cell, Collection, Submission
from fpa.reporting.sheet import sheet_of

HOUSEHOLDS, VALUE = "visit.households", "visit.value"
ROLE_AT = {1: "office", 2: "office", 3: "office", 4: "township", 5: "village"}


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


def seat_at(unit):
    """The usual seat of a unit, whoever sits there."""
    role = ROLES[ROLE_AT[unit.level]]
    return Actor(
        user_id=10_000_000 + unit.pk, name=f"{unit.short_name}专干", unit_id=unit.pk, unit_name=unit.association,
        path=unit.path, level=unit.level, role=role.code, permissions=role.permissions,
    )  # fmt: skip


@dataclass
class Course:
    """A collection on its way up; each step is done by the unit's usual seat and under its scope."""

    collection: Collection

    def sheet(self, unit):
        with whole_province():
            return sheet_of(Collection.objects.whole().get(pk=self.collection.pk), unit, timezone.localdate())

    def fill(self, unit, by=None, version=0, **values):
        names = {"households": HOUSEHOLDS, "value": VALUE}
        entries = [
            Entry(names[n], None if v is None else Decimal(str(v)), version, "") for n, v in values.items()
        ]
        with scoped(unit.path):
            return save_cells(collection=self.collection, unit=unit, entries=entries, by=by or seat_at(unit))

    def explain(self, unit, key, value, why="物资由县里统一配送，户均较低", version=1):
        entry = Entry(key, Decimal(value), version, why)
        with scoped(unit.path):
            return save_cells(collection=self.collection, unit=unit, entries=[entry], by=seat_at(unit))

    def submit(self, unit):
        with scoped(unit.path):
            return submit_submission(collection=self.collection, unit=unit, by=seat_at(unit))

    def report(self, unit, households=30, value=30000):
        self.fill(unit, households=households, value=value)
        return self.submit(unit)

    def sum_up(self, unit, explanation="其余村按计划下半月上报"):
        with scoped(unit.path):
            return submit_summary(
                collection=self.collection, unit=unit, explanation=explanation, by=seat_at(unit)
            )

    def withdraw(self, submission, by=None):
        by = by or seat_at(self.of(submission).unit)
        with scoped(by.path):
            return withdraw_submission(submission=submission, by=by)

    def approve(self, submission, by=None, **how):
        by = by or seat_at(self.of(submission).unit.parent)
        with scoped(by.path):
            return approve_submission(submission=submission, by=by, **how)

    def give_back(self, submission, *keys, by=None, due=3):
        by = by or seat_at(self.of(submission).unit.parent)
        places: list[ReturnedPlace] = [{"place": key, "reason": "与台账不符，请核对"} for key in keys]
        with scoped(by.path):
            return return_cells(submission=submission, places=places, due_on=in_days(due), reason="", by=by)

    def exempt(self, unit, by, until=3, reason="村里停电"):
        with scoped(by.path):
            return grant_lock_exception(
                collection=self.collection, unit=unit, until=in_days(until), reason=reason, by=by
            )

    def of(self, submission):
        with whole_province():
            return Submission.objects.whole().get(pk=submission.pk)

    def cell(self, submission, key=HOUSEHOLDS):
        with whole_province():
            return Cell.objects.get(submission=submission, key=key)

    def move(self, **days):
        """Move the collection's days to so many days from today."""
        with whole_province():
            Collection.objects.filter(pk=self.collection.pk).update(
                **{k: in_days(d) for k, d in days.items()}
            )
            self.collection = Collection.objects.whole().get(pk=self.collection.pk)


@pytest.fixture
def forms(standard_forms):
    """The standard forms by code, published by the province."""
    return standard_forms


@pytest.fixture
def issue(forms, actor):
    """Issue a collection of 走访慰问 by the province: `issue()`; or otherwise: `issue(period="2023H2")`."""

    def act(**changes):
        given = {
            "form": forms["visit"], "title": "2023年上半年走访慰问", "period": "2023H1", "fill_level": 5,
            "opens_on": in_days(-10), "due_on": in_days(5), "locks_on": in_days(12), "by": actor("province"),
        }  # fmt: skip
        return issue_collection(**given | changes)

    return act


@pytest.fixture
def course(issue):
    return Course(issue())


@pytest.fixture
def whole_unit(unit_of):
    """A unit of the cast with its parent: `whole_unit("county")`."""
    return lambda name: Unit.objects.select_related("parent").get(pk=unit_of(name).pk)


@pytest.fixture
def village(whole_unit):
    return whole_unit("village")


@pytest.fixture
def villages(village):
    """All villages of the cast's township, the cast's first."""
    return list(Unit.objects.filter(parent=village.parent).order_by("path").select_related("parent"))


@pytest.fixture
def few_villages(whole_unit):
    """All villages of the county's smallest township, where a test reports for every one of them."""
    county = whole_unit("county")
    townships = Unit.objects.filter(parent=county).annotate(n=Count("children")).filter(n__gt=1)
    return list(townships.order_by("n", "path")[0].children.order_by("path").select_related("parent"))


@pytest.fixture
def bring(course, village):
    """Bring the village's report to a state and give it: `bring("returned")`; None where nothing is to be saved."""

    def act(state):
        if state == "nothing":
            return None
        course.fill(village, households=30, value=30000)
        if state == "draft":
            return course.sheet(village).submission
        submission = course.submit(village)
        if state == "approved":
            course.approve(submission)
        if state == "returned":
            course.give_back(submission, VALUE)
        return submission

    return act
