"""Training of the first half of 2023, as much as the figures file of the speech counts."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db import connection

from fpa.access.models import Kind, Level, Unit
from fpa.core.actor import SYSTEM
from fpa.demo.people import FEMALE, MALE, SURNAMES
from fpa.demo.spread import spread, uneven
from fpa.figures.freshness import mark_stale
from fpa.pages.closing import ClosingState
from fpa.registers.models import Entry, Parameter
from fpa.training.actions import issue_certificates
from fpa.training.cases import ensure_flows
from fpa.training.models import Participant, Session, SessionKind

SESSIONS, PARTICIPANTS = 130, 52_000
INSTRUCTORS, YOUTH = 60, 80
CITY_SESSIONS, PROVINCE_SESSIONS = 14, 4
STEPS = 6_151
"""Prime to any number of units: the people of a session come from units all over its host's."""
BASIS = "湘计生协〔2023〕1号"


@dataclass
class Wanted:
    """A session that is to be, and how many it trains."""

    host: Unit
    title: str
    ends_on: date
    people: int
    role: str = "staff"
    kind: str = SessionKind.GENERAL


def make_training() -> None:
    """Hold the sessions of the half-year, with who came; certificates for the instructors.

    Needs the scope of the whole province.
    """
    ensure_flows()
    units = list(Unit.objects.current().order_by("path"))
    sessions = _hold(list(_wanted(units)))
    _enrol(sessions, units)
    mark_stale(Session, *{session.path for session, _ in sessions}, since=date(2023, 1, 1))
    province = units[0]
    usual = {"from_year": 2023, "text": "湘计生协", "basis": BASIS}
    Parameter.objects.get_or_create(unit=province, key="number.mark", defaults=usual)
    instructors = next(s for s, _ in sessions if s.kind == SessionKind.INSTRUCTOR)
    issue_certificates(session=instructors, issued_on=instructors.ends_on, by=SYSTEM)


def _wanted(units: list[Unit]) -> Iterator[Wanted]:
    """Two for teachers by the province, and general ones by province, cities and counties."""
    random = Random("training")
    province = units[0]
    yield Wanted(
        province, "省级家庭健康指导员师资培训班", date(2023, 4, 21), INSTRUCTORS, kind=SessionKind.INSTRUCTOR
    )
    yield Wanted(
        province, "青春健康师资培训班", date(2023, 5, 19), YOUTH, role="volunteer", kind=SessionKind.YOUTH
    )
    counties = [u for u in units if u.level == Level.COUNTY and u.kind == Kind.ADMINISTRATIVE]
    hosts = [province] * PROVINCE_SESSIONS + [u for u in units if u.level == Level.CITY][:CITY_SESSIONS]
    hosts += random.sample(counties, SESSIONS - 2 - len(hosts))
    parts = spread(PARTICIPANTS - INSTRUCTORS - YOUTH, uneven(len(hosts), random))
    for number, (host, people) in enumerate(zip(hosts, parts, strict=True)):
        day = date(2023, 2, 6) + timedelta(days=random.randint(0, 140))
        word = "家庭健康促进" if number % 3 else "计生协能力建设"
        yield Wanted(
            host, f"{host.short_name}{word}培训班", day, people, role="staff" if number % 2 else "volunteer"
        )


def _hold(wanted: list[Wanted]) -> list[tuple[Session, Wanted]]:
    task = {entry.code: entry for entry in Entry.objects.filter(dictionary__code="key_tasks")}
    tasks = [task[code] for code in sorted(task)]
    sessions = [
        Session(
            unit=each.host, path=each.host.path, title=each.title, level=each.host.level, kind=each.kind,
            task=tasks[number % len(tasks)], place=each.host.short_name, starts_on=each.ends_on - timedelta(days=1),
            ends_on=each.ends_on, hours=Decimal(12), cost=each.people * 180, state=ClosingState.CLOSED,
        )
        for number, each in enumerate(wanted)
    ]  # fmt: skip
    return list(zip(Session.objects.bulk_create(sessions), wanted, strict=True))


def _enrol(sessions: list[tuple[Session, Wanted]], units: list[Unit]) -> None:
    """Everyone on the lists by one COPY and one INSERT; instructors come from the cities' own offices."""
    cities = [u for u in units if u.level == Level.CITY]
    below: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        for end in (1, 4, 7):
            below[unit.path[:end]].append(unit)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE enrolled (session_id bigint, unit_id bigint, path text, name text, role text)"
            " ON COMMIT DROP"
        )
        with cursor.copy("COPY enrolled FROM STDIN") as copy:
            for session, wanted in sessions:
                places = cities if wanted.kind == SessionKind.INSTRUCTOR else below[session.path]
                for number in range(wanted.people):
                    place = places[number * STEPS % len(places)]
                    copy.write_row((session.pk, place.pk, place.path, _name(number), wanted.role))
        cursor.execute(_INSERT)
        cursor.execute("DROP TABLE enrolled")


def _name(number: int) -> str:
    """A name that no other of a session has."""
    given = FEMALE + MALE
    return SURNAMES[number % len(SURNAMES)] + given[number // len(SURNAMES) % len(given)] + given[number % 7]


_INSERT = f"""
INSERT INTO {Participant._meta.db_table} (session_id, unit_id, path, name, role, title, result)
SELECT session_id, unit_id, path, name, role, '', 'passed' FROM enrolled
"""
