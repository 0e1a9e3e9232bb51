"""The one list, driven through a real page over the real tree of units (see urls.py beside)."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from python_calamine import CalamineWorkbook

from fpa.access.models import Unit
from fpa.core import icons, lists
from fpa.core.lists import export, listing
from fpa.core.tests import urls

pytestmark = [pytest.mark.django_db, pytest.mark.urls("fpa.core.tests.urls")]

UNITS = "/trial/units/"
CITIES = f"{UNITS}?level=2"
ClientAs = Callable[[str], Client]


@pytest.fixture
def client(client_as: ClientAs) -> Client:
    return client_as("county")


def text_of(response: Any) -> str:
    return response.content.decode()


def listing_of(response: Any) -> lists.Listing:
    return response.context["list"]


def codes(response: Any) -> list[str]:
    return [row.code for row, _ in listing_of(response).page_rows]


def rename(code: str, name: str) -> None:
    Unit.objects.filter(code=code).update(name=name)


# Filters


def test_list_filters_by_address(client: Client) -> None:
    response = client.get(f"{UNITS}?level=2&initials=c")
    assert codes(response) == ["430100000000", "430700000000", "431000000000"]
    assert "共 3 条" in text_of(response)


def test_list_shows_three_filters_and_folds_the_rest(client: Client) -> None:
    found = listing_of(client.get(UNITS))
    assert [b.name for b in found.fields_in_sight] == ["initials", "level", "kind"]
    assert [b.name for b in found.fields_folded] == ["valid_from", "code"]
    assert not found.is_unfolded


@pytest.mark.parametrize("asked", ["valid_from_after=2020-01-01", "code=430100000000", "code=x"])
def test_list_unfolds_a_folded_filter_that_is_in_force_or_wrong(client: Client, asked: str) -> None:
    response = client.get(f"{UNITS}?{asked}")
    assert listing_of(response).is_unfolded
    assert '<details class="filters-more" open>' in text_of(response)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("level=2", [("层级", "市州")]),
        ("initials=hh&level=2", [("拼音首字母", "hh"), ("层级", "市州")]),
        ("valid_from_after=2020-01-02", [("设立日期", "2020年1月2日及以后")]),
        ("valid_from_before=2020-01-02", [("设立日期", "2020年1月2日及以前")]),
        (
            "valid_from_after=2020-01-02&valid_from_before=2021-12-31",
            [("设立日期", "2020年1月2日至2021年12月31日")],
        ),
        ("level=&initials=&kind=", []),
        ("page=2&sort=name&unknown=1", []),
    ],
)
def test_list_says_each_filter_in_force(client: Client, asked: str, words: list[tuple[str, str]]) -> None:
    assert [(c.label, c.words) for c in listing_of(client.get(f"{UNITS}?{asked}")).chips] == words


def test_list_chip_takes_off_its_own_filter_only(client: Client) -> None:
    asked = "level=2&valid_from_after=1999-01-01&valid_from_before=2021-12-31&sort=name&page=1"
    level, dates = listing_of(client.get(f"{UNITS}?{asked}")).chips
    assert "level" not in parse_qs(urlsplit(level.url).query)
    assert parse_qs(urlsplit(dates.url).query) == {"level": ["2"], "sort": ["name"]}


def test_list_clears_filters_but_keeps_order_and_columns(client: Client) -> None:
    found = listing_of(client.get(f"{UNITS}?level=2&sort=name&columns=name&columns=code&page=2"))
    assert parse_qs(urlsplit(found.cleared).query) == {"sort": ["name"], "columns": ["name", "code"]}


@pytest.mark.parametrize("asked", ["level=99", "level=abc", "code=abc", "valid_from_after=yesterday"])
def test_list_with_a_wrong_filter_shows_no_row_and_says_so(client: Client, asked: str) -> None:
    response = client.get(f"{UNITS}?{asked}")
    assert response.status_code == 200
    assert codes(response) == []
    assert "筛选条件有误，没有查询。" in text_of(response)
    assert 'class="fault"' in text_of(response)


def test_list_with_a_wrong_filter_exports_no_row(client: Client) -> None:
    assert sheet_of(client.get(f"{UNITS}?level=99&export=xlsx"))[4:-1] == []


def test_list_of_a_village_stands_on_the_light_page(client_as: ClientAs) -> None:
    """Cards always, filters folded behind 查找 until one is in force; the office keeps both in sight."""
    village, county = client_as("village"), client_as("county")
    for page in (UNITS, "/trial/none/"):
        html = text_of(village.get(page))
        assert "css/light.css" in html
        assert '<link rel="stylesheet" href="/static/css/cards.css">' in html
    assert '<details class="fold">' in text_of(village.get(UNITS))
    assert '<details class="fold" open>' in text_of(village.get(CITIES))
    assert '<details class="fold" open>' in text_of(village.get(f"{UNITS}?level=99"))
    office = text_of(county.get(CITIES))
    assert 'css/cards.css" media="screen and (max-width: 640px)"' in office
    assert 'class="fold"' not in office


def test_list_without_rows_says_what_to_do(client: Client) -> None:
    assert "还没有单位，请先新增。" in text_of(client.get("/trial/none/"))
    nothing_found = text_of(client.get(f"{UNITS}?initials=zzzz"))
    assert "没有符合条件的记录。" in nothing_found
    assert "清空条件" in nothing_found


# Order


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("code", "430100000000"),
        ("-code", "433100000000"),
        ("", "430100000000"),
        ("parent", "430100000000"),
        ("-", "430100000000"),
        ("--code", "430100000000"),
        ("password", "430100000000"),
        ("unit__path;drop", "430100000000"),
    ],
)
def test_list_sorts_by_what_can_be_sorted_and_ignores_the_rest(client: Client, sort: str, first: str) -> None:
    response = client.get(CITIES, {"level": "2", "sort": sort})
    assert codes(response)[0] == first


def test_list_order_is_total_so_that_no_row_is_lost_between_pages(client: Client) -> None:
    pages = [codes(client.get(f"{UNITS}?level=3&sort=level&page={n}")) for n in (1, 2, 3)]
    assert len({code for page in pages for code in page}) == 134


@pytest.mark.parametrize(
    ("sort", "order", "next_sort"), [("", "", "name"), ("name", "up", "-name"), ("-name", "down", None)]
)
def test_list_heading_goes_up_then_down_then_back(
    client: Client, sort: str, order: str, next_sort: str | None
) -> None:
    found = listing_of(client.get(UNITS, {"sort": sort, "page": "2"} if sort else {"page": "2"}))
    heading = next(h for h in found.headings if h.column.key == "name")
    asked = parse_qs(urlsplit(heading.url or "").query)
    assert heading.order == order
    assert asked.get("sort", [None]) == [next_sort]
    assert "page" not in asked


# Columns


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        (["name", "initials"], ["name", "initials"]),
        (["initials", "name"], ["name", "initials"]),
        (["name", "nonsense"], ["name"]),
        (["nonsense"], ["code", "name", "level", "parent", "state", "valid_from", "amount", "share"]),
        ([], ["code", "name", "level", "parent", "state", "valid_from", "amount", "share"]),
    ],
)
def test_list_shows_the_chosen_columns(client: Client, columns: list[str], shown: list[str]) -> None:
    found = listing_of(client.get(UNITS, {"columns": columns}))
    assert [c.key for c in found.shown_columns] == shown


def test_list_column_choice_keeps_filters_and_order(client: Client) -> None:
    found = listing_of(client.get(f"{UNITS}?level=2&sort=name&page=2&columns=name"))
    assert found.kept_by_columns == [("level", "2"), ("sort", "name")]


def test_list_writes_cells_by_their_kind(client: Client) -> None:
    html = text_of(client.get(f"{UNITS}?level=2&initials=css"))
    assert '<td class="kind-money" data-label="金额（元）">2,469.00</td>' in html
    assert '<td class="kind-percent" data-label="占比">96.72%</td>' in html
    assert '<td class="kind-date" data-label="设立日期">2000年1月1日</td>' in html
    assert '<th scope="row" class="kind-code">430100000000</th>' in html
    assert '<a href="/trial/units/430100000000/">长沙市</a>' in html
    assert "金额（元）" in html
    assert re.search(r'class="state state-done".*?circle-check.*?在用', html)


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        (None, "text", "—"),
        ("", "text", "—"),
        (0, "number", "0"),
        (1234567, "number", "1,234,567"),
        (2023, "code", "2023"),
        (1234.5, "money", "1,234.50"),
        (0, "money", "0.00"),
        (0.5, "percent", "50%"),
        (True, "text", "是"),
        (lists.Status("已退回", "returned"), "text", "已退回"),
    ],
)
def test_cell_text(value: Any, kind: Any, shown: str) -> None:
    column = lists.Column("x", "某项", lambda row: row, kind=kind)
    assert lists.Cell(column, value, None).text == shown


def test_row_escapes_labels_links_and_texts() -> None:
    columns = [
        lists.Column("a", "甲", lambda row: row, link=lambda row: f'/"{row}'),
        lists.Column("b", '"乙"', lambda row: row, link=lambda row: f"/?x={row}"),
        lists.Column("c", "<丙>", lists.Status),
    ]
    cells = [lists.Cell(c, c.value("<&>"), c.link("<&>") if c.link else None) for c in columns]
    assert lists.ListRow(None, cells).html == (
        '<th scope="row" class="kind-text"><a href="/&quot;&lt;&amp;&gt;">&lt;&amp;&gt;</a></th>'
        '<td class="kind-text" data-label="&quot;乙&quot;"><a href="/?x=&lt;&amp;&gt;">&lt;&amp;&gt;</a></td>'
        f'<td class="kind-text" data-label="&lt;丙&gt;">{icons.state("<&>", "plain")}</td>'
    )


def test_list_escapes_what_people_wrote(client: Client, province_scope: None) -> None:
    rename("430100000000", "<script>alert(1)</script>")
    html = text_of(client.get(CITIES))
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


# Pages


@pytest.mark.parametrize(
    ("page", "shown"),
    [
        ("1", 1),
        ("3", 3),
        ("4", 3),
        ("0", 1),
        ("-1", 1),
        ("abc", 1),
        ("", 1),
        ("1e3", 1),
        ("٣", 1),
        ("9" * 40, 1),
        ("9999999", 3),
    ],
)
def test_list_brings_any_page_into_range(client: Client, page: str, shown: int) -> None:
    response = client.get(UNITS, {"level": "3", "page": page})
    assert response.status_code == 200
    assert listing_of(response).page == shown
    assert len(codes(response)) == (34 if shown == 3 else 50)


def test_list_counts_no_further_than_the_limit_and_says_so(client: Client) -> None:
    found = listing_of(client.get(UNITS))
    assert found.count_words == "超过 10,000 条"
    assert found.pages == 200


def test_list_last_page_of_a_cut_list_names_the_way_out(client: Client) -> None:
    assert "请用筛选缩小范围来找" in text_of(client.get(f"{UNITS}?page=200"))
    assert "请用筛选缩小范围来找" not in text_of(client.get(f"{UNITS}?page=199"))


def test_list_takes_a_known_count_for_the_whole_and_counts_for_a_part(client: Client) -> None:
    assert listing_of(client.get(f"{UNITS}?known=1")).count_words == "共 31,700 条"
    assert listing_of(client.get(f"{UNITS}?known=1&level=2")).count_words == "共 14 条"
    assert listing_of(client.get(f"{UNITS}?known=1&level=99")).count_words == "共 0 条"


def test_list_count_exactly_at_the_limit_is_told(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COUNT_LIMIT", 14)
    assert listing_of(client.get(CITIES)).count_words == "共 14 条"
    monkeypatch.setattr(listing, "COUNT_LIMIT", 13)
    assert listing_of(client.get(CITIES)).count_words == "超过 13 条"


def queries(client: Client, asked: str) -> list[str]:
    client.get(f"{UNITS}?{asked}")
    with CaptureQueriesContext(connection) as seen:
        client.get(f"{UNITS}?{asked}")
    return [query["sql"] for query in seen]


@pytest.mark.parametrize("asked", ["level=2", "level=3", "level=3&page=3", "sort=-name", ""])
def test_list_asks_no_more_for_many_rows_than_for_one(client: Client, asked: str) -> None:
    counted = asked != "level=2"  # 14 rows don't fill a page
    assert len(queries(client, asked)) == len(queries(client, "initials=css&level=2")) + counted


def test_list_asks_one_query_for_the_rows_and_one_for_their_count(client: Client) -> None:
    asked = [sql for sql in queries(client, "level=3") if '"level" = 3' in sql]
    assert len(asked) == 2
    assert f"LIMIT {lists.PAGE_SIZE}" in asked[0]
    assert "COUNT(*)" in asked[1]
    assert f"LIMIT {lists.COUNT_LIMIT + 1}" in asked[1]
    assert not [sql for sql in queries(client, "level=2") if "COUNT(*)" in sql], "14 rows don't fill a page"


# htmx, and coming back


def test_list_answers_htmx_with_the_list_alone(client: Client) -> None:
    whole, part = client.get(CITIES), client.get(CITIES, headers={"HX-Request": "true"})
    assert text_of(part).lstrip().startswith('<div id="list"')
    assert "<html" not in text_of(part)
    assert "<html" in text_of(whole)
    assert "HX-Request" in whole["Vary"]


def test_list_answers_history_with_the_whole_page(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in text_of(client.get(CITIES, headers=headers))


def test_list_is_found_again_as_it_was_left(client: Client) -> None:
    client.get(f"{UNITS}?level=3&page=2&sort=name")
    response = client.post("/trial/batch/", {"row": ["1"]})
    assert response.headers["Location"] == f"{UNITS}?level=3&page=2&sort=name"


@pytest.mark.parametrize(
    "left",
    ["", "/trial/none/?level=2", "https://evil.example/trial/units/", "//evil.example", "/trial/units/../x"],
)
def test_list_way_back_leads_to_that_list_only(left: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES[lists.BACK_COOKIE] = left
    assert lists.back_to_list(request, "test_unit_list") == UNITS


# Batch


@pytest.mark.parametrize(("filler", "is_left"), [(2900, True), (3100, False)])
def test_list_too_long_for_a_cookie_is_not_remembered_nor_is_the_one_before(
    client: Client, filler: int, is_left: bool
) -> None:
    client.get("/trial/units/?level=2")
    client.get(f"/trial/units/?level=3&initials={'x' * filler}")
    left = client.cookies["list_back"].value
    assert bool(left) is is_left
    assert not left or left.startswith("/trial/units/?level=3&")
    answer = client.post("/trial/batch/", {"row": ["1"]})
    assert len(answer["Location"]) < 3000
    assert "level=2" not in answer["Location"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("asked", ["", "?export=xlsx", "?print=1&level=1"])
def test_list_is_read_only_and_says_so_in_plain_words(client: Client, method: str, asked: str) -> None:
    urls.EXPORTED.clear()
    answer = getattr(client, method)(f"/trial/units/{asked}")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
    html = answer.content.decode()
    assert "这个网址不能这样打开" in html
    assert "用页面上的按钮办理" in html
    assert f'错误 405，编号 <span class="code">{answer["X-Request-Id"]}</span>' in html
    assert "list_back" not in answer.cookies
    assert urls.EXPORTED == []


def test_list_answers_a_head_without_its_body(client: Client) -> None:
    answer = client.head("/trial/units/")
    assert (answer.status_code, answer.content) == (200, b"")


def test_batch_ticks_are_each_read_once() -> None:
    request = RequestFactory().post("/", {"row": ["3", "1", "3"]})
    assert lists.ticked(request) == ["3", "1"]


def test_batch_page_has_a_named_tick_for_every_row(client: Client) -> None:
    html = text_of(client.get(CITIES))
    assert html.count('name="row"') == 14
    assert 'aria-label="选择 430100000000"' in html
    assert 'formaction="/trial/batch/"' in html


def test_batch_ends_in_one_summary(client: Client) -> None:
    response = client.post("/trial/batch/", {"row": ["1", "2"]}, follow=True)
    assert "撤销单位：办成 2 条。" in text_of(response)
    assert text_of(response).count('class="notice ') == 1


def test_batch_summary_names_each_failure_with_its_reason(client: Client) -> None:
    html = text_of(client.post("/trial/batch/?fail=1", {"row": ["1", "2"]}, follow=True))
    assert "撤销单位：办成 1 条，未办成 1 条：" in html
    assert "<li>&lt;甲村&gt;：还有 3 名会员</li>" in html
    assert "notice-warning" in html


# Workbook


def sheet_of(response: Any) -> list[list[Any]]:
    assert response["Content-Type"] == export.XLSX
    return CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()


def test_export_holds_what_the_list_shows(client: Client) -> None:
    response = client.get(
        f"{UNITS}?level=2&sort=-code&columns=code&columns=name&columns=amount&columns=state&export=xlsx"
    )
    title, conditions, moment, header, first, *rest, made = sheet_of(response)
    assert title[0] == "单位名册"
    assert conditions[0] == "筛选条件：层级：市州"
    assert moment[0].startswith("截至时间：")
    assert header == ["区划代码", "名称", "状态", "金额（元）"]
    assert first[:3] == ["433100000000", "湘西土家族苗族自治州", "在用"]
    assert isinstance(first[3], float)
    assert len(rest) == 13
    assert "鹤城区计生协 演员county" in made[0]


def test_export_takes_every_page(client: Client) -> None:
    assert len(sheet_of(client.get(f"{UNITS}?level=3&page=2&export=xlsx"))) == 4 + 134 + 1


def test_export_has_a_name_and_leaves_word(client: Client) -> None:
    urls.EXPORTED.clear()
    response = client.get(f"{UNITS}?level=2&export=xlsx")
    assert urls.EXPORTED == [("单位名册", 14)]
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E5%8D%95")


@pytest.mark.parametrize("name", ["=1+1", "+86", "-2", "@SUM(A1)", "＝1+1", "\t=1"])
def test_export_disarms_cells_that_look_like_formulas(
    client: Client, province_scope: None, name: str
) -> None:
    rename("430100000000", name)
    response = client.get(f"{UNITS}?level=2&columns=name&export=xlsx")
    assert sheet_of(response)[4][0].strip() == name.strip()
    assert b"<f>" not in ZipFile(BytesIO(response.content)).read("xl/worksheets/sheet1.xml")


@pytest.mark.parametrize(("asked", "deed"), [("export=xlsx", "导出"), ("print=1", "打印")])
def test_taking_away_too_much_is_refused_with_the_way_out(
    client: Client, monkeypatch: pytest.MonkeyPatch, asked: str, deed: export.Deed
) -> None:
    monkeypatch.setitem(export.LIMITS, deed, 13)
    urls.EXPORTED.clear()
    response = client.get(f"{CITIES}&page=1&{asked}", follow=True)
    assert response.redirect_chain == [(f"{CITIES}&page=1", 302)]
    assert f"一次最多{deed} 13 条，当前列表超过这个数。请用筛选缩小范围，分几次{deed}。" in text_of(response)
    assert urls.EXPORTED == []
    monkeypatch.setitem(export.LIMITS, deed, 14)
    assert client.get(f"{CITIES}&{asked}").status_code == 200


@pytest.mark.parametrize("asked", ["export=pdf", "export=", "print=0", "print=yes"])
def test_unknown_ways_to_take_away_show_the_list(client: Client, asked: str) -> None:
    assert '<div id="list"' in text_of(client.get(f"{CITIES}&{asked}"))


# Paper


def test_print_shows_every_row_the_filters_and_who(client: Client) -> None:
    urls.EXPORTED.clear()
    html = text_of(client.get(f"{UNITS}?level=3&page=2&print=1"))
    assert html.count("<tr>") == 1 + 134
    assert "筛选条件：层级：县市区" in html
    assert "134 条" in html
    assert "打印人：鹤城区计生协 演员county" in html
    assert urls.EXPORTED == [("单位名册（打印）", 134)]


def test_print_link_leads_to_paper_of_the_same_list(client: Client) -> None:
    found = listing_of(client.get(f"{UNITS}?level=3&page=2"))
    assert found.print_url == f"{UNITS}?level=3&print=1"
    assert found.export_url == f"{UNITS}?level=3&export=xlsx"
