"""Lists over values of every kind, and filters of every kind: as the page, the workbook and the paper have them."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any, ClassVar

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django_filters import (
    BooleanFilter,
    FilterSet,
    ModelMultipleChoiceFilter,
    MultipleChoiceFilter,
    NumberFilter,
    RangeFilter,
)
from django_htmx.middleware import HtmxDetails
from python_calamine import CalamineWorkbook

from fpa.access.models import Level, Unit
from fpa.access.seats import seated
from fpa.core import lists
from fpa.core.actor import Actor
from tests.cast import COUNTY

pytestmark = pytest.mark.django_db

CLERK = Actor(user_id=1, name="王五", unit_name="鹤城区", path="/12/02/", level=3)
EXPORTED: list[tuple[str, int]] = []


class EveryFilter(FilterSet):
    levels = MultipleChoiceFilter(field_name="level", choices=Level.choices, label="层级")
    number = NumberFilter(field_name="level", lookup_expr="gte", label="层级不小于")
    is_open = BooleanFilter(field_name="valid_to", lookup_expr="isnull", label="在用")
    between = RangeFilter(field_name="level", label="层级范围")
    above = ModelMultipleChoiceFilter(
        field_name="parent", queryset=Unit.objects.filter(level=1), label="上级"
    )

    class Meta:
        model = Unit
        fields: ClassVar[list[str]] = []


def listed(query: str = "", *columns: lists.Column, **given: Any) -> HttpResponse:
    """The answer of a list of the one county, asked as the clerk."""
    request = RequestFactory().get(f"/x/?{query}")
    request.htmx = HtmxDetails(request)  # type: ignore[attr-defined]
    seated(request).actor = CLERK
    usual: dict[str, Any] = {
        "title": "名册",
        "rows": Unit.objects.filter(code=COUNTY),
        "columns": columns or (lists.Column("code", "区划代码", lambda u: u.code, sort="code"),),
        "on_export": lambda title, count: EXPORTED.append((title, count)),
    }
    return lists.list_page(request, **usual | given)


def sheet(response: HttpResponse) -> list[list[Any]]:
    return CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()


def page(response: HttpResponse) -> str:
    return response.content.decode()


VALUES: list[tuple[Any, Any, Any, str]] = [
    ("张三", "text", "张三", "张三"),
    ("0731", "code", "0731", "0731"),
    (None, "number", "", "—"),
    ("", "text", "", "—"),
    (0, "number", 0.0, "0"),
    (1234567, "number", 1234567.0, "1,234,567"),
    (Decimal("-1234.5"), "money", -1234.5, "-1,234.50"),
    (0.985, "percent", 0.985, "98.5%"),
    (1, "percent", 1.0, "100%"),
    (True, "text", "是", "是"),
    (False, "text", "否", "否"),
    (date(2026, 5, 1), "date", date(2026, 5, 1), "2026年5月1日"),
    (lists.Status("已退回", "returned"), "text", "已退回", "已退回"),
    (430102, "code", "430102", "430102"),
]


@pytest.mark.parametrize(("value", "kind", "in_sheet", "on_page"), VALUES)
def test_value_stands_alike_in_workbook_page_and_paper(
    value: Any, kind: Any, in_sheet: Any, on_page: str
) -> None:
    columns = (lists.Column("a", "甲", lambda _: "x"), lists.Column("b", "乙", lambda _: value, kind=kind))
    exported = sheet(listed("export=xlsx", *columns))[4][1]
    assert exported == in_sheet
    for query in ("", "print=1"):
        found = re.findall(r'<td class="kind-\w+"[^>]*>(.*?)</td>', page(listed(query, *columns)))
        assert re.sub(r"<[^>]+>", "", found[-1]) == on_page


def test_moment_of_another_zone_is_written_in_beijing_time() -> None:
    moment = datetime(2026, 4, 30, 16, 5, tzinfo=UTC)
    column = lists.Column("at", "时间", lambda _: moment, kind="date")
    assert "2026年5月1日 00:05" in page(listed("", column))
    assert sheet(listed("export=xlsx", column))[4][0] == datetime(2026, 5, 1, 0, 5)


def test_link_of_a_column_leads_only_where_there_is_one() -> None:
    there = lists.Column("a", "甲", lambda _: "有", link=lambda _: "/there/")
    nowhere = lists.Column("b", "乙", lambda _: "无", link=lambda _: None)
    html = page(listed("", there, nowhere))
    assert '<a href="/there/">有</a>' in html
    assert ">无</td>" in html
    assert "/there/" not in str(sheet(listed("export=xlsx", there, nowhere)))


# Filters


@pytest.mark.parametrize(
    ("query", "chips"),
    [
        ("levels=3", ["层级：县市区"]),
        ("levels=3&levels=4", ["层级：县市区、乡镇街道"]),
        ("number=0", ["层级不小于：0"]),
        ("number=3", ["层级不小于：3"]),
        ("is_open=true", ["在用：是"]),
        ("is_open=false", ["在用：否"]),
        ("is_open=unknown", []),
        ("between_min=0&between_max=9", ["层级范围：0至9"]),
        ("between_min=0", ["层级范围：不少于 0"]),
        ("between_max=0", ["层级范围：不超过 0"]),
        ("levels=&number=&between_min=&above=", []),
    ],
)
def test_filter_of_any_kind_in_force_is_said(query: str, chips: list[str]) -> None:
    """Nought and 否 narrow the rows as anything else does: no silent filters."""
    html = page(listed(query, filters=EveryFilter))
    assert re.findall(r'<a class="chip"[^>]*>([^<]+)<', html) == chips


def test_filter_by_rows_is_said_by_their_names_and_taken_off_alone() -> None:
    province = Unit.objects.get(level=1)
    html = page(listed(f"above={province.pk}&levels=3&page=2", filters=EveryFilter))
    chips = dict(re.findall(r'<a class="chip" href="([^"]+)"\s+aria-label="去掉条件：([^"]+)"', html))
    assert chips == {
        f"/x/?above={province.pk}": "层级 县市区",
        "/x/?levels=3": f"上级 {province.name}",
    }


@pytest.mark.parametrize("query", ["number=x", "number=NaN", "levels=9", "above=0", "between_min=x"])
def test_filter_of_any_kind_that_makes_no_sense_shows_and_exports_nothing(query: str) -> None:
    assert "筛选条件有误，没有查询。" in page(listed(query, filters=EveryFilter))
    assert sheet(listed(f"{query}&export=xlsx", filters=EveryFilter))[4:-1] == []


def test_range_has_a_name_for_each_end() -> None:
    html = page(listed("", filters=EveryFilter))
    assert re.findall(r'aria-label="层级范围（(.)）"', html) == ["起", "止"]


# Taken away


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("", []),
        ("export=xlsx", [("名册", 1)]),
        ("print=1", [("名册（打印）", 1)]),
        ("export=xlsx&print=1", [("名册", 1)]),
        ("export=XLSX", []),
    ],
)
def test_taking_away_is_told_once_and_looking_never(query: str, told: list[tuple[str, int]]) -> None:
    EXPORTED.clear()
    listed(query)
    assert told == EXPORTED
    assert lists.is_export(RequestFactory().get(f"/x/?{query}")) is bool(told)


def test_taking_away_nothing_is_a_whole_workbook_and_told_as_none() -> None:
    EXPORTED.clear()
    rows = sheet(listed("export=xlsx", rows=Unit.objects.none()))
    assert rows[1][0] == "筛选条件：无"
    assert rows[3] == ["区划代码"]
    assert rows[4][0].startswith("导出人：鹤城区 王五")
    assert EXPORTED == [("名册", 0)]


def test_taken_away_list_is_not_what_one_comes_back_to() -> None:
    assert lists.BACK_COOKIE in listed("sort=code").cookies
    for query in ("export=xlsx", "print=1"):
        assert lists.BACK_COOKIE not in listed(query).cookies


def test_title_that_no_file_can_have_is_still_a_download() -> None:
    response = listed("export=xlsx", title='a/b"c\n:名')
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment; filename")
    assert "\n" not in disposition


def test_export_refused_by_its_recorder_gives_no_file() -> None:
    def refuse(title: str, count: int) -> None:
        raise RuntimeError("the audit is down")

    for query in ("export=xlsx", "print=1"):
        with pytest.raises(RuntimeError, match="audit"):
            listed(query, on_export=refuse)


def test_export_keeps_the_order_of_the_page() -> None:
    counties = Unit.objects.filter(level=2)
    given = {"rows": counties, "filters": None}
    codes = [row[0] for row in sheet(listed("export=xlsx&sort=-code", **given))[4:-1]]
    assert codes == sorted(codes, reverse=True)
    assert codes == re.findall(
        r'<th scope="row" class="kind-text">(\d+)</th>', page(listed("sort=-code", **given))
    )
    assert len(codes) == 14


def test_known_count_beyond_the_limit_is_told_and_the_pages_still_end() -> None:
    html = page(listed("", total=lambda: 6_073_700))
    assert "共 6,073,700 条" in html
    assert "超过" not in html
    assert 'href="/x/?page=200"' in html
    assert "page=201" not in html


def test_page_may_be_a_template_of_the_modules_own_with_its_context() -> None:
    html = page(
        listed("", context={"title": "另一个标题", "links": [lists.Link("去办", "/do/", primary=True)]})
    )
    assert "<h1>另一个标题</h1>" in html
    assert 'href="/do/"' in html
