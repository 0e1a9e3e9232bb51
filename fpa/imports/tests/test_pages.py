"""Pages of imports in each state: what they say, what they offer, to whom, and at what cost."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header

from fpa.audit.models import Event
from fpa.core.chinese import time_cn
from fpa.core.sheets import open_sheets
from fpa.core.tests.sheets_factory import make_xls
from fpa.imports import files
from fpa.imports.importer import importer_of
from fpa.imports.lists import imports_for
from fpa.imports.models import ImportRow, Job, State
from fpa.imports.retention import purge
from fpa.imports.tests.conftest import again
from fpa.imports.tests.posts import GRID, HEADER, VILLAGE
from fpa.imports.views import page_of
from fpa.pages.declared_lists import list_at
from tests.cast import CITY, COUNTY

LIST = reverse("import_list")
COUNTS = {"new": 1_234, "changed": 56, "unchanged": 7, "rejected": 0}
CONFIRM, CANCEL, TAKE, AGAIN = "确认导入</button>", "取消这次导入", "下载退回的行", "重新上传</a>"


def url(name, job):
    return reverse(name, args=[job.pk])


def put(job, **values):
    Job.objects.filter(pk=job.pk).update(**values)
    job.refresh_from_db()
    return job


def queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    return len(found)


STATES = {
    State.UPLOADED: ("可以离开这个页面，在“导入记录”里随时回来看", {CANCEL}),
    State.READY: ("请核对下面的结果，再点“确认导入”。", {CONFIRM, CANCEL, TAKE}),
    State.CONFIRMED: ("系统会接着做", set()),
    State.DONE: ("已导入到鹤城区。", {TAKE}),
    State.REFUSED: ("文件不能导入</strong><br>原因在此", {AGAIN}),
    State.FAILED: ("出错，已停止</strong><br>原因在此", {AGAIN}),
    State.CANCELLED: ("这次导入已取消，没有写入任何数据。", set()),
}


@pytest.mark.parametrize("state", STATES)
def test_page_says_and_offers_what_the_state_allows(province_scope, client_as, checked, state):
    said, offered = STATES[state]
    job = put(checked(), state=state, error="原因在此" if state in (State.REFUSED, State.FAILED) else "")
    page = " ".join(client_as("county").get(page_of(job)).text.split())
    assert said in page
    assert {one for one in (CONFIRM, CANCEL, TAKE, AGAIN) if one in page} == offered
    assert ("演员county 于" in page) == (not job.is_waiting)


@pytest.mark.parametrize("state", State)
def test_progress_reloads_the_page_once_the_worker_is_done(province_scope, client_as, checked, state):
    job = put(checked(), state=state, words="正在读取、校验和加密", done=12_345)
    answer = client_as("county").get(url("import_progress", job))
    assert ("HX-Refresh" in answer.headers) == (not job.is_waiting)
    assert ("正在读取、校验和加密 · 已到第 12,345 行" in " ".join(answer.text.split())) == job.is_waiting
    assert "<html" not in answer.text


def test_page_of_a_waiting_import_shows_no_rows_yet(province_scope, client_as, checked):
    page = client_as("county").get(page_of(put(checked(), state=State.CONFIRMED))).text
    assert "没有这样的岗位" not in page
    assert '<progress aria-label="正在导入">' in page


def test_preview_says_what_follows_from_the_confirmation(province_scope, client_as, checked):
    job = put(checked(), counts={**COUNTS, "rejected": 1_001})
    page = client_as("county").get(page_of(job)).text
    section = page.partition('<ul class="consequences">')[2].partition("</ul>")[0]
    assert section.replace("<li>", "").split("</li>")[:-1] == [
        "文件“岗位.csv”导入到鹤城区。",
        "新增岗位 1,234 个。",
        "更新岗位信息 56 个。",
        "7 行与平台一致，不作改动。",
        "退回 1,001 行，不导入；导入后可以下载这些行和原因，改好后再传。",
        "岗位都是村级。",
        "导入会留下审计记录，不能一键撤销；有误时请逐条更正。",
    ]


@pytest.mark.parametrize(
    ("count", "said"),
    [("new", "新增岗位 1 个。"), ("changed", "更新岗位信息 1 个。")],
)
def test_preview_is_silent_on_what_does_not_happen(province_scope, client_as, checked, count, said):
    job = put(checked(), counts=dict.fromkeys(COUNTS, 0) | {count: 1})
    section = client_as("county").get(page_of(job)).text.partition("consequences")[2].partition("</ul>")[0]
    assert said in section
    assert section.count("</li>") == (4 if count == "new" else 3)  # defaults are for what is new


def test_preview_with_nothing_to_write_offers_no_confirmation(province_scope, client_as, checked):
    page = client_as("county").get(page_of(checked([HEADER, ["站长", VILLAGE]]))).text
    assert "没有新增，也没有更新，不需要导入。请下载退回的行，改好后重新上传。" in page
    assert CONFIRM not in page
    assert CANCEL in page


def test_preview_tells_what_was_left_unread(province_scope, client_as, checked):
    page = client_as("county").get(page_of(checked([*GRID, ["合计", "3"]]))).text
    assert "读取时的说明（2 条）" in page
    assert "工作表“岗位”跳过合计行 1 行（第 5 行）。" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({}, {"专干", "联络员", "站长"}),
        ({"outcome": "new"}, {"专干", "联络员"}),
        ({"outcome": "rejected"}, {"站长"}),
        ({"row": "3"}, {"联络员"}),
        ({"row": "99"}, set()),
        ({"sheet": "岗位"}, {"专干", "联络员", "站长"}),
        ({"sheet": "岗"}, set()),
    ],
)
def test_preview_filters_its_rows(province_scope, client_as, checked, query, titles):
    page = client_as("county").get(page_of(checked()), query).text
    assert {title for title in ("专干", "联络员", "站长") if f">{title}<" in page} == titles


def test_preview_costs_the_same_for_one_row_and_for_many(province_scope, client_as, checked):
    one = checked([HEADER, ["专干", VILLAGE]])
    many = checked([HEADER, *([f"岗{n}", VILLAGE] for n in range(40))])
    client = client_as("county")
    assert queries(client, page_of(one)) == queries(client, page_of(many))


def test_preview_taken_away_is_told(province_scope, client_as, checked):
    job = checked()
    assert client_as("county").get(page_of(job), {"export": "xlsx"}).status_code == 200
    event = Event.objects.get(verb="list.exported")
    assert event.changes["rows"] == 3
    assert "岗位.csv" in event.changes["list"]


def test_confirming_twice_leads_to_the_page_without_a_complaint(province_scope, client_as, checked):
    job, client = checked(), client_as("county")
    for _ in range(2):
        answer = client.post(url("confirm_import", job), follow=True)
        assert answer.redirect_chain == [(page_of(job), 302)]
        assert "不能确认" not in answer.text
    assert Event.objects.filter(verb="import.confirmed").count() == 1


def test_confirmation_of_nothing_is_refused_on_the_page(province_scope, client_as, checked):
    job = checked([HEADER, ["站长", VILLAGE]])
    answer = client_as("county").post(url("confirm_import", job), follow=True)
    assert "没有可导入的行：没有新增，也没有更新。" in answer.text
    assert Job.objects.get().state == State.READY


def test_cancelling_says_so_and_leads_to_the_list(province_scope, client_as, checked):
    job, client = checked(), client_as("county")
    for _ in range(2):
        answer = client.post(url("cancel_import", job), follow=True)
        assert answer.redirect_chain == [(LIST, 302)]
        assert "已取消，文件和检查结果都已删除，没有写入任何数据。" in answer.text
    assert Event.objects.filter(verb="import.cancelled").count() == 1


def test_import_that_nobody_confirmed_says_until_when_and_then_that_it_is_over(
    province_scope, client_as, checked
):
    job, client = checked(), client_as("county")
    until = time_cn(job.created_at + timedelta(days=files.KEPT_DAYS))
    said = f"上传后 7 天内（{until}以前）没有确认的，自动取消，文件和检查结果一并删除。"
    assert said in client.get(page_of(job)).text
    purge(timezone.now() + timedelta(days=files.KEPT_DAYS, minutes=1))
    page = client.get(page_of(job)).text
    over = "上传后超过 7 天没有确认，已自动取消，文件和检查结果都已删除。请重新上传。没有写入任何数据。"
    assert over in page
    assert AGAIN in page
    answer = client.post(url("confirm_import", job), follow=True)
    assert "这次导入现在是“已取消”，不能确认。" in answer.text


def test_cancelling_too_late_is_refused_on_the_page(province_scope, client_as, written):
    job = written()
    answer = client_as("county").post(url("cancel_import", job), follow=True)
    assert answer.redirect_chain == [(page_of(job), 302)]
    assert "这次导入现在是“已导入”，不能取消。" in answer.text


def test_cancelling_needs_a_post(province_scope, client_as, checked):
    job = checked()
    assert client_as("county").get(url("cancel_import", job)).status_code == 405
    assert Job.objects.get().state == State.READY


def test_done_page_leads_to_what_was_imported_and_keeps_the_returned_rows(province_scope, client_as, written):
    page = client_as("county").get(page_of(written())).text
    assert f'href="/posts/?unit={COUNTY}"' in page
    assert "退回 1 行没有导入。" in page
    assert "只保留 7 天" in page
    assert "没有这样的岗位" in page
    assert ">专干<" not in page


def test_returned_rows_are_told_and_named_after_the_file(province_scope, client_as, written):
    answer = client_as("county").get(url("rejected_rows", written(name="会员.花名册.csv")))
    assert answer.headers["Content-Disposition"] == content_disposition_header(
        True, "退回修改_会员.花名册.xlsx"
    )
    event = Event.objects.get(verb="import.rejected_rows_taken")
    assert (event.changes, event.actor_name) == ({"rows": 1}, "演员county")


def test_returned_rows_keep_every_sheet_and_column_of_an_old_workbook(
    province_scope, client_as, written, tmp_path
):
    """Columns that the platform does not know come back too; sheets without a returned row do not."""
    wide = [
        ["岗位名册", None, None],
        ["岗位", "备注", "村"],
        ["站长", "甲", VILLAGE],
        ["专干", "乙", VILLAGE],
    ]
    fine = [["岗位", "备注", "村"], ["联络员", "丙", VILLAGE]]
    content = make_xls(tmp_path / "a.xls", {"一": wide, "二": fine}).read_bytes()
    back = tmp_path / "back.xlsx"
    back.write_bytes(client_as("county").get(url("rejected_rows", written(content, name="a.xls"))).content)
    with open_sheets(back) as book:
        grids = {sheet.name: [row.cells for row in sheet.rows()] for sheet in book.sheets}
    assert grids["一"].pop(0)[0] == "岗位名册"
    assert grids == {"一": [["岗位", "备注", "村", "原因"], ["站长", "甲", VILLAGE, "没有这样的岗位"]]}


GONE = "退回的行只有上传人本人可以下载，并且只保留 7 天。请由上传人下载，或重新上传文件。"


def is_refused(client, job):
    answer = client.get(url("rejected_rows", job))
    return (answer.status_code, GONE in answer.text) == (403, True)


def test_returned_rows_are_gone_with_the_file(province_scope, client_as, written):
    job, client = written(), client_as("county")
    purge(timezone.now() + timedelta(days=files.KEPT_DAYS - 1))
    assert client.get(url("rejected_rows", job)).status_code == 200
    until = time_cn(job.finished_at + timedelta(days=files.KEPT_DAYS))
    assert f"文件和下面的明细只保留 7 天，{until}以后自动删除。" in client.get(page_of(job)).text
    purge(timezone.now() + timedelta(days=files.KEPT_DAYS, minutes=1))
    assert is_refused(client, job)
    page = client.get(page_of(job)).text
    assert "退回的行只保留 7 天，文件和明细已经删除；需要修改的请重新上传。" in page
    assert TAKE not in page
    assert "站长" not in page


def test_returned_rows_of_others_are_neither_offered_nor_given(province_scope, client_as, written):
    job = written()
    for name in ("city", "province"):
        page = client_as(name).get(page_of(job)).text
        assert TAKE not in page
        assert "文件和下面的明细只保留 7 天，" in page
        assert is_refused(client_as(name), job)
    assert not Event.objects.filter(verb="import.rejected_rows_taken").exists()


def test_returned_rows_stay_the_uploaders_whoever_confirms(province_scope, client_as, written):
    """The city confirms the county's file: it is written in the city's name, and goes back to the county alone."""
    job = written(confirmer="city")
    assert Event.objects.get(verb="member.imported").actor_name == "演员city"
    assert client_as("county").get(url("rejected_rows", job)).status_code == 200
    assert is_refused(client_as("city"), job)
    page = client_as("city").get(page_of(job)).text
    assert "演员county 于" in page
    assert "上传，演员city 确认 · 鹤城区" in page
    assert "演员county" in client_as("city").get(LIST).text


@pytest.mark.parametrize(
    ("state", "grid"),
    [(state, GRID) for state in sorted(set(State) - {State.READY, State.DONE})]
    + [(State.READY, GRID[:3]), (State.DONE, GRID[:3])],
)
def test_returned_rows_are_only_there_where_rows_were_returned(
    province_scope, client_as, checked, state, grid
):
    assert is_refused(client_as("county"), put(checked(grid), state=state))


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("province", {"province.csv", "city.csv", "county.csv", "township.csv"}),
        ("city", {"city.csv", "county.csv", "township.csv"}),
        ("county", {"county.csv", "township.csv"}),
        ("township", {"township.csv"}),
        ("sibling", set()),
    ],
)
def test_list_shows_the_own_unit_and_what_is_below(province_scope, client_as, uploaded, unit_of, name, seen):
    names = ("province", "city", "county", "township")
    jobs = {f"{one}.csv": uploaded(by=one, unit=unit_of(one).code, name=f"{one}.csv") for one in names}
    client = client_as(name)
    page = client.get(LIST).text
    assert {file for file in jobs if file in page} == seen
    there = {file for file, job in jobs.items() if client.get(page_of(job)).status_code == 200}
    assert there == seen


def test_list_says_the_newest_first_with_state_and_counts(province_scope, client_as, uploaded, written):
    written(name="旧.csv")
    uploaded(name="新.csv", unit="431202001001")
    page = client_as("county").get(LIST).text
    assert page.index("新.csv") < page.index("旧.csv")
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert [
        word for word in ("正在检查", "已导入", "岗位", "鹤城区", VILLAGE, "演员county") if word not in rows
    ] == []


@pytest.mark.parametrize("state", State)
def test_list_calls_each_state_by_its_name(province_scope, client_as, uploaded, state):
    put(uploaded(), state=state)
    rows = client_as("county").get(LIST).text.partition("<tbody>")[2]
    assert state.label in rows


def test_list_costs_the_same_for_one_import_and_for_many(province_scope, client_as, uploaded):
    uploaded()
    client = client_as("city")
    one = queries(client, LIST)
    for n in range(8):
        uploaded(unit=CITY if n % 2 else COUNTY, by="city" if n % 2 else "county")
    assert queries(client, LIST) == one


def test_list_without_imports_says_how_to_begin(province_scope, client_as, importer):
    page = client_as("county").get(LIST).text
    assert "还没有导入过。点右上角的“导入”，上传 Excel、WPS 表格或 CSV 名册。" in page


def test_list_offers_every_kind_that_the_role_may_import(province_scope, client_as, importer):
    assert [word in client_as("county").get(LIST).text for word in ("导入会员", "导入岗位")] == [True, True]
    importer.permission = "user.edit"
    assert [word in client_as("county").get(LIST).text for word in ("导入会员", "导入岗位")] == [True, False]


def test_kinds_that_the_role_may_not_import_are_not_there(province_scope, client_as, checked, importer):
    """The administrator imports posts here, the office members: neither finds the other's."""
    posts = checked(name="岗位.csv")
    members = put(checked(name="会员.csv"), kind="members")
    importer.permission = "user.edit"
    for name, own, foreign in (("administrator", posts, members), ("county", members, posts)):
        client = client_as(name)
        page = client.get(LIST).text
        assert (own.filename in page, foreign.filename in page) == (True, False)
        assert client.get(url("import_progress", own)).status_code == 200
        for address in (
            "import_detail",
            "import_progress",
            "confirm_import",
            "cancel_import",
            "rejected_rows",
        ):
            assert client.post(url(address, foreign)).status_code == 404
    assert set(Job.objects.values_list("state", flat=True)) == {State.READY}


def test_list_taken_away_is_told(province_scope, client_as, uploaded):
    uploaded()
    assert client_as("county").get(LIST, {"export": "xlsx"}).status_code == 200
    event = Event.objects.get(verb="list.exported")
    assert (event.changes["rows"], "导入记录" in event.changes["list"]) == (1, True)


def test_upload_form_knows_the_own_unit_and_asks_each_time_for_another_import(province_scope, client_as):
    page = client_as("county").get(reverse("import_members"))
    form = page.context["form"]
    assert list(form.fields) == ["unit", "file", "key"]
    assert form.fields["unit"].initial.code == COUNTY
    assert "下载空白模板" in page.text
    assert "您确认之前不会写入任何数据" in page.text
    again_asked = client_as("county").get(reverse("import_members")).context["form"]
    assert form["key"].value() != again_asked["key"].value()


@pytest.mark.parametrize("key", ["", "12", "not a key"])
def test_upload_form_needs_its_key(province_scope, client_as, unit_of, key):
    form = {"unit": COUNTY, "file": SimpleUploadedFile("a.csv", b"x"), "key": key}
    assert client_as("county").post(reverse("import_members"), form).status_code == 200
    assert not Job.objects.exists()


def test_upload_from_a_page_remembers_where_it_came_from(province_scope, client_as, uploaded):
    page = client_as("county").get(reverse("import_members"))
    key = page.context["form"]["key"].value()
    form = {"unit": COUNTY, "file": SimpleUploadedFile("a.csv", b"x"), "key": key}
    client_as("county").post(reverse("import_members"), form, REMOTE_ADDR="10.1.2.3")
    assert (Job.objects.get().ip, Event.objects.get(verb="import.uploaded").ip) == ("10.1.2.3", "10.1.2.3")


def test_rows_without_outcomes_to_return_are_not_kept_for_the_done_page(province_scope, client_as, written):
    job = written(GRID[:3])
    assert not ImportRow.objects.exists()
    page = client_as("county").get(page_of(again(job))).text
    assert "已导入到鹤城区。" in page
    assert "没有导入" not in page


def test_list_of_imports_is_a_declared_one_of_the_kinds_that_the_seat_may_import(
    province_scope, checked, actor
):
    job = checked()
    declared, listing = list_at(LIST, actor("county"))
    assert (declared.key, [one.pk for one in listing.rows]) == ("import_list", [job.pk])
    without = replace(actor("county"), permissions=actor("county").permissions - {job_right(job)})
    assert job.pk not in {one.pk for one in imports_for(without)}
    with pytest.raises(PermissionDenied):
        list_at(LIST, replace(without, permissions=frozenset()))


def job_right(job):
    return importer_of(job.kind).permission
