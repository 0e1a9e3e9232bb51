"""The figures that the records of 组织建设管理 yield."""

from collections.abc import Callable
from functools import cache

from django.db.models import F, QuerySet
from django.urls import reverse

from fpa.access.models import Kind as UnitKind
from fpa.access.models import Level, Unit
from fpa.core.lists import Column
from fpa.core.periods import Period
from fpa.figures.catalogue import Coverage, Figure, Kind, register
from fpa.figures.cuts import Cut
from fpa.figures.figure import SHARE
from fpa.figures.queries import WORDS, units_below
from fpa.organization.models import Staff, StaffKind, Standing, StandingKind
from fpa.people.models import Sex

CODE = Column("code", "区划代码", lambda row: row.unit.code, kind="code")
UNIT = Column("unit", "单位", lambda row: row.unit.name)
UNIT_COLUMNS = (
    Column("code", "区划代码", lambda unit: unit.code, kind="code"),
    Column(
        "unit", "单位", lambda unit: unit.name, link=lambda unit: reverse("unit_detail", args=[unit.code])
    ),
    Column("since", "设立日期", lambda unit: unit.valid_from, sort="valid_from", kind="date"),
)
STANDING_COLUMNS = (
    CODE,
    UNIT,
    Column("kind", "事项", lambda s: s.get_kind_display()),
    Column("since", "自", lambda s: s.since, sort="since", kind="date"),
    Column("document", "文号", lambda s: s.document),
)
STAFF_COLUMNS = (
    CODE,
    UNIT,
    Column("name", "姓名", lambda s: s.name, link=lambda s: reverse("staff_detail", args=[s.pk])),
    Column("title", "职务", lambda s: s.title),
    Column("valid_from", "任职日期", lambda s: s.valid_from, sort="valid_from", kind="date"),
)

LEVELS = {"city": (Level.CITY, "市州计生协"), "county": (Level.COUNTY, "县市区计生协（不含功能区）")}
STANDINGS = {
    "listed": (StandingKind.LISTED, "列入同级群团组织序列"),
    "civil_service": (StandingKind.CIVIL_SERVICE, "列入参照公务员法管理"),
    "three_fix": (StandingKind.THREE_FIX, "由机构编制部门印发“三定”方案"),
}
WHOSE = {Level.CITY: "市州计生协", Level.COUNTY: "县市区计生协"}
RATES = {"listed": "入序率", "civil_service": "参公率", "three_fix": "“三定”方案出台率"}
STAFF = {
    "authorized": (StaffKind.AUTHORIZED, "省、市、县、乡计生协占用编制的在岗工作人员", Level.TOWNSHIP),
    "part_time": (StaffKind.PART_TIME, "省、市、县、乡计生协兼职和聘用的在岗工作人员", Level.TOWNSHIP),
    "village_part_time": (StaffKind.VILLAGE_PART_TIME, "村（社区）计生协兼职人员，含聘用人员", Level.VILLAGE),
}


def _total(word: str, level: Level, whose: str) -> Figure:
    def units() -> QuerySet[Unit]:
        found = Unit.objects.filter(level=level, kind=UnitKind.ADMINISTRATIVE)
        return found.annotate(unit_id=F("pk"))

    return Figure(
        key=f"org.{word}.total",
        kind=Kind.STOCK,
        definition=f"期末已设立、未撤销的{whose}数，取自组织机构的区划单位。",
        rows=units,
        since="valid_from",
        until="valid_to",
        columns=UNIT_COLUMNS,
        records_permission="unit.view",
        coverage=_of_level(level),
        lowest=level,
    )


def _standing(word: str, level: Level, whose: str, item: str) -> Figure:
    kind, what = STANDINGS[item]

    def standings() -> QuerySet[Standing]:
        at = {"unit__level": level, "unit__kind": UnitKind.ADMINISTRATIVE}
        return Standing.objects.filter(kind=kind, **at).select_related("unit")

    return Figure(
        key=f"org.{word}.{item}",
        kind=Kind.STOCK,
        definition=f"期末{what}的{whose}数，以登记的文件为准。",
        rows=standings,
        since="since",
        until="until",
        columns=STANDING_COLUMNS,
        records_permission="unit.view",
        coverage=_of_level(level),
        lowest=level,
    )


@cache
def _of_level(level: Level) -> Callable[[Unit, Period], Coverage | None]:
    def coverage(unit: Unit, period: Period) -> Coverage | None:
        """The register of units is whole: every unit of the level is counted."""
        count = units_below(unit, level, period).count()
        return Coverage(count, count, WORDS[level]) if count else None

    return coverage


def _staff(item: str) -> Figure:
    kind, whose, lowest = STAFF[item]
    return Figure(
        key=f"staff.{item}",
        kind=Kind.STOCK,
        definition=f"期末{whose}数，按任职起止日期计算，同一人在两个单位任职计两人。",
        rows=lambda: Staff.objects.filter(kind=kind).select_related("unit"),
        since="valid_from",
        until="valid_to",
        columns=STAFF_COLUMNS,
        records_permission="staff.view",
        lowest=lowest,
    )


def _rate(word: str, level: Level, whose: str, item: str) -> Figure:
    what = STANDINGS[item][1]
    return Figure(
        key=f"org.{word}.{item}_rate",
        name=f"{WHOSE[level]}{RATES[item]}",
        unit=SHARE,
        kind=Kind.RATIO,
        definition=f"期末{what}的{whose}数，除以同期末已设立的{whose}数；各级分别计算，不取平均。",
        operands=(f"org.{word}.{item}", f"org.{word}.total"),
        lowest=Level(level - 1),
    )


PERSONS = Figure(
    key="staff.persons",
    name="计生协工作人员（人数）",
    unit="人",
    kind=Kind.DISTINCT,
    definition="期末在岗的各类工作人员人数，同一人兼任几个岗位、在几个单位任职，在每一级都只计一人。",
    rows=lambda: Staff.objects.select_related("unit"),
    subject="person_id",
    since="valid_from",
    until="valid_to",
    cuts=[Cut(key="sex", name="性别", by="person__sex", values=dict(Sex.choices))],
    columns=STAFF_COLUMNS,
    records_permission="staff.view",
)


register(
    *(_total(word, *level) for word, level in LEVELS.items()),
    *(_standing(word, *level, item) for word, level in LEVELS.items() for item in STANDINGS),
    *(_staff(item) for item in STAFF),
    *(_rate(word, *level, item) for word, level in LEVELS.items() for item in STANDINGS),
    PERSONS,
)
