"""An import into something, here items into a reporting form: chosen at the upload, locked, its rights checked."""

import time
from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Level, Unit
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.core.tests.sheets_factory import make_csv, make_xlsx
from fpa.imports.actions import CannotImport, confirm_import, upload_import
from fpa.imports.columns import BadCell, Choice, Day, Integer, Money, Phone, Text
from fpa.imports.declared import Import
from fpa.imports.import_file import import_file
from fpa.imports.importer import _IMPORTERS, Parent, register
from fpa.imports.models import State
from fpa.imports.tests.conftest import again
from fpa.organization.models import Standing, StandingKind
from fpa.reporting.models import SUBMIT, Form, Item, ItemKind, ItemUnit
from tests.cast import CITY, COUNTY

HEADER = ["指标", "项目", "行次", "计量单位"]
ROWS = [["a", "活动场次", "1", "场次"], ["b", "参加人次", "2", "人次"]]
CLOSED = "这张报表已停用，不能再导入项目。"


class ItemsImporter(Import):
    url = "/imports/items/"

    def list_url(self, unit):
        return "/"


@pytest.fixture
def items(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    one = ItemsImporter(
        kind="items",
        label="报表项目",
        measure="个",
        permission="member.import",
        verb="member.imported",
        model=Item,
        columns=(
            Text("key", "指标", required=True),
            Text("label", "项目", required=True),
            Integer("order", "行次", required=True),
            Choice("measure", "计量单位", required=True, choices=ItemUnit.choices),
            Choice("kind", "类型", choices=ItemKind.choices),
        ),
        key=("key",),
        parent=Parent(
            Form, "form", "报表", "member.import", lambda form: CLOSED if form.note == "停用" else ""
        ),
        levels=tuple(Level),
        list_name="member_list",
    )
    register(one)
    yield one
    del _IMPORTERS["items"]


def make_form(code, unit=COUNTY):
    return Form.objects.create(
        unit=Unit.objects.get(code=unit), code=code, name=f"报表{code}", period_kind="half"
    )


@pytest.fixture
def form(province_scope):
    return make_form("x")


@pytest.fixture
def send(items, tmp_path):
    def run(parent, *rows):
        file = make_csv(tmp_path / "a.csv", [HEADER, *(rows or ROWS)])
        return import_file(items, file, COUNTY, "county", dry_run=False, parent=str(parent))

    return run


def test_rows_go_into_the_parent(send, form):
    assert send(form.pk)["new"] == 2
    found = list(
        form.items.values_list("key", "label", "order", "measure", "kind", "required_at", "unit__code")
    )
    assert found == [
        ("a", "活动场次", 1, "场次", "integer", SUBMIT, COUNTY),
        ("b", "参加人次", 2, "人次", "integer", SUBMIT, COUNTY),
    ]


def test_key_is_one_within_the_parent(send, form):
    send(form.pk)
    assert send(make_form("y").pk)["new"] == 2
    assert send(form.pk)["unchanged"] == 2
    assert send(form.pk, ["a", "活动", "1", "场次"], ROWS[1])["changed"] == 1
    assert form.items.get(key="a").label == "活动"


def test_row_that_stands_at_another_unit_is_neither_changed_nor_told(send, form):
    village = Unit.objects.get(name="新街社区", code="431202001001")
    Item.objects.create(
        unit=village, form=form, order=9, key="a", label="别处的", measure="场次", definition=""
    )
    said = send(form.pk)
    assert [one["reason"] for one in said["rejected"]] == [
        "这条记录已由其他单位登记，不能在这里更改；有误的请联系共同的上级核对"
    ]
    assert form.items.get(key="a").label == "别处的"


@pytest.mark.parametrize("parent", ["", "0", "nonsense", "foreign"])
def test_parent_out_of_range_is_refused_at_the_upload(send, form, parent):
    wanted = make_form("z", CITY).pk if parent == "foreign" else parent
    with pytest.raises(CannotImport, match="没有这个报表，或您不能往里导入"):
        send(wanted)


def test_parent_that_is_closed_is_refused_with_its_reason(send, form):
    Form.objects.filter(pk=form.pk).update(note="停用")
    with pytest.raises(CannotImport, match=CLOSED):
        send(form.pk)


def test_parent_closed_after_the_check_takes_nothing(items, form, tmp_path):
    by = actor_for("county")
    content = make_csv(tmp_path / "a.csv", [HEADER, *ROWS]).read_bytes()
    unit = Unit.objects.get(code=COUNTY)
    job = upload_import(
        importer=items, unit=unit, filename="a.csv", pieces=[content], key=uuid4(), by=by, parent=str(form.pk)
    )
    job = again(job)
    assert (job.state, job.parent_name) == (State.READY, "报表x")
    confirm_import(job=job, by=by)
    Form.objects.filter(pk=form.pk).update(note="停用")
    with whole_province(), CaptureQueriesContext(connection) as queries:
        now = again(job)
    assert (now.state, now.error) == (State.FAILED, CLOSED)
    assert not form.items.exists()
    assert any("FOR UPDATE" in query["sql"] and "reporting_form" in query["sql"] for query in queries)


def test_upload_page_of_what_is_not_there_is_not_found(items, form, client_as):
    client = client_as("county")
    assert client.get(f"/imports/items/rows/?parent={form.pk}").status_code == 200
    assert f'value="{form.pk}"' in client.get(f"/imports/items/rows/?parent={form.pk}").text
    assert client.get("/imports/items/rows/?parent=0").status_code == 404


CELLS = {
    "text too long": (Text("x", "名称", longest=3), "一二三四", "名称有 4 个字，最多 3 个字，请缩短"),
    "no whole number": (Integer("x", "人数"), "1.5", "人数应是整数，请核对"),
    "below": (Integer("x", "人数"), "-1", "人数不能小于 0，请核对"),
    "above": (Integer("x", "人数", most=9), "10", "人数不能大于 9，请核对"),
    "too exact": (Money("x", "经费"), "1.234", "经费最多 2 位小数，请核对"),
    "no word": (
        Choice("x", "类型", choices=[("a", "甲"), ("b", "乙")]),
        "丙",
        "类型应填“甲”、“乙”之一，请核对",
    ),
    "no day": (Day("x", "日期"), "2026-02-30", "2026"),
    "no phone": (Phone("x", "电话"), "12", "手机号码应为 11 位"),
}


@pytest.mark.parametrize("case", CELLS)
def test_cells_that_cannot_be_read_say_why(case):
    column, cell, reason = CELLS[case]
    with pytest.raises(BadCell) as caught:
        column.value(cell, date(2026, 11, 27))
    assert reason in str(caught.value)


def test_cells_are_brought_into_canonical_form():
    today = date(2026, 11, 27)
    assert Money("x", "经费").value("１，２３４.５", today) == "1234.50"
    assert Integer("x", "人数").value(12.0, today) == "12"
    assert Day("x", "日期").value("2026年5月1日", today) == "2026-05-01"
    assert Choice("x", "类型", choices=[("a", "甲")], written={"A": "a"}).value("Ａ", today) == "a"
    assert Money("x", "经费").words("1234.50") == "1,234.50元"
    assert Day("x", "日期").words("2026-05-01") == "2026年5月1日"


def test_row_that_breaks_another_unique_constraint_is_rejected_before_it_is_written(send, form):
    send(form.pk)
    said = send(form.pk, ["c", "新的", "1", "场次"], ["d", "又一个", "3", "场次"])
    assert (said["new"], [one["reason"] for one in said["rejected"]]) == (
        1,
        ["与平台已有的另一条记录重复，请核对"],
    )
    assert set(form.items.values_list("key", flat=True)) == {"a", "b", "d"}


def test_key_may_be_one_within_parent_and_unit(items, send, form):
    """Participants are so (fpa.training): the same name of two units is two records."""
    within = Import(
        kind="items-of-units",
        label="报表项目",
        measure="个",
        permission="member.import",
        verb="member.imported",
        model=Item,
        columns=items.parts,
        key=("key", "unit"),
        parent=items.parent,
        list_name="member_list",
    )
    key = within.statements._key
    assert (list(key), within.is_key_within_unit) == (['"unit_id"', '"key"'], True)
    assert not items.is_key_within_unit


REPEATS = {
    "two new rows": ([["c", "新的", "7", "场次"], ["d", "又一个", "7", "人次"]], {"c"}),
    "a new row and one that changes": ([["c", "新的", "7", "场次"], ["a", "活动场次", "7", "场次"]], {"c"}),
    "two that change": ([["a", "活动场次", "7", "场次"], ["b", "参加人次", "7", "人次"]], {"a"}),
}


@pytest.mark.parametrize("case", REPEATS)
def test_row_that_repeats_what_another_row_of_the_file_takes_is_rejected_and_names_it(send, form, case):
    send(form.pk)
    rows, standing = REPEATS[case]
    said = send(form.pk, *rows)
    assert [(one["row"], one["column"], one["reason"]) for one in said["rejected"]] == [
        (3, "行次", "与第 2 行行次重复")
    ]
    assert set(form.items.filter(order=7).values_list("key", flat=True)) == standing


def test_row_that_repeats_one_of_another_sheet_names_the_sheet(items, form, tmp_path):
    rows = {"上半年": ["a", "活动场次", "7", "场次"], "下半年": ["b", "参加人次", "7", "人次"]}
    file = make_xlsx(tmp_path / "a.xlsx", {sheet: [HEADER, row] for sheet, row in rows.items()})
    said = import_file(items, file, COUNTY, "county", dry_run=False, parent=str(form.pk))
    assert [(one["sheet"], one["reason"]) for one in said["rejected"]] == [
        ("下半年", "与工作表“上半年”第 2 行行次重复")
    ]


def test_row_that_repeats_one_which_is_rejected_itself_is_taken(send, form):
    said = send(form.pk, ["a", "", "7", "场次"], ["b", "参加人次", "7", "人次"])
    assert (said["new"], [one["row"] for one in said["rejected"]]) == (1, [2])


def test_record_written_after_the_check_rejects_the_row_that_it_breaks(items, form, tmp_path):
    job = checked_items(form, tmp_path, items)
    Item.objects.create(
        unit=form.unit, form=form, order=1, key="z", label="先来的", measure="场次", definition=""
    )
    confirm_import(job=job, by=actor_for("county"))
    now = again(job)
    assert (now.state, now.counts["new"], now.counts["rejected"]) == (State.DONE, 1, 1)
    assert now.rows.get().reason == "与平台已有的另一条记录重复，请核对"
    assert set(form.items.values_list("key", flat=True)) == {"z", "b"}


def test_constraint_that_cannot_be_asked_for_beforehand_ends_the_import_in_words(
    items, form, tmp_path, monkeypatch
):
    """Written between the last look and the row: here for ever, so that each try meets it."""
    job = checked_items(form, tmp_path, items)
    confirm_import(job=job, by=actor_for("county"))
    original = Import._write

    def write_before(self, cursor, statement, values):
        Item.objects.create(
            unit=form.unit, form=form, order=1, key="z", label="先来的", measure="场次", definition=""
        )
        original(self, cursor, statement, values)

    monkeypatch.setattr(Import, "_write", write_before)
    now = again(job)
    assert now.state == State.FAILED
    assert now.error.startswith("写入时，有的行与平台已有的记录或文件中的另一行冲突")
    assert not form.items.exists()


def checked_items(form, tmp_path, items):
    content = make_csv(tmp_path / "a.csv", [HEADER, *ROWS]).read_bytes()
    job = upload_import(
        importer=items,
        unit=Unit.objects.get(code=COUNTY),
        filename="a.csv",
        pieces=[content],
        key=uuid4(),
        by=actor_for("county"),
        parent=str(form.pk),
    )
    return again(job)


def test_constraint_with_a_condition_holds_where_the_condition_does(
    province_scope, settings, tmp_path, monkeypatch
):
    """One open standing of a kind a unit: those that ended may be many."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    standings = Import(
        kind="standings",
        label="状态",
        measure="条",
        permission="member.import",
        verb="member.imported",
        model=Standing,
        columns=(
            Day("since", "起始日期", required=True),
            Choice("kind", "类别", required=True, choices=StandingKind.choices),
            Day("until", "截止日期"),
        ),
        key=("since",),
        levels=(Level.COUNTY,),
        list_name="member_list",
    )
    monkeypatch.setitem(_IMPORTERS, "standings", standings)
    kind = StandingKind.choices[0][1]
    rows = [
        ["2020-01-01", kind, "2020-12-31"],
        ["2021-01-01", kind, ""],
        ["2022-01-01", kind, ""],
        ["2023-01-01", kind, "2023-12-31"],
    ]
    file = make_csv(tmp_path / "a.csv", [["起始日期", "类别", "截止日期"], *rows])
    said = import_file(standings, file, COUNTY, "county", dry_run=False)
    assert (said["new"], [(one["row"], one["reason"]) for one in said["rejected"]]) == (
        3,
        [(4, "与第 3 行类别重复")],
    )
    later = make_csv(
        tmp_path / "b.csv",
        [["起始日期", "类别", "截止日期"], ["2024-01-01", kind, ""], ["2025-01-01", kind, "2025-02-01"]],
    )
    said = import_file(standings, later, COUNTY, "county", dry_run=False)
    assert (said["new"], [one["reason"] for one in said["rejected"]]) == (
        1,
        ["与平台已有的另一条记录重复，请核对"],
    )


def test_rows_that_repeat_cost_what_other_rows_cost(items, form, tmp_path):
    """The whole file takes one value that may stand once: no row is held against each other."""

    def seconds(order_of):
        rows = [[f"k{n}", "项目", str(order_of(n)), "场次"] for n in range(3_000)]
        file = make_csv(tmp_path / "a.csv", [HEADER, *rows])
        started = time.perf_counter()
        said = import_file(items, file, COUNTY, "county", dry_run=True, parent=str(form.pk))
        return time.perf_counter() - started, said["new"]

    apart, together = seconds(lambda n: n + 1), seconds(lambda n: 1)
    assert (apart[1], together[1]) == (3_000, 1)
    assert together[0] < 5 * apart[0] + 2
