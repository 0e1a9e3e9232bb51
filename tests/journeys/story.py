"""What the journeys find in the platform when they begin: seats, two collections, reports, members."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import connections
from django.utils import timezone

from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.core.actor import Actor
from fpa.core.identity import make_id
from fpa.core.periods import Period
from fpa.figures.freshness import refresh
from fpa.membership.actions import join_member
from fpa.membership.models import MemberKind
from fpa.registers.models import Parameter
from fpa.reporting.actions.collections import issue_collection
from fpa.reporting.actions.filling import Entry, save_cells
from fpa.reporting.actions.reviewing import approve_submission
from fpa.reporting.actions.submitting import submit_submission
from fpa.reporting.models import Collection, Form
from fpa.reporting.standard_forms import ensure_forms
from fpa.training.cases import ensure_flows
from tests.cast import PASSWORD, cast_unit

PAST_PERIOD, PAST_TITLE = "2023H1", "2023年上半年走访慰问"
TITLE = "走访慰问"
PAST_HOUSEHOLDS, PAST_YUAN = 30, 18_000
MEMBERS = 60
ZXM_ID = make_id("431202", date(1985, 3, 12), 24)
"""ID number of 张晓梅, the one member whose initials are zxm; she is the township's first village's."""

MORE_SEATS = {
    "township2": ("township", 0),
    "village2": ("village", 1),
    "village3": ("village", 2),
    "sibling_township": ("township", 0),
    "sibling_village": ("village", 0),
}
"""Account → role, and which of the villages of its township; a `sibling_` stands in the sibling county."""


@contextmanager
def connected(name: str) -> Iterator[None]:
    """Work in a database for a while, committing, in the whole scope."""
    default = connections["default"]
    before = default.settings_dict["NAME"]
    default.close()
    default.settings_dict["NAME"] = name
    try:
        with whole_province():
            yield
    finally:
        default.close()
        default.settings_dict["NAME"] = before


def now_period() -> Period:
    """The half-year that is being reported."""
    return Period.of(timezone.localdate(), "half")


def prepare() -> None:
    """Set the scene in the database at hand."""
    _seats()
    form = next(form for form in ensure_forms(cast_unit("province")) if form.code == "visit")
    _call(form, str(now_period()), TITLE, actor_for("province"))
    past = _call(form, PAST_PERIOD, PAST_TITLE, actor_for("sibling"))
    _report(past, PAST_HOUSEHOLDS, PAST_YUAN)
    _members()
    _training()
    refresh()


def _training() -> None:
    """What a training needs: the flow of plans, and the county's 发文代字."""
    ensure_flows()
    county = cast_unit("county")
    Parameter.objects.create(unit=county, key="number.mark", from_year=2020, text="鹤计生协", basis="通知")


def _seats() -> None:
    for name, (role, place) in MORE_SEATS.items():
        unit = _place(name, role, place)
        user = User.objects.create(username=name, name=f"演员{name}")
        post, _ = Post.objects.get_or_create(unit=unit, role=role, defaults={"title": f"{unit.name}专干"})
        Appointment.objects.create(unit=unit, post=post, user=user, valid_from=date(2020, 1, 1))
    # The server hashes as in production, unlike the tests: one hash for all, since it is slow to make.
    hasher = PBKDF2PasswordHasher()
    User.objects.update(password=hasher.encode(PASSWORD, hasher.salt()))


def _place(name: str, role: str, place: int) -> Unit:
    township = cast_unit("township")
    if name.startswith("sibling_"):
        township = _below(cast_unit("sibling"), 0)
    return township if role == "township" else _below(township, place)


def _below(unit: Unit, place: int) -> Unit:
    return Unit.objects.filter(parent=unit).order_by("path")[place]


def _call(form: Form, period: str, title: str, by: Actor) -> Collection:
    today = timezone.localdate()
    return issue_collection(
        form=form,
        title=title,
        period=period,
        fill_level=5,
        opens_on=today,
        due_on=today + timedelta(days=10),
        locks_on=today + timedelta(days=20),
        by=by,
    )


def _report(collection: Collection, households: int, yuan: int) -> None:
    """A village's report, approved by its township: the figures count it."""
    village, by = _place("sibling_village", "village", 0), actor_for("sibling_village")
    entries = [
        Entry("visit.households", Decimal(households), 0),
        Entry("visit.value", Decimal(yuan), 0),
    ]
    save_cells(collection=collection, unit=village, entries=entries, by=by)
    submission = submit_submission(collection=collection, unit=village, by=by)
    approve_submission(submission=submission, by=actor_for("sibling_township"))


def _members() -> None:
    """Women at the first village, but for every tenth; one of them is 张晓梅."""
    village, by = cast_unit("village"), actor_for("county")
    people = [("张晓梅", ZXM_ID)]
    people += [
        (
            "李" + "秀桂兰玉春"[i % 5],
            make_id("431202", date(1970, 1, 1) + timedelta(days=97 * i), 100 + 2 * i),
        )
        for i in range(MEMBERS)
    ]
    people += [(f"王{'军伟'[i % 2]}", make_id("431202", date(1980, 2, 3), 301 + 2 * i)) for i in range(5)]
    for name, number in people:
        join_member(
            unit=village,
            name=name,
            id_number=number,
            phone="",
            kind=MemberKind.ORDINARY,
            joined_on=date(2021, 5, 29),
            by=by,
        )
