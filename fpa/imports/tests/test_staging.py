"""From a file to judged rows: which row belongs where, what repeats, what is told, and that nothing is left behind."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fpa.core.tests.sheets_factory import make_csv, make_xlsx
from fpa.imports import copy_lines
from fpa.imports.importer import UnitFields
from fpa.imports.models import ImportInbox, ImportRow, State
from fpa.imports.tests.conftest import again
from fpa.imports.tests.post_rows import normalise
from fpa.imports.tests.posts import HEADER, VILLAGE

OTHER = "文化山社区"


@pytest.fixture
def checked_book(checked, tmp_path):
    """Upload and check a workbook of sheets."""

    def send(sheets, **options):
        file = make_xlsx(tmp_path / "book.xlsx", sheets, **options)
        return checked(file.read_bytes(), name=file.name)

    return send


def judged(job):
    """Sheet, row, outcome and path of the unit of every row, in order."""
    rows = job.rows.order_by("position").values_list("sheet", "row", "outcome", "data__path")
    return [tuple(row) for row in rows]


def rejections(job):
    return list(
        job.rows.filter(outcome="rejected").order_by("position").values_list("row", "column", "reason")
    )


def test_rows_of_all_sheets_follow_one_another(province_scope, checked_book):
    job = checked_book(
        {"一": [HEADER, ["专干", VILLAGE]], "二": [["说明"], HEADER, ["联络员", OTHER], ["干事", VILLAGE]]}
    )
    assert judged(job) == [
        ("一", 2, "new", "/12/02/001/001/"),
        ("二", 3, "new", "/12/02/001/002/"),
        ("二", 4, "new", "/12/02/001/001/"),
    ]
    assert list(job.rows.order_by("position").values_list("position", flat=True)) == [1, 2, 3]
    assert job.done == 3


def test_sheet_named_after_a_village_may_stand_beside_one_with_a_column(province_scope, checked_book):
    job = checked_book({VILLAGE: [["岗位"], ["专干"]], "其他": [HEADER, ["联络员", OTHER]]})
    assert [row[3] for row in judged(job)] == ["/12/02/001/001/", "/12/02/001/002/"]


def test_sheet_that_says_no_village_is_refused_by_its_name(province_scope, checked_book):
    job = checked_book({VILLAGE: [["岗位"], ["专干"]], "第二张": [["岗位"], ["联络员"]]})
    assert job.state == State.REFUSED
    assert job.error == (
        "工作表“第二张”里没有说明每一行属于哪个村（社区）的列。您选择的单位是鹤城区，请增加一列“村（社区）”或"
        "“单位代码”后重新上传；如果整张表都是一个村（社区）的，请在上传时直接选择这个村（社区）。"
    )
    assert not ImportRow.objects.exists()


def test_kind_without_names_of_units_asks_for_the_code(province_scope, checked, importer, monkeypatch):
    monkeypatch.setattr(importer, "units", UnitFields("unit_code", ()))
    job = checked([["岗位"], ["专干"]])
    assert job.state == State.REFUSED
    assert "请增加一列“单位代码”后重新上传" in job.error
    job = checked([["岗位", "单位代码"], ["专干", "431202001001"], ["联络员", ""], ["干事", "4312"]])
    assert [row[2:] for row in judged(job)] == [
        ("new", "/12/02/001/001/"),
        ("new", "/12/02/001/001/"),
        ("rejected", None),
    ]


def test_columns_of_any_length_are_told_whole(province_scope, checked):
    """Headers with their explanation in brackets, as long as a header is read."""
    title, village = f"岗位（{'说' * 196}）", f"村（{'明' * 197}）"
    job = checked([[title, village], ["站长", "不存在"], ["专干", VILLAGE]])
    assert job.state == State.READY
    ((_, column, _),) = rejections(job)
    assert (column, len(column)) == (f"{title}、{village}", 401)


def test_village_takes_rows_that_say_nothing_or_itself_and_no_others(province_scope, checked):
    job = checked([HEADER, ["专干", ""], ["联络员", VILLAGE], ["干事", OTHER]], unit="431202001001")
    assert [row[2] for row in judged(job)] == ["new", "new", "rejected"]
    ((_, column, reason),) = rejections(job)
    assert (column, reason) == ("村", "新街社区范围内没有找到“文化山社区”，请核对名称，或填写 12 位区划代码")


def test_blank_village_takes_the_one_above_and_the_first_is_rejected(province_scope, checked):
    job = checked([HEADER, ["专干", ""], ["联络员", OTHER], ["干事", ""]])
    assert [row[2:] for row in judged(job)] == [
        ("rejected", None),
        ("new", "/12/02/001/002/"),
        ("new", "/12/02/001/002/"),
    ]
    assert rejections(job) == [(2, "村", "没有填写所属的村（社区），请补上")]


@pytest.mark.parametrize(
    ("code", "village", "column", "reason"),
    [
        ("4312", VILLAGE, "单位编号", "单位代码“4312”应为 12 位数字，请对照区划代码核对"),
        (
            "431202001002",
            VILLAGE,
            "单位编号",
            "单位代码是文化山社区，与填写的“新街社区”不是同一个单位，请核对",
        ),
        ("", "鹤城区", "村", "“鹤城区”是县市区，不是村（社区），请写明所属的村（社区）"),
    ],
)
def test_fault_of_a_unit_is_told_of_its_column_as_the_file_names_it(
    province_scope, checked, importer, code, village, column, reason
):
    job = checked([["岗位", "单位代码（单位编号）", "村"], ["专干", code, village]])
    ((_, said, why),) = rejections(job)
    assert why == reason
    assert said == ("单位代码（单位编号）" if column == "单位编号" else column)


def test_row_repeated_names_the_first_by_its_row(province_scope, checked):
    job = checked([HEADER, ["专干", VILLAGE], ["专干", VILLAGE], ["联络员", VILLAGE], ["专干", VILLAGE]])
    assert rejections(job) == [
        (3, "岗位名称", "与第 2 行岗位名称重复"),
        (5, "岗位名称", "与第 2 行岗位名称重复"),
    ]


def test_row_repeated_on_another_sheet_names_that_sheet(province_scope, checked_book):
    job = checked_book({"一": [HEADER, ["专干", VILLAGE]], "二": [["岗位", "村"], ["专干", VILLAGE]]})
    assert rejections(job) == [(2, "岗位", "与工作表“一”第 2 行岗位名称重复")]


def test_rows_whose_record_is_not_known_repeat_nothing(province_scope, checked, importer, monkeypatch):
    """No key is not the same key."""

    def keyless(records, context):
        return [row._replace(key=None) for row in normalise(records, context)]

    monkeypatch.setattr(type(importer), "normalise", property(lambda importer: keyless))
    job = checked([HEADER, ["专干", VILLAGE], ["专干", OTHER], ["联络员", VILLAGE]])
    assert [row[2] for row in judged(job)] == ["new"] * 3


def test_row_that_is_rejected_itself_makes_no_other_a_repetition(province_scope, checked):
    """The first one is faulty and will be mended; the second may come in."""
    job = checked([HEADER, ["专干", "不存在"], ["专干", VILLAGE], ["专干", VILLAGE]])
    assert [row[2] for row in judged(job)] == ["rejected", "new", "rejected"]
    assert rejections(job)[1] == (4, "岗位名称", "与第 3 行岗位名称重复")


def test_formula_is_rejected_in_a_column_that_is_read_and_harmless_elsewhere(province_scope, checked_book):
    job = checked_book({"S": [["岗位", "村", "序号"], ["=A1", VILLAGE, 1], ["联络员", VILLAGE, "=1+1"]]})
    assert [row[2] for row in judged(job)] == ["rejected", "new"]
    ((_, column, reason),) = rejections(job)
    assert column == "岗位"
    assert reason == "“岗位”是公式算出来的，请复制该列后“选择性粘贴为数值”再上传"


def test_rows_skipped_are_named_up_to_five(province_scope, checked):
    totals = [["合计", "1"] for _ in range(6)]
    job = checked([HEADER, ["专干", VILLAGE], *totals])
    assert job.notes == ["工作表“岗位”跳过合计行 6 行（第 3、4、5、6、7 行等）。", "岗位都是村级。"]
    job = checked([HEADER, ["专干", VILLAGE], *totals[:5]])
    assert job.notes[0] == "工作表“岗位”跳过合计行 5 行（第 3、4、5、6、7 行）。"


def test_sheets_hidden_or_without_a_table_are_told(province_scope, checked_book):
    job = checked_book(
        {"名册": [HEADER, ["专干", VILLAGE]], "填表说明": [["请填写"]], "旧": [HEADER]}, hidden=["旧"]
    )
    assert job.state == State.READY
    assert [note for note in job.notes if note.startswith("没有读取：") and "填表说明" in note]
    assert job.notes[-1] == "没有读取隐藏的工作表“旧”。"


def test_every_outcome_is_counted(province_scope, written, checked):
    written([HEADER, ["专干", VILLAGE]])
    job = checked([HEADER, ["专干", VILLAGE], ["联络员", VILLAGE], ["站长", VILLAGE]])
    assert job.counts == {"new": 1, "changed": 0, "unchanged": 1, "rejected": 1}


@pytest.mark.parametrize(
    "title", ['引"号', "反\\斜杠", "制\t表", "回\r\n车", "{}", "\\N", "\\.", "x'); DROP TABLE y", "😀𠮷"]
)
def test_odd_text_comes_through_the_copy_as_it_was(province_scope, checked, title):
    job = checked([HEADER, [title, VILLAGE], ["联络员", VILLAGE]])
    assert job.counts["new"] == 2
    kept = job.rows.get(position=1).data["title"]
    assert kept.split() == title.split()


def test_inbox_is_empty_after_every_check(province_scope, checked, importer):
    checked()
    assert not ImportInbox.objects.exists()
    importer.judge = "SELECT no_such_column FROM staged"
    assert checked().state == State.FAILED
    assert not ImportInbox.objects.exists()


def test_judgement_knows_the_bounds_of_who_uploaded(province_scope, checked, importer):
    """What is told of records out of one's sight depends on whose file it is, not on where it goes."""
    importer.judge = """
        SELECT s.*, 'rejected' AS outcome, 'title' AS field, %(lo)s || ' ' || %(hi)s || ' ' || %(today)s AS reason,
            '{}'::jsonb AS changes FROM staged AS s
    """
    said = [
        checked([HEADER, ["专干", VILLAGE]], by=by).rows.get().reason.split() for by in ("city", "county")
    ]
    assert [bounds[:2] for bounds in said] == [["/12/", "/120"], ["/12/02/", "/12/020"]]


def test_judgement_that_rejects_names_the_column_of_its_field(province_scope, checked, importer):
    importer.judge = """
        SELECT s.*, 'rejected' AS outcome, s.data ->> 'title' AS field, '不行' AS reason, '{}'::jsonb AS changes
        FROM staged AS s
    """
    job = checked([["岗位", "村"], ["title", VILLAGE], ["unit_code", VILLAGE], ["nothing", VILLAGE]])
    assert [column for _, column, _ in rejections(job)] == ["岗位", "单位代码", ""]


def test_file_of_many_chunks_is_judged_as_one(province_scope, checked, monkeypatch):
    monkeypatch.setattr(copy_lines, "CHUNK", 2)
    monkeypatch.setattr(copy_lines, "INLINE_ROWS", 4)
    titles = ["专干", "联络员", "站长", "干事", "专干", "办事员", "协管员", "宣传员", "统计员"]
    job = checked([HEADER, *([title, VILLAGE] for title in titles)])
    assert job.done == 9
    assert list(job.rows.order_by("position").values_list("data__title", flat=True)) == titles
    assert rejections(job) == [(4, "岗位名称", "没有这样的岗位"), (6, "岗位名称", "与第 2 行岗位名称重复")]


def test_staging_asks_as_many_queries_for_many_rows_as_for_few(province_scope, uploaded):
    counts = []
    for count in (2, 60):
        job = uploaded([HEADER, *([f"岗{count}{n}", VILLAGE] for n in range(count))])
        with CaptureQueriesContext(connection) as queries:
            assert again(job).counts["new"] == count
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_tab_separated_text_and_gb18030_are_read_alike(province_scope, checked, tmp_path):
    grid = [HEADER, ["专干", VILLAGE], ["联络员", OTHER]]
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        content = make_csv(tmp_path / "a.txt", grid, encoding, "\t").read_bytes()
        assert [row[1:] for row in judged(checked(content, name="岗位.txt"))] == [
            (2, "new", "/12/02/001/001/"),
            (3, "new", "/12/02/001/002/"),
        ]


def test_subjects_of_rejected_rows_are_kept_and_nothing_else_of_them(province_scope, written, importer):
    importer.subject_keys = ()
    assert written().rows.get().data == {}
    importer.subject_keys = ("title", "path")
    assert written([HEADER, ["干事", VILLAGE], ["站长", VILLAGE]]).rows.get().data == {
        "title": "站长",
        "path": "/12/02/001/001/",
    }
