"""The tables of the dashboard against the readers: the same units, the same numbers, the links that go on from them."""

import re
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.utils import timezone
from lxml import html
from python_calamine import CalamineWorkbook

from fpa.access.models import Level, Unit
from fpa.analysis.parts import Per, parts_of_figure, villages_below
from fpa.core.chinese import number
from fpa.core.periods import Period
from fpa.figures.display import UNREPORTED
from fpa.figures.queries import breakdown, ranking, read
from fpa.organization.actions.units import move_unit
from tests.cast import CITY, COUNTY, SIBLING, cast_unit

from .facts import H1, put

VISITS = "visit.households"
PERIOD = Period.parse(H1)
ADDRESS = f"/dashboard/?period={H1}&figure={VISITS}"
SEATS = ("province", "city", "county", "township")


@pytest.fixture
def spread(province_scope):
    """Visits in villages of several counties and cities, at a county's own office, and in a functional zone."""
    put(VISITS, cast_unit("village"), 12_345)
    put(VISITS, cast_unit("county"), 55)
    put(VISITS, cast_unit("township"), 7)
    put(VISITS, Unit.objects.filter(parent__parent__code=SIBLING)[0], 678)
    put(VISITS, Unit.objects.get(code="430102000000"), 9)
    put(VISITS, zone(), 4)
    put("member.total", cast_unit("village"), 200)
    put("member.total", zone(), 50)


def zone() -> Unit:
    return Unit.objects.under(cast_unit("city").path).get(kind="functional_zone")


def told(value: Any) -> str:
    return UNREPORTED if value is None else number(value)


def page(client: Any, address: str) -> html.HtmlElement:
    response = client.get(address)
    assert response.status_code == 200
    return html.fromstring(response.content)


def table(shown: html.HtmlElement, label: str) -> dict[str, list[str]]:
    """The rows of a table, by the words of their heading."""
    rows = shown.xpath(f'//*[@aria-labelledby="{label}"]//tbody/tr[th][td]')
    return {
        " ".join(row.xpath("th")[0].text_content().split()): [
            cell.text_content().strip() for cell in row.xpath("td")
        ]
        for row in rows
    }


@pytest.mark.parametrize("seat", SEATS)
def test_list_equals_the_breakdown_under_the_units_own_reading(spread, client_as, seat):
    unit = cast_unit(seat)
    shown = table(page(client_as(seat), ADDRESS), "list-title")
    reading = read([VISITS], unit, PERIOD)[VISITS]
    parts = breakdown(VISITS, unit, PERIOD)
    assert shown.pop("合计") == [number(reading.value)]
    assert shown.pop("本级", ["0"]) == [number(reading.own)]
    assert shown == {part.name: [told(value)] for part, value in parts}
    assert list(shown) == [part.name for part, _ in parts]


@pytest.mark.parametrize("seat", ["city", "county", "township"])
def test_ranking_equals_the_reader(spread, client_as, seat):
    unit = cast_unit(seat)
    shown = table(page(client_as(seat), ADDRESS), "ranking-title")
    ranked = ranking(VISITS, unit, PERIOD, Level(unit.level + 1))
    assert {name: cells[-1] for name, cells in shown.items()} == {u.name: number(v) for u, v in ranked}
    assert [int(cells[0]) for cells in shown.values()] == sorted(int(cells[0]) for cells in shown.values())


def test_counties_of_the_province_leave_zones_and_offices_to_the_rest(spread, client_as):
    shown = table(page(client_as("province"), f"{ADDRESS}&level=3"), "list-title")
    whole = read([VISITS], cast_unit("province"), PERIOD)[VISITS].value
    assert shown.pop("合计") == [number(whole)]
    assert shown.pop("本级、功能区等") == ["4"]
    assert len(shown) == 122
    told = [cells[0].replace(",", "") for cells in shown.values() if cells != [UNREPORTED]]
    assert sum(int(each) for each in told) + 4 == whole


@pytest.mark.parametrize("level", [2, 3])
def test_every_shape_on_the_map_leads_down_with_its_number(spread, client_as, level):
    shown = page(client_as("province"), f"{ADDRESS}&level={level}")
    cells = table(shown, "list-title")
    links = shown.xpath('//*[@class="map"]//a')
    assert len(links) == (14 if level == 2 else 122)
    for link in links:
        name, measure = link.xpath("title")[0].text.split("：")
        shown_there = cells[name][0]
        assert measure == (shown_there if shown_there == UNREPORTED else f"{shown_there}户")
        assert re.search(r"[?&]unit=43\d{10}(&|$)", link.get("href"))
        assert "level=" not in link.get("href")


@pytest.mark.parametrize("seat", SEATS)
def test_rows_lead_to_the_same_view_of_the_unit_below(spread, client_as, seat):
    client = client_as(seat)
    shown = page(client, ADDRESS)
    links = shown.xpath('//*[@aria-labelledby="list-title"]//th/a')
    assert links
    for link in (links[0], links[-1]):
        below = page(client, link.get("href"))
        assert below.xpath("//h1")[0].text == f"{link.text}数据看板"
        assert f"period={H1}" in link.get("href")
        assert below.xpath('//select[@name="figure"]/option[@selected]/@value') == [VISITS]


def test_zones_stand_apart_and_are_not_ranked(spread, client_as):
    shown = page(client_as("city"), ADDRESS)
    bodies = shown.xpath('//*[@aria-labelledby="list-title"]//tbody')
    assert "功能区（不计入县市区数）" in bodies[1].text_content()
    assert zone().name in bodies[1].text_content()
    assert zone().name not in bodies[0].text_content()
    assert zone().name not in table(shown, "ranking-title")
    assert not shown.xpath(f'//*[@class="map"]//title[contains(text(), "{zone().name}")]')


def villages_of(unit: Unit) -> int:
    """Counted plainly, one by one."""
    return sum(u.level == Level.VILLAGE and u.valid_to is None for u in Unit.objects.under(unit.path))


@pytest.mark.parametrize("seat", ["city", "county"])
def test_per_village_divides_by_the_villages_of_each_line(spread, client_as, seat):
    shown = table(page(client_as(seat), f"{ADDRESS}&per=village"), "list-title")
    unit = cast_unit(seat)
    for part, value in breakdown(VISITS, unit, PERIOD)[:4]:
        if value is None:
            assert shown[part.name] == [UNREPORTED, "—"]
            continue
        expected = (Decimal(value) / villages_of(part)).quantize(Decimal("0.01"))
        assert shown[part.name] == [number(value), number(expected)]
    whole = read([VISITS], unit, PERIOD)[VISITS].value or 0
    assert shown["合计"][1] == number((Decimal(whole) / villages_of(unit)).quantize(Decimal("0.01")))


def test_per_hundred_members_leaves_open_what_has_none(spread, client_as):
    shown = table(page(client_as("city"), f"{ADDRESS}&per=member"), "list-title")
    assert shown["鹤城区"] == ["12,407", "6,203.50"]
    assert shown["中方县"][1] in ("", "—")
    assert shown[zone().name] == ["4", "8.00"]
    assert shown["合计"] == ["13,089", number((Decimal(13_089) * 100 / 250).quantize(Decimal("0.01")))]


@pytest.mark.parametrize(("seat", "level"), [("province", 2), ("province", 3), ("city", 3), ("county", 4)])
def test_villages_below_are_counted_by_one_statement(province_scope, seat, level, django_assert_num_queries):
    unit = cast_unit(seat)
    with django_assert_num_queries(1):
        counts = villages_below(unit, Level(level))
    below = {u.path: u for u in Unit.objects.under(unit.path).filter(level=level)}
    assert set(counts) <= set(below)
    assert sum(counts.values()) == villages_of(unit)
    for path in list(counts)[::20]:
        assert counts[path] == villages_of(below[path])


def step_of(unit: Unit) -> str:
    """The last step of the unit's path."""
    return unit.path.rstrip("/").rpartition("/")[2]


def two_with_one_step() -> tuple[Unit, Unit]:
    """Two townships of two counties of the city whose last steps are alike."""
    known: dict[str, Unit] = {}
    townships = Unit.objects.under(cast_unit("city").path).filter(level=Level.TOWNSHIP)
    for unit in townships.select_related("parent").order_by("path"):
        if step_of(unit) in known:
            return unit, known[step_of(unit)]
        known[step_of(unit)] = unit
    raise LookupError("no two townships of the city have one step")


def test_villages_below_go_by_the_line_of_parents_not_by_the_length_of_paths(province_scope, actor):
    """A moved unit whose step is taken there gets its whole code as its step: its path is longer than its siblings'."""
    taken, there = two_with_one_step()
    sibling, today = there.parent, timezone.localdate()
    moved = move_unit(unit=taken, to_parent=sibling, on=today, document="湘民发", by=actor("city"))
    assert len(moved.path) > len(there.path)
    counts = villages_below(sibling, Level.TOWNSHIP)
    assert counts[moved.path] == villages_of(moved) > 0
    put(VISITS, moved, 30)
    reading = read([VISITS], sibling, PERIOD)[VISITS]
    lines = parts_of_figure(reading, Level.TOWNSHIP, Per.VILLAGE, 0).lines
    assert next(line for line in lines if line.unit == moved).ratio is not None
    assert all((line.ratio is None) is (line.value is None) for line in lines if villages_of(line.unit))


@pytest.mark.parametrize(
    ("seat", "typed", "below"),
    [
        ("province", "怀化市", Level.COUNTY),
        ("province", "鹤城区", Level.TOWNSHIP),
        ("city", "hcq", Level.TOWNSHIP),
        ("county", "鹤城区", Level.TOWNSHIP),
    ],
)
def test_a_unit_chosen_by_name_is_shown_by_the_units_below_it(spread, client_as, seat, typed, below):
    client = client_as(seat)
    by_name = page(client, f"{ADDRESS}&unit={typed}")
    code = Unit.objects.get(name="怀化市").code if typed == "怀化市" else COUNTY
    by_code = page(client, f"{ADDRESS}&unit={code}")
    assert table(by_name, "list-title") == table(by_code, "list-title")
    assert f"按{below.label}" in by_name.xpath('//*[@id="list-title"]')[0].text_content()
    assert by_name.xpath('//input[@name="unit"]/@value') == by_code.xpath('//input[@name="unit"]/@value')


@pytest.mark.parametrize(
    ("seat", "query", "rest", "tail"),
    [
        ("county", "", ["本级", 55], None),
        ("province", "&level=3", ["本级、功能区等", 4], None),
        ("city", "", None, "（功能区）"),
        ("township", "", ["本级", 7], None),
    ],
)
def test_workbook_has_the_rows_of_the_page(spread, client_as, seat, query, rest, tail):
    client = client_as(seat)
    shown = table(page(client, f"{ADDRESS}{query}"), "list-title")
    content = client.get(f"{ADDRESS}{query}&export=xlsx").content
    lines = CalamineWorkbook.from_filelike(BytesIO(content)).get_sheet_by_index(0).to_python()
    head = next(i for i, line in enumerate(lines) if "区划代码" in line)
    rows = [line[1:3] for line in lines[head + 1 :] if line[2] != ""]
    said = {str(name).removesuffix("（功能区）"): value for name, value in rows}
    written = {name: v if isinstance(v, str) else number(int(v)) for name, v in said.items()}
    assert written == {name: cells[0] for name, cells in shown.items()}
    assert list(written) == list(shown)
    assert rest is None or rest in rows
    assert tail is None or str(rows[-1][0]).endswith(tail)


def test_workbook_tells_meaning_period_coverage_and_course(spread, client_as):
    book = CalamineWorkbook.from_filelike(BytesIO(client_as("city").get(f"{ADDRESS}&export=xlsx").content))
    first, course = (book.get_sheet_by_index(n).to_python() for n in (0, 1))
    words = " ".join(str(cell) for line in first for cell in line)
    for said in ("口径：", "2023年上半年", "个县", "截至时间：", "怀化市"):
        assert said in words
    assert ["2023年上半年", 13_089] in [line[:2] for line in course]


@pytest.mark.parametrize("code", [CITY, SIBLING])
def test_workbook_of_a_foreign_unit_is_not_there(spread, client_as, code):
    assert client_as("county").get(f"{ADDRESS}&unit={code}&export=xlsx").status_code == 404


def test_dashboard_by_counties_and_villages_asks_as_little_as_by_cities(
    spread, client_as, django_assert_max_num_queries
):
    client = client_as("province")
    client.get(ADDRESS)
    with django_assert_max_num_queries(38) as plain:
        client.get(ADDRESS)
    with django_assert_max_num_queries(len(plain) + 2):
        client.get(f"{ADDRESS}&level=3&per=village")
