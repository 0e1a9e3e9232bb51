"""系统管理: the list of the audit at its edges: pages, columns, filters that make no sense, and what is taken away."""

import re
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from python_calamine import CalamineWorkbook

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.audit.record import MASK, record
from fpa.core.actor import SYSTEM
from fpa.core.ids import uuid7
from fpa.core.modules import merged
from fpa.system.tests.test_events import rows, text
from tests.cast import cast_unit

BEIJING = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def auditor(client_as):
    return client_as("auditor")


@pytest.fixture
def write(province_scope, actor):
    """Record something that the county did to its own unit: `write("unit.renamed", reason=…)`."""

    def event(verb="unit.renamed", **changes):
        given = {"by": actor("county")} | changes
        with whole_province():
            return record(verb, given.pop("thing", cast_unit("county")), **given)

    return event


def reasons(page):
    return re.findall(r'data-label="事由">([^<]*)<', page)


def cells(page, label):
    return re.findall(rf'data-label="{label}">([^<]*)<', page)


def test_event_list_pages_the_latest_first(auditor, write):
    for n in range(51):
        write(reason=f"第{n}件")
    first, second = (reasons(text(auditor.get(f"/events/?page={n}"))) for n in (1, 2))
    assert (first[0], first[-1], second) == ("第50件", "第1件", ["第0件"])
    assert "共 51 条" in text(auditor.get("/events/"))


def test_event_list_sorts_by_time_alone(auditor, write):
    for n in range(3):
        write(reason=f"第{n}件")
    assert reasons(text(auditor.get("/events/?sort=at"))) == ["第0件", "第1件", "第2件"]
    assert reasons(text(auditor.get("/events/?sort=reason"))) == ["第2件", "第1件", "第0件"]


def test_event_list_shows_further_columns_where_they_are_asked_for(auditor, write, actor):
    write(changes={"name": ["旧名", "新名"], "on": "2026-05-01"})
    usual = text(auditor.get("/events/"))
    assert cells(usual, "来源地址") == cells(usual, "变更") == []
    page = text(auditor.get("/events/?columns=at&columns=kind&columns=changes&columns=ip&columns=request"))
    assert cells(page, "对象类型") == ["单位"]
    assert cells(page, "变更") == ["名称：旧名 → 新名；生效日期：2026年5月1日"]
    assert cells(page, "来源地址") == ["—"]


def test_event_of_the_platform_itself_has_neither_post_nor_unit(auditor, write):
    write(by=SYSTEM)
    page = text(auditor.get("/events/"))
    assert (cells(page, "操作人"), cells(page, "岗位"), cells(page, "单位")) == (["系统"], ["—"], ["—"])


def test_event_list_writes_what_people_typed_as_text(auditor, write):
    event = write(reason="<script>alert(1)</script>", changes={"name": ["<b>", "&"]})
    for address in ("/events/", f"/events/{event.pk}/"):
        page = text(auditor.get(address))
        assert "<script>alert" not in page
        assert "<b>" not in page.partition("<main")[2].replace("<b>共 1 条</b>", "")
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("at_after=yesterday", "筛选条件有误，没有查询。"),
        ("at_after=2026-02-30", "筛选条件有误，没有查询。"),
        ("verb=no.such", "筛选条件有误，没有查询。"),
        ("object_type=auth.permission", "筛选条件有误，没有查询。"),
        ("path=nowhere", "在您的管理范围内没有找到“nowhere”"),
        ("actor_name=演员", "没有符合条件的记录。"),
        ("object_name=%25", "没有符合条件的记录。"),
        ("verb=unit.moved", "没有符合条件的记录。"),
    ],
)
def test_event_list_filter_that_finds_nothing_says_why(auditor, write, query, said):
    write()
    page = text(auditor.get(f"/events/?{query}"))
    assert said in page
    assert rows(page) == []


def test_event_list_of_a_unit_beside_the_auditors_county_is_refused(seat_at, write, client_as):
    seat_at("county", "countyauditor", role="auditor")
    page = text(client_as("countyauditor").get(f"/events/?path={cast_unit('sibling').code}"))
    assert "在您的管理范围内没有找到" in page


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 5, 1, 0, 0, tzinfo=BEIJING), "2026-05-01"),
        (datetime(2026, 5, 1, 23, 59, 59, tzinfo=BEIJING), "2026-05-01"),
        (datetime(2026, 5, 2, 0, 0, tzinfo=BEIJING), "2026-05-02"),
    ],
)
def test_event_list_filters_by_days_of_beijing(auditor, write, moment, day):
    event = write()
    event.pk, event.at, event.verb = uuid7(), moment, "unit.moved"
    event.save(force_insert=True)
    found = {d: bool(rows(text(auditor.get(f"/events/?at_after={d}&at_before={d}")))) for d in DAYS}
    assert found == {d: d == day for d in DAYS}
    assert f"{moment:%Y-%m-%d %H:%M:%S}" in text(auditor.get("/events/"))


DAYS = ("2026-04-30", "2026-05-01", "2026-05-02", "2026-05-03")


def test_event_list_offers_every_verb_and_kind_in_chinese(auditor, db):
    page = text(auditor.get("/events/"))
    verbs, kinds = (
        page.partition(f'name="{n}"')[2].partition("</select>")[0] for n in ("verb", "object_type")
    )
    assert [code for code in merged("verbs") if f'<option value="{code}">' not in verbs] == []
    words = re.findall(r"<option value=\"[^\"]*\"[^>]*>([^<]+)<", kinds)
    assert len(words) > 10
    assert [word for word in words if word.isascii()] == []


def test_event_list_says_each_filter_in_words(auditor, write):
    page = text(auditor.get("/events/?verb=unit.renamed&object_type=access.unit&at_after=2026-05-01"))
    words = re.findall(r'aria-label="去掉条件：([^"]+)"', page)
    assert words == ["日期 2026年5月1日及以后", "动作 单位更名", "对象类型 单位"]


@pytest.mark.parametrize(("asked", "title"), [("export=xlsx", "审计日志"), ("print=1", "审计日志（打印）")])
def test_event_list_taken_away_is_recorded_with_its_filter_and_not_in_itself(auditor, write, asked, title):
    for _ in range(3):
        write()
    write("unit.moved")
    answer = auditor.get(f"/events/?verb=unit.renamed&{asked}")
    assert answer.status_code == 200
    with whole_province():
        event = Event.objects.first()
    assert (event.verb, event.changes) == ("list.exported", {"list": title, "rows": 3})
    assert (event.actor_name, event.path) == ("演员auditor", "/")


def test_event_list_exported_holds_text_and_says_what_was_filtered(auditor, write):
    write(reason="=1+1")
    answer = auditor.get("/events/?verb=unit.renamed&export=xlsx&columns=verb&columns=reason")
    sheet = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    assert sheet[1][0] == "筛选条件：动作：单位更名"
    assert sheet[4] == ["单位更名", "=1+1"]


# One event


@pytest.mark.parametrize("pk", ["x", "1", "00000000-0000-0000-0000-000000000000", "' OR 1=1"])
def test_event_that_is_none_does_not_exist(auditor, pk):
    assert auditor.get(f"/events/{pk}/").status_code == 404


def test_event_without_changes_says_so(auditor, write):
    page = text(auditor.get(f"/events/{write('user.logged_in', thing=User.objects.first()).pk}/"))
    assert "这个动作没有改动字段。" in page
    assert re.search(r"<dt>事由</dt>\s*<dd>—</dd>", page)


def test_event_shows_a_secret_as_changed_and_not_as_what(auditor, write):
    page = text(auditor.get(f"/events/{write(changes={'code': [MASK, MASK], 'name': [None, '新']}).pk}/"))
    table = page.partition("<h2>变更</h2>")[2].partition("</table>")[0]
    changed = [
        cell.strip() for cell in re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", table.partition("<tbody>")[2])
    ]
    assert changed == ["区划代码", MASK, MASK, "名称", "无", "新"]


def test_event_of_a_thing_that_is_gone_is_still_told(auditor, write):
    """The event holds the name that the thing had: it needs the thing no more."""
    user = User.objects.create(username="gone", name="已删的人")
    event = write("user.created", thing=user)
    user.delete()
    page = text(auditor.get(f"/events/{event.pk}/"))
    assert "已删的人（账号，编号" in page


def test_event_list_asks_as_many_queries_on_a_full_page_as_on_one_row(
    auditor, write, django_assert_max_num_queries, django_assert_num_queries
):
    write()
    with django_assert_max_num_queries(40) as one:
        text(auditor.get("/events/?verb=unit.renamed"))
    for _ in range(60):
        write(changes={"name": ["旧", "新"]})
    with django_assert_num_queries(len(one) + 1):  # a full first page is counted
        text(auditor.get("/events/?verb=unit.renamed&columns=changes&columns=kind&columns=verb"))


def test_an_export_that_can_not_be_recorded_is_not_given(auditor, write):
    """An address longer than its column stands for whatever the audit may refuse."""
    write()
    auditor.raise_request_exception = False
    answer = auditor.get("/events/?export=xlsx", REMOTE_ADDR="9" * 46)
    assert (answer.status_code, answer.content[:2] == b"PK") == (500, False)
    with whole_province():
        assert not Event.objects.filter(verb="list.exported").exists()
