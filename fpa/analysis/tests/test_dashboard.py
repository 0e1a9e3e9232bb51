"""The dashboard: what each level sees, drill-down, choices, workbook, and its cost."""

import json
import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from lxml import html
from python_calamine import CalamineWorkbook

from fpa.access.models import Level, Unit
from fpa.analysis.dashboard import Hands, drawn_map, levels_below, needs_a_hand
from fpa.analysis.parts import UnitShare
from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.figures import catalogue
from fpa.reporting.models import Collection, Form, State, Submission
from tests.cast import CITY, COUNTY, PROVINCE, SIBLING, cast_unit

from .facts import H1, put

ADDRESS = f"/dashboard/?period={H1}"
VISITS = "visit.households"


@pytest.fixture
def visits(province_scope):
    """Visits in two counties of the city, and in one of another city."""
    put(VISITS, cast_unit("village"), 12_345)
    put(VISITS, Unit.objects.filter(parent__parent__code=SIBLING)[0], 678)
    put(VISITS, Unit.objects.get(code="430102000000"), 9)


@pytest.fixture
def collection(standard_forms, visits) -> Collection:
    """Visits of the first half-year, to be filled in by villages; one village is through and one has to mend."""
    days = {"opens_on": date(2023, 6, 1), "due_on": date(2023, 6, 20), "locks_on": date(2023, 7, 1)}
    made = Collection.objects.create(
        form=Form.objects.get(code="visit"),
        unit=cast_unit("province"),
        title="2023年上半年走访慰问",
        period=H1,
        fill_level=Level.VILLAGE,
        **days,
    )
    villages = Unit.objects.filter(parent=cast_unit("township"))
    for village, state in zip(villages, (State.APPROVED, State.RETURNED), strict=False):
        Submission.objects.create(
            collection=made, unit=village, state=state, first_submitted_at=timezone.now()
        )
    return made


def page(client: Client, address: str = ADDRESS) -> html.HtmlElement:
    response = client.get(address)
    assert response.status_code == 200
    return html.fromstring(response.content)


def rows(shown: html.HtmlElement, label: str) -> list[list[str]]:
    table = shown.xpath(f'//*[@aria-labelledby="{label}"]//tr')
    return [[" ".join(cell.text_content().split()) for cell in row] for row in table]


@pytest.mark.parametrize(
    ("name", "figures", "shapes", "ranked"),
    [
        ("province", 5, 14, 2),
        ("city", 5, 12, 2),
        ("county", 5, 0, 1),
        ("township", 5, 0, 1),
        ("village", 4, 0, 0),
    ],
)
def test_dashboard_shows_what_a_level_has(visits, client_as, name, figures, shapes, ranked):
    """All units below are listed, and those ranked that have reported."""
    shown = page(client_as(name))
    assert len(shown.xpath('//*[contains(@class, "key-figure ") or @class="key-figure"]')) == figures
    assert len(shown.xpath('//*[@class="map"]//path')) == shapes
    assert len([row for row in rows(shown, "ranking-title") if row[0].isdecimal()]) == ranked
    listed = [row for row in rows(shown, "list-title") if len(row) == 2 and row[0] not in ("单位", "合计")]
    assert len(listed) == Unit.objects.filter(parent=cast_unit(name)).count()
    assert (len(rows(shown, "list-title")) > 0) is (name != "village")


def test_dashboard_lists_in_code_order_with_the_total_first(visits, client_as):
    table = rows(page(client_as("city")), "list-title")
    assert table[1] == ["合计", "13,023"]
    assert table[2:4] == [["鹤城区", "12,345"], ["中方县", "678"]]
    assert table[-2][0].startswith("功能区")
    assert table[-1][0] == "怀化市洪江管理区"


def test_dashboard_map_links_to_the_units_and_tells_their_numbers(visits, client_as):
    shown = page(client_as("city"))
    link = shown.xpath('//*[@class="map"]//a[title[starts-with(text(), "鹤城区")]]')[0]
    assert link.xpath("title")[0].text == "鹤城区：12,345户"
    assert f"unit={COUNTY}" in link.get("href")
    assert page(client_as("city"), link.get("href")).xpath("//h1")[0].text == "鹤城区数据看板"
    shades = {p.getparent().xpath("title")[0].text[:3]: p.get("class") for p in shown.xpath("//path")}
    assert shades["鹤城区"] == "shade-5"
    assert shades["沅陵县"] == "shade-0"


def test_dashboard_of_the_province_can_be_seen_by_counties(visits, client_as):
    shown = page(client_as("province"), f"{ADDRESS}&level=3")
    assert len(shown.xpath('//*[@class="map"]//path')) == 122
    assert not shown.xpath('//*[@class="map"]//text')
    assert rows(shown, "ranking-title")[1] == ["1", "鹤城区", "12,345"]


def test_dashboard_can_compare_by_ratio(visits, client_as):
    shown = page(client_as("city"), f"{ADDRESS}&per=village")
    assert rows(shown, "ranking-title")[0][2].endswith("（户/村）")
    villages = Unit.objects.under(cast_unit("county").path).filter(level=5).count()
    assert rows(shown, "ranking-title")[1] == ["1", "鹤城区", f"{12345 / villages:.2f}"]


def test_dashboard_opens_with_the_latest_period_that_has_data(visits, client_as):
    shown = page(client_as("city"), "/dashboard/")
    assert shown.xpath('//select[@name="period"]/option[@selected]/@value') == [H1]
    assert str(Period.of(timezone.localdate(), "half")) in shown.xpath(
        '//select[@name="period"]/option/@value'
    )


def test_dashboard_draws_the_course_from_json_on_the_page(visits, client_as):
    shown = page(client_as("city"))
    data = json.loads(shown.xpath('//script[@id="course"]')[0].text)
    assert data["labels"][0] == "2023年上半年"
    assert data["values"][0] == 13_023
    assert ["2023年上半年", "13,023"] in rows(shown, "course-title")
    inline = [s for s in shown.xpath("//script[not(@src)]") if s.get("type") != "application/json"]
    assert inline == []


@pytest.mark.parametrize(("key", "said"), [("no.such", "12,345"), ("org.county.listed", "0")])
def test_dashboard_takes_an_unknown_choice_for_the_first_one(visits, client_as, key, said):
    shown = page(client_as("city"), f"{ADDRESS}&figure={key}&per=nonsense&level=9")
    assert rows(shown, "list-title")[2][1] == said


def test_dashboard_says_where_a_stock_has_no_value_in_a_period(visits, client_as):
    shown = page(client_as("city"), "/dashboard/?figure=member.total&period=2026-12")
    assert "期末数在报告期结束以后才有" in shown.text_content()
    assert (
        client_as("city").get("/dashboard/?figure=member.total&period=2026-12&export=xlsx").status_code == 404
    )


@pytest.mark.parametrize("typed", ["hcq", "鹤城区", COUNTY, f"{COUNTY} 鹤城区"])
def test_dashboard_takes_a_unit_by_code_name_or_initials(visits, client_as, typed):
    shown = page(client_as("city"), f"{ADDRESS}&unit={typed}")
    assert shown.xpath("//h1")[0].text == "鹤城区数据看板"


def test_dashboard_says_which_name_it_does_not_know(visits, client_as):
    shown = page(client_as("county"), f"{ADDRESS}&unit=中方县")
    assert "在您的管理范围内没有找到“中方县”" in shown.text_content()
    assert shown.xpath("//h1")[0].text == "鹤城区数据看板"


@pytest.mark.parametrize("code", [SIBLING, CITY, PROVINCE, "000000000000"])
def test_dashboard_of_a_foreign_unit_is_not_there(client_as, code):
    assert client_as("county").get(f"/dashboard/?unit={code}").status_code == 404


@pytest.mark.parametrize(("name", "status"), [("auditor", 403), ("administrator", 403), ("village", 200)])
def test_dashboard_needs_its_permission(client_as, name, status):
    assert client_as(name).get("/dashboard/").status_code == status


def test_dashboard_of_a_nonsense_period_is_not_there(client_as):
    assert client_as("county").get("/dashboard/?period=2023H9").status_code == 404


def test_dashboard_names_the_units_that_need_a_hand(collection, client_as):
    shown = page(client_as("township"))
    text = " ".join(shown.text_content().split())
    villages = list(Unit.objects.filter(parent=cast_unit("township")))
    assert f"应报 {len(villages)}，未报 {len(villages) - 1}，已退回 1，迟报 1" in text
    first = shown.xpath('//ul[@class="hands"]/li')[0]
    assert villages[1].name in first.text_content()
    assert "已退回 1" in first.text_content()
    assert first.xpath(".//a/@href") == [f"/collections/{collection.pk}/board/{villages[1].code}/"]


@pytest.mark.parametrize("query", ["", "&level=3"])
def test_dashboard_names_cities_that_need_a_hand_whatever_level_is_compared(collection, client_as, query):
    shown = page(client_as("province"), f"{ADDRESS}{query}")
    names = [link.text for link in shown.xpath('//ul[@class="hands"]/li/a')]
    assert len(names) == 8
    assert {name[-1] for name in names} <= {"市", "州"}
    assert "还有 6 个单位" in shown.text_content()


def hands(*place: Any) -> Hands:
    found = needs_a_hand(*place)
    assert found is not None
    return found


def test_needs_a_hand_takes_the_collection_that_yields_the_figure(collection):
    other = Form.objects.get(code="campaign529")
    days = {"opens_on": date(2023, 5, 25), "due_on": date(2023, 6, 30), "locks_on": date(2023, 7, 1)}
    campaign = Collection.objects.create(
        form=other, unit=cast_unit("province"), title="五月", period="2023-05", fill_level=4, **days
    )
    county, half = cast_unit("county"), Period.parse(H1)
    below = list(Unit.objects.filter(parent=county))
    found = {k: hands(county, half, k, below) for k in (VISITS, "campaign529.served", "member.total")}
    assert found[VISITS].collection == collection
    assert found["campaign529.served"].collection == found["member.total"].collection == campaign
    assert found["campaign529.served"].whole.expected == len(below)
    assert needs_a_hand(county, Period.parse("2024H1"), VISITS, below) is None
    assert hands(cast_unit("village"), half, "campaign529.served", []).collection == collection


def test_needs_a_hand_names_some_and_counts_the_rest(collection):
    city = cast_unit("city")
    below = list(Unit.objects.filter(parent=city))
    found = hands(city, Period.parse(H1), VISITS, below)
    missing = [progress.missing for _, progress in found.behind]
    assert missing == sorted(missing, reverse=True)
    assert len(found.behind) + found.others == len([u for u in below if u.children.exists()])


def test_dashboard_exports_a_sheet_for_each_table(visits, client_as):
    response = client_as("city").get(f"{ADDRESS}&export=xlsx&per=village")
    book = CalamineWorkbook.from_filelike(BytesIO(response.content))
    assert len(book.sheet_names) == 2
    lines = book.get_sheet_by_index(0).to_python()
    header = next(i for i, line in enumerate(lines) if "区划代码" in line)
    assert lines[header] == [
        "区划代码",
        "单位",
        f"{catalogue.get(VISITS).name}（户）",
        "每个村（社区）平均",
    ]
    assert lines[header + 1][1:3] == ["合计", 13_023]
    assert lines[header + 2][:3] == [COUNTY, "鹤城区", 12_345]
    assert any("口径：" in str(cell) for line in lines[:header] for cell in line)
    event = Event.objects.get(verb="list.exported")
    assert event.changes["rows"] == 13
    assert "怀化市" in event.changes["list"]


@pytest.mark.parametrize("name", ["province", "city", "county", "township"])
def test_dashboard_costs_the_same_with_more_data(collection, client_as, name, django_assert_max_num_queries):
    client = client_as(name)
    client.get(ADDRESS)
    with django_assert_max_num_queries(38) as before:
        client.get(ADDRESS)
    for figure in ("member.total", "visit.value", "campaign529.served", "staff.village_part_time"):
        for village in Unit.objects.filter(parent=cast_unit("township")):
            put(figure, village, 5)
    with django_assert_max_num_queries(len(before)):
        client.get(ADDRESS)


@pytest.mark.parametrize(
    ("level", "below"),
    [
        (Level.PROVINCE, [Level.CITY, Level.COUNTY]),
        (Level.CITY, [Level.COUNTY]),
        (Level.TOWNSHIP, [Level.VILLAGE]),
        (Level.VILLAGE, []),
    ],
)
def test_levels_below_are_one_step_and_for_the_province_two(level, below):
    assert levels_below(Unit(level=level)) == below


def test_drawn_map_tells_each_class_by_its_range(province_scope):
    province = cast_unit("province")
    cities = Unit.objects.filter(parent=province)
    drawn = drawn_map(province, Level.CITY, [UnitShare(city, n) for n, city in enumerate(cities)])
    assert drawn is not None
    assert drawn.legend == ((0, 0, 0), (1, 1, 2), (2, 3, 5), (3, 6, 7), (4, 8, 10), (5, 11, 13))
    assert drawn.has_labels
    assert drawn_map(cast_unit("county"), Level.TOWNSHIP, []) is None


def test_dashboard_has_no_ranking_by_use(visits, client_as):
    text = page(client_as("province")).text_content()
    assert not re.search(r"登录|在线时长|点赞|活跃", text)
