"""What the tests of training start from: a session of the cast's county, and who makes things."""

from datetime import date
from decimal import Decimal

import pytest

from fpa.registers.models import Entry, Parameter
from fpa.training import actions
from fpa.training.cases import ensure_flows

DAY = date(2023, 5, 12)


def facts(**changes):
    """A session's facts as its form gives them."""
    usual = {
        "title": "骨干培训", "level": 3, "kind": "general", "task": Entry.objects.get(code="publicity"),
        "starts_on": date(2023, 5, 10), "ends_on": DAY, "place": "县委党校", "hours": Decimal("12.5"),
        "cost": Decimal(3000), "organizer": "", "partners": "县卫健局", "plan": None,
    }  # fmt: skip
    return usual | changes


@pytest.fixture
def hold(province_scope, actor, unit_of):
    """Open a session of a member of the cast's unit: `hold("county", level=3)`."""
    return lambda name="county", **more: actions.add_session(
        unit=unit_of(name), by=actor(name), **facts(**more)
    )


@pytest.fixture
def enrol(actor, unit_of):
    """Put people of a unit on a session's list: `enrol(session, "village", "李四", role="volunteer")`."""

    def act(session, name, *people, **more):
        usual = {"role": "staff", "title": "", "result": "", "by": actor("province")}
        unit = unit_of(name)
        return [
            actions.add_participant(session=session, unit=unit, name=each, **usual | more) for each in people
        ]

    return act


@pytest.fixture
def closed(hold, enrol, actor):
    """A closed session of the county: two staff, a volunteer and a teacher of it."""
    session = hold()
    enrol(session, "village", "李四", "王五")
    enrol(session, "township", "赵六", role="volunteer")
    enrol(session, "county", "钱老师", role="teacher")
    return actions.close_session(session=session, by=actor("county"))


@pytest.fixture
def mark_set(province_scope, unit_of):
    """The county's and the province's 发文代字, without which no certificate has a number."""
    for name, mark in (("county", "鹤计生协"), ("province", "湘计生协")):
        Parameter.objects.create(
            unit=unit_of(name), key="number.mark", from_year=2020, text=mark, basis="通知"
        )


@pytest.fixture
def plan(province_scope, actor, unit_of):
    """The county's plan of 2023, and the flow that approves it."""
    ensure_flows()
    wanted = {"year": 2023, "title": "2023年培训计划", "sessions": 6, "participants": 300}
    return actions.add_plan(unit=unit_of("county"), by=actor("county"), **wanted)
