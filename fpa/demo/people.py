"""Members and staff: invented people, made county by county in parallel and written by COPY and INSERT … SELECT."""

import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from uuid import UUID

from django.db import connection, connections

from fpa.access.models import Level, Unit
from fpa.access.scope import whole_province
from fpa.core.chinese import initials
from fpa.core.identity import make_id
from fpa.core.keys import keyring
from fpa.demo.accounts import COUNTY
from fpa.demo.spread import spread, uneven
from fpa.people.models import Person
from fpa.people.secrets import ID, PHONE

MEMBERS = 6_073_700
TURNOVER = 100
"""One member in so many left after mid-2023 and was followed by another, so that both totals are exact."""
STAFF = {"authorized": 1_998, "part_time": 2_570, "village_part_time": 48_891}
KEY_DAY = date(2023, 6, 30)
LAST_NUMBER = (1 << 40) - 1
OFFICES_REGION = "430000"
"""Of the ID numbers of province and cities: no county's, or two people would draw the same number."""

SURNAMES = (
    "王李张刘陈杨黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余"
    "潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段漕钱汤尹黎易常武乔贺赖龚文向滕"
)
FEMALE = "芳娟敏静丽艳娜秀英华慧巧美燕霞红梅莲香月玲桂兰珍春菊凤洁琳素云翠雅萍荣爱妹佳莉婷宁雪倩怡晓"
MALE = "伟强磊军洋勇杰涛明超刚平辉健俊帆志国建文斌华宇浩凯波辰新海山仁义兴良成康星光天达安岩中"

PERSON_COLUMNS = (
    "id uuid, unit_id bigint, path text, name text, initials text, sex text, birth_date date,"
    " id_cipher bytea, id_index bytea, phone_cipher bytea, phone_index bytea"
)


class LoadedAtAnotherScale(Exception):
    """People of another number than asked for are there already; the message says the way out, in Chinese."""


@dataclass
class Invented:
    """One invented person with what they are: a membership, or a staff kind."""

    person_id: UUID
    unit: tuple[int, str]
    name: str
    sex: str
    birth: date
    number: str
    phone: str
    joined: date
    left: date | None = None
    staff: str = ""


@dataclass
class Order:
    """What one county (or the offices above the counties) is to hold: counts for each unit."""

    index: int
    region: str
    members: list[tuple[tuple[int, str], int]]
    movers: int
    staff: list[tuple[tuple[int, str], str, int]]


def make_people(scale: int, progress: Callable[[int, int], None]) -> None:
    """Write members at 1/`scale` of the province's 6,073,700 and all staff; tells `progress` rows done of all.

    Raises `LoadedAtAnotherScale`, and `BrokenProcessPool` where one of its processes was killed.
    """
    with whole_province():
        orders = list(_orders(MEMBERS // scale))
    total = sum(sum(n for _, n in o.members) + o.movers + sum(n for *_, n in o.staff) for o in orders)
    keyring()  # read before the fork
    connections.close_all()
    done = 0
    with ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        try:
            for written in as_completed([pool.submit(_write_county, order) for order in orders]):
                done += written.result()
                progress(done, total)
        finally:
            pool.shutdown(cancel_futures=True)  # broken off: the counties not begun are left for the next run


def _orders(members: int) -> Iterator[Order]:
    """Divide members over villages, and staff over the levels they work at."""
    random = Random("members")
    units = list(Unit.objects.current().order_by("path"))
    villages = [u for u in units if u.level == Level.VILLAGE]
    demo_path = next(u.path for u in units if u.code == COUNTY)
    weights = [
        w * (6 if u.path.startswith(demo_path) else 1)
        for u, w in zip(villages, uneven(len(villages), random), strict=True)
    ]
    shares = dict(zip((u.pk for u in villages), spread(members, weights), strict=True))
    staff = _staff_shares(units, random)
    counties = [u for u in units if u.level == Level.COUNTY]
    inside: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        inside[unit.path[: len("/01/02/")]].append(unit)
    movers = spread(members // TURNOVER, [1.0] * len(counties))
    for index, county in enumerate(counties):
        below = inside[county.path]
        own = [((u.pk, u.path), shares[u.pk]) for u in below if shares.get(u.pk)]
        yield Order(index, county.code[:6], own, movers[index] if own else 0, _staff_of(below, staff))
    offices = [u for u in units if u.level < Level.COUNTY]
    yield Order(len(counties), OFFICES_REGION, [], 0, _staff_of(offices, staff))


def _staff_shares(units: list[Unit], random: Random) -> dict[tuple[str, int], int]:
    """(kind, unit) → how many: offices have more than townships, every village one or two part-timers."""
    offices = [u for u in units if u.level < Level.VILLAGE and not u.is_functional_zone]
    villages = [u for u in units if u.level == Level.VILLAGE]
    weight = {Level.PROVINCE: 30.0, Level.CITY: 9.0, Level.COUNTY: 4.0, Level.TOWNSHIP: 0.6}
    shares: dict[tuple[str, int], int] = {}
    for kind in ("authorized", "part_time"):
        parts = spread(STAFF[kind], [weight[Level(u.level)] * random.uniform(0.7, 1.3) for u in offices])
        shares |= {(kind, u.pk): n for u, n in zip(offices, parts, strict=True)}
    parts = spread(STAFF["village_part_time"], uneven(len(villages), random, 0.8, 1.2))
    return shares | {("village_part_time", u.pk): n for u, n in zip(villages, parts, strict=True)}


def _staff_of(
    units: list[Unit], shares: dict[tuple[str, int], int]
) -> list[tuple[tuple[int, str], str, int]]:
    return [((u.pk, u.path), kind, n) for u in units for kind in STAFF if (n := shares.get((kind, u.pk), 0))]


def _write_county(order: Order) -> int:
    """Invent a county's people and write them in one transaction, unless an earlier run did; returns how many."""
    people = list(_invent(order))
    with whole_province():
        there = Person.objects.filter(pk__range=(_uuid(order, 0), _uuid(order, LAST_NUMBER))).count()
        if there not in (0, len(people)):
            raise LoadedAtAnotherScale(
                "数据库里已有另一规模的演示数据，不能接着载入。请先运行 make clean-data 删除全部数据，再重新载入。"
            )
        for start in range(0, 0 if there else len(people), 20_000):
            _write(people[start : start + 20_000])
    return len(people)


def _invent(order: Order) -> Iterator[Invented]:
    """The county's people. The last members replace others, each on the day the other left."""
    random = Random(f"people {order.region} {order.index}")
    used: set[str] = set()
    wanted = [(unit, "") for unit, count in order.members for _ in range(count)]
    wanted += [(unit, "") for unit, _ in random.choices(wanted, k=order.movers)] if order.movers else []
    wanted += [(unit, kind) for unit, kind, count in order.staff for _ in range(count)]
    first_mover = sum(count for _, count in order.members)
    days = [KEY_DAY + timedelta(days=random.randint(30, 1100)) for _ in range(order.movers)]
    leavers = dict(zip(random.sample(range(first_mover), order.movers), days, strict=True))
    for number, (unit, staff) in enumerate(wanted):
        person = _person(order, number, unit, staff, used, random)
        if number in leavers:
            person.left = leavers[number]
        elif first_mover <= number < first_mover + order.movers:
            person.joined = days[number - first_mover]
        yield person


def _person(
    order: Order, number: int, unit: tuple[int, str], staff: str, used: set[str], random: Random
) -> Invented:
    female = random.random() < 0.62
    birth = KEY_DAY - timedelta(days=random.randint(20 * 365, (60 if staff else 82) * 365))
    name = random.choice(SURNAMES) + "".join(
        random.choices(FEMALE if female else MALE, k=random.choice((1, 2, 2)))
    )
    earliest = max(birth + timedelta(days=18 * 366), date(1985, 1, 1))
    joined = earliest + timedelta(days=random.randint(0, (KEY_DAY - earliest).days))
    return Invented(
        person_id=_uuid(order, number),
        unit=unit,
        name=name,
        sex="female" if female else "male",
        birth=birth,
        number=_free_number(order.region, birth, female, used, random),
        phone=f"1{random.choice('3578')}{random.randint(0, 999_999_999):09d}",
        joined=joined,
        staff=staff,
    )


def _uuid(order: Order, number: int) -> UUID:
    """A UUID (version 7) of the same day for all, counted on within each county."""
    return UUID(int=0x018909A1C000 << 80 | 0x7 << 76 | 0x2 << 62 | order.index << 40 | number)


def _free_number(region: str, birth: date, female: bool, used: set[str], random: Random) -> str:
    """An ID number that nobody in the county has; the serial's parity is the sex."""
    while True:
        number = make_id(region, birth, random.randrange(1 - female, 1000, 2))
        if number not in used:
            used.add(number)
            return number


def _write(people: list[Invented]) -> None:
    ids = ID.encrypt_many((str(p.person_id), p.number) for p in people)
    phones = PHONE.encrypt_many((str(p.person_id), p.phone) for p in people)
    id_index, phone_index = ID.index_many(p.number for p in people), PHONE.index_many(p.phone for p in people)
    secrets = zip(ids, id_index, phones, phone_index, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TEMP TABLE invented ({PERSON_COLUMNS}, joined date, left_on date, staff text) ON COMMIT DROP"
        )
        with cursor.copy("COPY invented FROM STDIN") as copy:
            for p, cells in zip(people, secrets, strict=True):
                copy.write_row(
                    (
                        p.person_id,
                        *p.unit,
                        p.name,
                        initials(p.name, person=True),
                        p.sex,
                        p.birth,
                        *cells,
                        p.joined,
                        p.left,
                        p.staff,
                    )
                )
        cursor.execute(_INSERTS)
        cursor.execute("DROP TABLE invented")


_INSERTS = """
INSERT INTO people_person (id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index,
    phone_cipher, phone_index, created_at)
SELECT id, unit_id, path, name, initials, sex, birth_date, id_cipher, id_index, phone_cipher, phone_index, now()
FROM invented;
INSERT INTO membership_member
    (unit_id, path, person_id, name, initials, kind, joined_on, left_on, left_reason)
SELECT unit_id, path, id, name, initials,
    CASE WHEN ascii(right(name, 1)) % 12 = 0 THEN 'core' ELSE 'ordinary' END, joined, left_on,
    CASE WHEN left_on IS NULL THEN '' ELSE 'moved_away' END
FROM invented WHERE staff = '' ORDER BY path;
INSERT INTO organization_staff (unit_id, path, person_id, name, initials, kind, title, valid_from)
SELECT unit_id, path, id, name, initials, staff,
    CASE staff WHEN 'village_part_time' THEN '村计生专干' WHEN 'part_time' THEN '协管员' ELSE '工作人员' END, joined
FROM invented WHERE staff <> ''
"""
