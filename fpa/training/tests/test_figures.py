"""The figures of training: 场, 人次 and 人 apart, at the 主办 alone."""

from datetime import date

import pytest

from fpa.core.periods import Period
from fpa.figures.catalogue import get
from fpa.figures.freshness import mark_stale, refresh
from fpa.figures.queries import read
from fpa.figures.records import records_behind
from fpa.training import actions
from fpa.training.models import Session
from fpa.training.tests.conftest import DAY
from tests.cast import cast_unit

pytestmark = pytest.mark.usefixtures("opened_database")

H1 = Period.parse("2023H1")


def values(*names, at="province", period=H1):
    mark_stale(Session, "/")
    refresh()
    found = read([f"training.{name}" for name in names], cast_unit(at), period)
    return [reading.value for reading in found.values()]


def test_open_sessions_do_not_count(closed, actor):
    assert values("sessions", "participants", "persons") == [1, 3, 3]
    actions.reopen_session(session=closed, reason="更正", by=actor("county"))
    assert values("sessions", "participants", "persons") == [0, 0, 0]


def test_training_counts_at_its_host_alone(closed, hold, enrol, actor):
    second = hold("city", level=2)
    enrol(second, "village", "李四")
    actions.close_session(session=second, by=actor("city"))
    names = ("sessions", "participants", "persons")
    assert values(*names) == [2, 4, 3]
    assert values(*names, at="city") == [2, 4, 3]
    assert values(*names, at="county") == [1, 3, 3]
    assert values(*names, at="village") == [0, 0, 0]


def test_sessions_below_the_county_are_not_counted(hold, enrol, actor):
    session = hold("township", level=4)
    enrol(session, "village", "李四")
    actions.close_session(session=session, by=actor("township"))
    assert values("sessions", "participants") == [0, 0]


@pytest.fixture
def by_province(hold, enrol, actor, mark_set):
    def made(kind):
        session = hold("province", level=1, kind=kind)
        enrol(session, "city", "李四", "王五")
        enrol(session, "county", "赵六")
        enrol(session, "province", "钱七")
        return actions.close_session(session=session, by=actor("province"))

    return made


def test_instructors_are_counted_by_city_and_certificate(by_province, actor):
    session = by_province("instructor")
    actions.issue_certificates(session=session, issued_on=date(2023, 5, 20), by=actor("province"))
    month = Period.parse("2023-05")
    assert values("instructor_cities", "instructor_participants", period=month) == [1, 4]
    assert values("youth_participants") == [0]


def test_youth_teachers_are_counted(by_province):
    by_province("youth")
    assert values("youth_participants", "instructor_cities", "instructor_participants") == [4, 0, 0]


@pytest.mark.parametrize(
    "name", ["sessions", "participants", "persons", "instructor_cities", "instructor_participants"]
)
def test_records_behind_say_what_their_columns_show(by_province, actor, name):
    session = by_province("instructor")
    actions.issue_certificates(session=session, issued_on=DAY, by=actor("province"))
    figure = get(f"training.{name}")
    rows = records_behind(figure, cast_unit("province"), H1)
    assert rows
    for row in rows:
        assert all(column.value(row) for column in figure.columns)
