"""Distinct persons, rates, formulas, cuts, and figures that come from the database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fpa.access.models import Level, Unit
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.figures.catalogue import Source, UnknownFigure, register
from fpa.figures.cuts import Cut, age_cut
from fpa.figures.display import words
from fpa.figures.figure import Figure, Kind
from fpa.figures.freshness import mark_stale, refresh
from fpa.figures.models import Fact
from fpa.figures.queries import breakdown, cut_values, ranking, read, trend
from fpa.figures.recount import recount
from fpa.membership.models import Member
from fpa.organization.models import Staff, StaffKind, Standing
from fpa.people.tests.people import make_staff
from tests.cast import cast_unit

from .records import JOINED, declared, join

pytestmark = pytest.mark.usefixtures("opened_database")

H1 = Period.parse("2023H1")
VISITED = Figure(
    key="test.visited",
    name="入会人数（去重）",
    unit="人",
    kind=Kind.DISTINCT,
    definition="报告期内入会过的人，一人只计一次",
    rows=lambda: Member.objects.all(),
    subject="person_id",
    on="joined_on",
    cuts=[Cut(key="kind", name="类别", by="kind", values={"ordinary": "普通", "core": "骨干"})],
)
SHARE = Figure(
    key="test.share", name="占比", unit="比例", kind=Kind.RATIO, definition="入会与会员之比",
    operands=("test.joined", "member.total"),
)  # fmt: skip
AVERAGE = Figure(
    key="test.average", name="平均", unit="人", kind=Kind.COMPUTED, definition="每县会员",
    operands=("member.total", "org.county.total"),
    formula=lambda v: v["member.total"] / v["org.county.total"] if v["org.county.total"] else None,
)  # fmt: skip


def value(key: str, name: str, period: str = "2023H1") -> object:
    return read([key], cast_unit(name), Period.parse(period))[key].value


def hold(*names: str, since: date = date(2022, 1, 1), until: date | None = None) -> list[Staff]:
    """One person's posts at units."""
    posts = [make_staff(cast_unit(name), kind=StaffKind.PART_TIME) for name in names]
    for post in posts:
        post.person, post.valid_from, post.valid_to = posts[0].person, since, until
        post.save()
        mark_stale(Staff, post.path)
    return posts


def test_distinct_counts_a_person_once_at_every_level(province_scope):
    hold("county", "township", "sibling")
    hold("county")
    refresh()
    counts = {n: value("staff.persons", n) for n in ("township", "county", "sibling", "city", "province")}
    assert counts == {"township": 1, "county": 2, "sibling": 1, "city": 2, "province": 2}
    assert [value("staff.part_time", n) for n in ("county", "city")] == [3, 4]
    assert sum(v for _, v in breakdown("staff.persons", cast_unit("city"), H1)) == 3
    assert recount(cast_unit("province")).differences == []


def test_distinct_follows_whoever_leaves_one_of_two_posts_and_then_the_other(province_scope):
    first, second = hold("county", "sibling", since=date(2023, 2, 1))
    refresh()
    for post, on, counted in ((first, date(2023, 5, 1), [1, 1]), (second, date(2023, 8, 1), [1, 0])):
        post.valid_to = on
        post.save()
        mark_stale(Staff, post.path, since=post.valid_from)
        refresh()
        assert [value("staff.persons", "city", code) for code in ("2023H1", "2023-09")] == counted
    months = [value("staff.persons", "county", f"2023-0{m}") for m in (1, 2, 4, 5)]
    assert months == [0, 1, 1, 0]
    assert recount(cast_unit("province")).differences == []


def test_distinct_over_time_is_counted_anew_for_longer_periods(province_scope):
    with declared(VISITED):
        member = join(cast_unit("village"), date(2023, 2, 1), date(2023, 3, 1))
        again = join(cast_unit("sibling"), date(2023, 5, 1))
        again.person = member.person
        again.save()
        refresh()
        months = [value("test.visited", "city", code) for code in ("2023-02", "2023-05", "2023H1", "2023")]
        assert months == [1, 1, 1, 1]
        assert cut_values(VISITED, cast_unit("city"), H1) == {"kind:ordinary": 1}
        assert recount(cast_unit("province")).differences == []


def test_cuts_tell_a_stock_by_kind_sex_and_age_on_the_day(province_scope):
    for born in (date(2006, 1, 1), date(1980, 1, 1), date(1950, 1, 1)):
        member = join(cast_unit("village"), date(2023, 1, 1))
        member.person.birth_date, member.person.sex = born, "female" if born.year > 1960 else "male"
        member.person.save()
    refresh()
    found = cut_values(catalogue.get("member.total"), cast_unit("county"), H1)
    assert found == {
        "kind:ordinary": 3, "sex:female": 2, "sex:male": 1, "age:0-17": 1, "age:35-49": 1, "age:60-": 1,
    }  # fmt: skip
    later = cut_values(catalogue.get("member.total"), cast_unit("county"), Period.parse("2024H1"))
    assert later
    assert (later.get("age:0-17", 0), later["age:18-34"]) == (0, 1)
    assert cut_values(catalogue.get("member.total"), cast_unit("county"), Period.parse("2023-05")) is None
    assert recount(cast_unit("province")).differences == []


def test_cuts_follow_a_record_that_changes(province_scope):
    member = join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    member.kind = "core"
    member.save()
    mark_stale(Member, member.path, since=member.joined_on)
    refresh()
    found = cut_values(catalogue.get("member.total"), cast_unit("province"), H1)
    assert found
    assert (found["kind:core"], found["kind:ordinary"]) == (1, 0)


def test_recount_finds_a_spoiled_cut_and_a_fact_that_is_not_kept(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    refresh()
    Fact.objects.filter(figure="member.total", cut="sex:male", period="2023H1").update(value=7)
    Fact.objects.create(unit=cast_unit("city"), figure="member.total", period="2023Q1", value=1, own=1)
    found = [str(difference) for difference in recount(cast_unit("city")).differences]
    assert sum("2023H1（sex:male）合计：指标数 7.00，按记录重数 1" in each for each in found) == 4
    assert sum("2023Q1多余" in each for each in found) == 1


def test_ratio_is_divided_at_each_unit_and_never_averaged(province_scope):
    for name in ("county", "sibling"):
        Standing.objects.create(
            unit=cast_unit(name), kind="listed", since=date(2020, 1, 1), document="湘编办"
        )
        mark_stale(Standing, cast_unit(name).path)
    refresh()
    city = read(["org.county.listed_rate"], cast_unit("city"), H1)["org.county.listed_rate"]
    assert (words(city), city.qualifier, city.day) == ("16.67%", "exact", date(2023, 6, 30))
    assert round(Decimal(value("org.county.listed_rate", "province") or 0), 4) == Decimal("0.0164")
    ranked = ranking("org.county.listed_rate", cast_unit("province"), H1, Level.CITY)
    assert len(ranked) == 14
    assert ranked[0][0] == cast_unit("city")


def test_ratio_with_nothing_to_divide_by_has_no_value(province_scope):
    with declared(JOINED, SHARE):
        join(cast_unit("village"), date(2023, 5, 1))
        refresh()
        reading = read(["test.share"], cast_unit("sibling"), H1)["test.share"]
        assert (reading.value, reading.qualifier, words(reading)) == (None, "no_value", "〔无法计算〕")
        assert value("test.share", "county") == 1
        assert [unit for unit, _ in breakdown("test.share", cast_unit("city"), H1)] == [cast_unit("county")]
        course = trend(
            "test.share", cast_unit("county"), [H1, Period.parse("2022H1"), Period.parse("2023Q1")]
        )
        assert [v for _, v in course] == [1, None, None]


def test_computed_is_a_formula_over_figures(province_scope):
    with declared(AVERAGE):
        for _ in range(3):
            join(cast_unit("village"), date(2023, 1, 1))
        refresh()
        assert value("test.average", "city") == Decimal("0.25")
        assert value("test.average", "village") is None


@pytest.mark.parametrize(
    ("figure", "reason"),
    [
        (replace(VISITED, subject=""), "names its subject"),
        (replace(VISITED, measure="id"), "names its subject"),
        (replace(JOINED, key="test.y", measure="id"), "a column 数值"),
        (replace(JOINED, key="test.x", subject="person_id"), "names its subject"),
        (
            replace(JOINED, key="test.x", cuts=[age_cut("person__birth_date", (18,))]),
            "cut by age needs since",
        ),
        (replace(SHARE, operands=("member.total",)), "its part and its whole"),
        (replace(AVERAGE, formula=None), "its formula"),
        (replace(SHARE, rows=Member.objects.all), "neither rows nor cuts"),
    ],
)
def test_register_refuses_a_kind_that_is_not_whole(figure, reason):
    with pytest.raises(ValueError, match=reason):
        register(figure)


@contextmanager
def source(figures: list[Figure], version: list[int]) -> Iterator[None]:
    """Figures that come from a database that the test plays."""
    catalogue.register_source(Source(version=lambda: version[0], figures=lambda: figures, model=Unit))
    try:
        yield
    finally:
        catalogue._sources.pop()
        catalogue._loaded.clear()


def test_a_source_is_asked_again_when_its_version_has_changed(db):
    figures, version = [replace(JOINED, key="test.first")], [101]
    with source(figures, version):
        assert catalogue.get("test.first").name == JOINED.name
        figures.append(replace(JOINED, key="test.second"))
        with pytest.raises(UnknownFigure):
            catalogue.get("test.second")
        version[0] = 102
        assert catalogue.get("test.second") in catalogue.every()
        assert catalogue.counting(Unit)[-2:] == ["test.first", "test.second"]
    with pytest.raises(UnknownFigure):
        catalogue.get("test.first")
