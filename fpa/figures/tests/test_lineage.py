"""From any figure to its records: at every level, what the page lists is what the number says (design §6)."""

from decimal import Decimal
from io import BytesIO

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.figures import catalogue, queries
from fpa.figures.catalogue import Figure
from fpa.figures.display import address, words
from fpa.figures.recount import recount
from tests.cast import CITY, PROVINCE, SIBLING, cast_unit

H1 = Period.parse("2023H1")
SEATS = ("province", "city", "county", "township", "village")


@pytest.fixture
def world(figures_database, province_scope):
    """Every declared figure has records."""


def readings(name: str) -> list[queries.Reading]:
    keys = [figure.key for figure in catalogue.stored() if figure.kind.is_additive]
    return list(queries.read(keys, cast_unit(name), H1).values())


def listed(client, figure: Figure, unit: Unit) -> list[dict[str, object]]:
    """The records behind a figure as the page exports them: a row each, by heading."""
    response = client.get(f"{address('figure_records', figure.key, unit, H1)}&export=xlsx")
    assert response.status_code == 200
    lines = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()
    head = next(i for i, line in enumerate(lines) if "区划代码" in line)
    names = [str(name) for name in lines[head]]
    rows: list[dict[str, object]] = [dict(zip(names, line, strict=True)) for line in lines[head + 1 :]]
    return [row for row in rows if str(row["区划代码"]).isdecimal()]


def test_world_has_records_of_every_declared_figure(world):
    assert {r.figure.key for r in readings("province") if not r.value} == set()
    assert recount(cast_unit("province"), H1).differences == []


@pytest.mark.parametrize("seat", SEATS)
def test_records_of_every_figure_make_up_its_value(world, client_as, seat):
    """Rows where records are counted, their sum where cells are summed; no row of another unit."""
    client, unit = client_as(seat), cast_unit(seat)
    inside = set(Unit.objects.under(unit.path).values_list("code", flat=True))
    wrong = {}
    for reading in readings(seat):
        rows = listed(client, reading.figure, unit)
        amount = sum(Decimal(str(row["数值"])) for row in rows) if reading.figure.measure else len(rows)
        if amount != reading.value or not {row["区划代码"] for row in rows} <= inside:
            wrong[reading.figure.key] = (amount, reading.value)
    assert wrong == {}


@pytest.mark.parametrize("seat", SEATS)
def test_parts_and_own_of_every_figure_make_up_its_value(world, seat):
    for reading in readings(seat):
        parts = queries.breakdown(reading.figure.key, reading.unit, H1)
        assert sum(value or 0 for _, value in parts) + (reading.own or 0) == reading.value, reading.figure.key


@pytest.mark.parametrize("code", ["2023", "2023H1", "2023Q2", "2023-05", "2023-06", "2023H2", "2023Q1"])
def test_records_behind_make_up_the_value_in_every_period(world, code):
    period, county = Period.parse(code), cast_unit("county")
    for reading in queries.read(
        [f.key for f in catalogue.stored() if f.kind.is_additive], county, period
    ).values():
        if reading.value is None:
            continue
        rows = queries.records_behind(reading.figure, county, period)
        measure = reading.figure.measure
        amount = sum(getattr(row, measure) for row in rows) if measure else rows.count()
        assert amount == reading.value, reading.figure.key


@pytest.mark.parametrize("seat", SEATS)
def test_detail_page_of_every_figure_shows_its_number_and_leads_to_its_records(world, client_as, seat):
    client = client_as(seat)
    for reading in readings(seat):
        response = client.get(address("figure_detail", reading.figure.key, reading.unit, H1))
        shown = html.fromstring(response.content)
        card = shown.xpath('//*[@class="key-figures"]')[0]
        assert words(reading) in "".join(card.text_content().split()), reading.figure.key
        records = address("figure_records", reading.figure.key, reading.unit, H1)
        assert records in card.xpath(".//a/@href")


def test_detail_page_leads_down_to_the_village_and_its_records(world, client_as):
    """A person at the province clicks through the rows that have a value, down to the cells that a village typed."""
    client, way = client_as("province"), []
    page = client.get(address("figure_detail", "visit.households", cast_unit("province"), H1))
    while rows := html.fromstring(page.content).xpath('//*[@aria-label="按下级单位"]//tr[th/a]'):
        row = next(r for r in rows if r.xpath("td[1]")[0].text_content().strip() not in ("0", "暂无上报"))
        way.append((row.xpath("th")[0].text_content().strip(), row.xpath("td[1]")[0].text_content()))
        page = client.get(row.xpath("th/a/@href")[0])
    assert [name for name, _ in way][:2] == ["怀化市", "鹤城区"]
    assert way[-1][0] == cast_unit("village").name
    records = html.fromstring(page.content).xpath('//a[contains(text(), "查看记录")]/@href')[0]
    assert "共 1 条" in client.get(records).content.decode()


@pytest.mark.parametrize("seat", ["county", "township", "village"])
def test_detail_page_has_the_way_from_the_seat_down_and_nothing_above(world, client_as, seat):
    unit = cast_unit("village")
    page = client_as(seat).get(address("figure_detail", "visit.households", unit, H1)).content.decode()
    above = [u for u in Unit.objects.above(unit.path) if u != unit]
    linked = [
        address("figure_detail", "visit.households", u, H1).replace("&", "&amp;") in page for u in above
    ]
    assert linked == [u.path >= cast_unit(seat).path for u in above]


@pytest.mark.parametrize("page", ["figure_detail", "figure_records"])
@pytest.mark.parametrize("code", [SIBLING, CITY, PROVINCE])
def test_pages_of_every_figure_are_closed_to_the_unit_beside(world, client_as, page, code):
    client, unit = client_as("county"), Unit.objects.get(code=code)
    answers = {
        client.get(address(page, f.key, unit, H1)).status_code
        for f in catalogue.stored()
        if f.kind.is_additive
    }
    assert answers == {404}


def test_records_never_show_what_identifies_a_person(world, client_as):
    rows = listed(client_as("county"), catalogue.get("member.total"), cast_unit("county"))
    assert len(rows) == 4
    assert all("*" in str(row["姓名"]) for row in rows)
    assert not any("身份证" in str(name) or "电话" in str(name) for name in rows[0])
