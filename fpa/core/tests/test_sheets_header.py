"""Finding the table in rosters as offices draw them."""

import time

import pytest

from fpa.core.sheets import open_sheets
from fpa.core.sheets.header import Field, HeaderNotFound, find_tables, normal
from fpa.core.tests.sheets_factory import HEADER, PEOPLE, make_csv, make_xls, make_xlsx

FIELDS = [
    Field("name", "姓名", ("会员姓名",), required=True),
    Field("id", "身份证号", ("公民身份号码", "身份证号码", "证件号码"), required=True),
    Field("sex", "性别"),
    Field("birth", "出生日期", ("出生年月",)),
    Field("phone", "手机号码", ("手机", "联系电话", "电话")),
    Field("unit", "村（社区）", ("村", "社区", "所属单位", "村名")),
]
ID1, ID2 = PEOPLE[0][3], PEOPLE[1][3]
PLAIN = [["姓名", "身份证号"], ["张三", ID1]]


def tables_of(path, fill=()):
    with open_sheets(path) as book:
        tables = find_tables(book, FIELDS, fill)
        return [(table, list(table.records())) for table in tables.found]


def read_grid(tmp_path, grid, merges=(), fill=(), make=make_xlsx):
    arguments = ({"甲": grid}, merges) if make is not make_csv else (grid,)
    ((table, records),) = tables_of(make(tmp_path / "a", *arguments), fill)
    return table, [(record.row, record.values.get("name"), record.values.get("id")) for record in records]


def name_of(table, key):
    return table.labels[key], table.columns[key]


def test_locate_below_title_notes_and_unit_line(tmp_path):
    grid = [
        ["幸福镇计划生育协会会员花名册"],
        ["填表说明：姓名、身份证号必须填写，手机没有可不填"],
        ["1、身份证号码须为18位"],
        [],
        ["单位：幸福镇", None, None, "2026 年 1 月 1 日"],
        HEADER,
        *PEOPLE,
    ]
    table, records = read_grid(tmp_path, grid, merges=["A1:F1", "A2:F2"])
    assert table.header_rows == (6,)
    assert table.columns == {"name": 1, "sex": 2, "id": 3, "phone": 4, "unit": 5}
    assert records == [(7, "张三", ID1), (8, "李四", ID2)]


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_locate_two_row_merged_header(tmp_path, make):
    grid = [
        ["花名册"],
        ["序号", "基本信息", None, None, "联系方式", None],
        [None, "姓名", "性别", "公民身份号码", "手机", "村"],
        *PEOPLE,
    ]
    table, records = read_grid(tmp_path, grid, ["A1:F1", "A2:A3", "B2:D2", "E2:F2"], make=make)
    assert name_of(table, "id") == ("公民身份号码", 3)
    assert name_of(table, "unit") == ("村", 5)
    assert [row for row, _, _ in records] == [4, 5]


def test_locate_two_row_header_without_merges_in_csv(tmp_path):
    grid = [
        ["序号", "姓名", "身份证号", "联系方式", ""],
        ["", "", "", "手机", "村"],
        [1, "张三", ID1, "1", "甲"],
    ]
    table, records = read_grid(tmp_path, grid, make=make_csv)
    assert table.header_rows == (1, 2)
    assert name_of(table, "phone") == ("手机", 3)
    assert records == [(3, "张三", ID1)]


def test_locate_three_row_header_and_split_names(tmp_path):
    grid = [
        ["基本信息", None, None, None],
        ["姓名", "身份证", "出生", "备注"],
        [None, "号码", "年月", None],
        ["张三", ID1, "1990.01", None],
    ]
    table, records = read_grid(tmp_path, grid, ["A1:D1"])
    assert (table.columns["id"], table.columns["birth"]) == (1, 2)
    assert records == [(4, "张三", ID1)]


@pytest.mark.parametrize(
    "label",
    ["身 份 证 号", "*身份证号", "身份证号（18位）", "身份证\n号码", "公民身份号码：", "证件号码(必填)",
     "３、身份证号", "【身份证号】", "身份证号★", "身份证号/护照号", "身份证号[请按实填写]"],
)  # fmt: skip
def test_locate_understands_decorated_names(tmp_path, label):
    table, records = read_grid(tmp_path, [["姓 名", label], ["张三", ID1]])
    assert table.columns["id"] == 1
    assert table.labels["id"] == " ".join(label.split())
    assert records == [(2, "张三", ID1)]


@pytest.mark.parametrize(
    ("text", "name"),
    [("性别（男/女）", "性别"), ("出生\n年月", "出生年月"), ("村(社区)", "村"), ("（手机）", "手机"),
     ("ＡB c", "abc"), ("1.姓名", "姓名"), ("", "")],
)  # fmt: skip
def test_normal_strips_what_does_not_matter(text, name):
    assert normal(text) == name


@pytest.mark.parametrize(
    "footer",
    [
        ["合计", None, None, None, 2],
        [None, "合 计", 2],
        ["总计：", "2人"],
        ["幸福村小计", None, 2],
        ["填表人：张三", None, None, "审核人：李四", None, "填报日期：2026-1-1"],
        ["制表：张三   负责人（签字）：李四"],
        ["备注：本表一式两份"],
        ["注：1、请如实填写"],
        ["第 1 页，共 3 页"],
        ["单位负责人：", None, None, "联系电话：0731"],
        ["2026年1月1日"],
        ["（盖章）"],
        ["合", "计", "2"],
        ["说明：", "一、如实填写"],
        ["以上共2人"],
        [3, None, None, None, None, None],
        [None, None, None, None, None, None, "x"],
    ],
)
def test_records_skip_what_is_no_data_and_say_so(tmp_path, footer):
    table, records = read_grid(tmp_path, [HEADER, *PEOPLE, footer])
    assert [row for row, _, _ in records] == [2, 3]
    assert list(table.skipped.values()) == [[4]]


def test_records_skip_totals_and_footers_merged_over_the_table(tmp_path):
    grid = [HEADER, *PEOPLE, ["合计", None, None, "2"], ["填表人：张三  审核人：李四"]]
    table, records = read_grid(tmp_path, grid, ["A4:C4", "A5:F5"])
    assert table.skipped == {"total": [4], "footer": [5]}
    assert len(records) == 2


def test_records_skip_repeated_headers_and_titles(tmp_path):
    grid = [
        ["花名册"],
        HEADER,
        PEOPLE[0],
        ["花名册"],
        HEADER,
        PEOPLE[1],
        [v.replace("名", " 名") for v in HEADER],
    ]
    table, records = read_grid(tmp_path, grid, ["A1:F1", "A4:F4"])
    assert [row for row, _, _ in records] == [3, 6]
    assert table.skipped == {"header": [4, 5, 7]}


@pytest.mark.parametrize(
    ("marks", "kind"),
    [([1, 2, 3, 4, 5, 6], "numbering"), (["甲", "乙", "丙", "1", "2", "3"], "numbering"),
     (["示例", "王小明", "男", ID1], "sample"), (["（1）", "（2）", "（3）"], "numbering")],
)  # fmt: skip
def test_records_skip_column_numbers_and_samples(tmp_path, marks, kind):
    table, records = read_grid(tmp_path, [HEADER, marks, *PEOPLE])
    assert table.skipped == {kind: [2]}
    assert [row for row, _, _ in records] == [3, 4]


@pytest.mark.parametrize(
    "row",
    [
        [3, "张三", None, None],
        [3, None, None, ID1],
        [None, "计生明", None, ID1],
        [3, "例外", "男", ID1],
        [3, "张三", "男", "4.30102E+17", None, "合计村"],
        ["幸福村:", "张三", "男", ID1],
    ],
)
def test_records_keep_faulty_data_to_be_rejected(tmp_path, row):
    table, records = read_grid(tmp_path, [HEADER, *PEOPLE, row])
    assert records[-1][0] == 4
    assert table.skipped == {}


def test_records_fill_down_blank_and_merged_units(tmp_path):
    grid = [
        ["村", "姓名", "身份证号"],
        ["幸福村", "张三", ID1],
        [None, "李四", ID2],
        [None, None, None],
        ["光明村", None, None],
        [None, "王五", ID2],
        ["第三组"],
        [None, "赵六", ID2],
    ]
    path = make_xlsx(tmp_path / "a.xlsx", {"甲": grid}, merges=["A7:C7"])
    ((table, records),) = tables_of(path, fill=["unit"])
    assert [(record.row, record.values["unit"]) for record in records] == [
        (2, "幸福村"), (3, "幸福村"), (6, "光明村"), (8, "第三组")
    ]  # fmt: skip
    assert table.skipped == {"empty": [5], "section": [7]}
    assert [record.values["unit"] for record in tables_of(path)[0][1]][:2] == ["幸福村", None]


def test_records_take_section_titles_for_a_column_that_is_not_there(tmp_path):
    grid = [["姓名", "身份证号"], ["幸福村", None], ["张三", ID1], ["光明村", None], ["李四", ID2]]
    path = make_xlsx(
        tmp_path / "a.xlsx", {"甲": [*grid, ["填表说明 如上"]]}, merges=["A2:B2", "A4:B4", "A6:B6"]
    )
    ((table, records),) = tables_of(path, fill=["unit"])
    assert [(record.row, record.values["unit"]) for record in records] == [(3, "幸福村"), (5, "光明村")]
    assert table.skipped == {"section": [2, 4], "footer": [6]}
    assert len(tables_of(path)[0][1]) == 4


def test_records_tell_formula_cells_by_key(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", {"甲": [["姓名", "年龄", "身份证号"], ["张三", "=1+1", "=A1"]]})
    ((_, records),) = tables_of(path)
    assert records[0].formulas == ("id",)


def test_records_read_short_csv_rows(tmp_path):
    ((_, records),) = tables_of(make_csv(tmp_path / "a.csv", [["姓名", "身份证号", "性别"], ["张三", ID1]]))
    assert records[0].values == {"name": "张三", "id": ID1, "sex": None}


def test_find_tables_reads_all_visible_sheets_and_names_the_rest(tmp_path):
    path = make_xlsx(
        tmp_path / "a.xlsx", {"说明": [["请看清"]], "甲": PLAIN, "乙": PLAIN, "藏": PLAIN}, (), ["藏"]
    )
    with open_sheets(path) as book:
        tables = find_tables(book, FIELDS)
        assert [table.sheet.name for table in tables.found] == ["甲", "乙"]
        assert list(tables.unread) == ["说明"]


def test_header_not_found_names_missing_columns_and_other_names(tmp_path):
    with pytest.raises(HeaderNotFound) as caught:
        read_grid(tmp_path, [["名册"], ["姓名", "性别", "号码"], ["张三", "男", ID1]])
    assert caught.value.missing == ("id",)
    assert caught.value.reason == (
        "工作表“甲”没有找到必须有的列：身份证号（也可写作：公民身份号码、身份证号码、证件号码）。"
        "在第 2 行认出的列有：姓名、性别。请补上或改用上述列名后重新上传。"
    )


def test_header_not_found_where_nothing_is_understood(tmp_path):
    with pytest.raises(HeaderNotFound, match=r"前 30 行里没有找到表头.*姓名.*身份证号") as caught:
        read_grid(tmp_path, [["甲", "乙"], [1, 2]])
    assert caught.value.missing == ("name", "id")


def test_header_with_two_columns_of_one_meaning_is_refused(tmp_path):
    with pytest.raises(HeaderNotFound, match=r"2 列都像是“手机号码”：C 列“手机”、E 列“联系电话”") as caught:
        read_grid(tmp_path, [["姓名", "身份证号", "手机", "性别", "联系电话"], ["张三", ID1, 1, "男", 2]])
    assert caught.value.missing == ()


def test_header_prefers_the_proper_label_and_the_first_of_a_merge(tmp_path):
    grid = [["姓名", "证件号码", "身份证号", "手机", None], ["张三", "x", ID1, "1", None]]
    table, _ = read_grid(tmp_path, grid, ["D1:E1"])
    assert (table.columns["id"], table.columns["phone"]) == (2, 3)


def test_header_never_takes_a_row_of_data(tmp_path):
    grid = [["姓名", "身份证号", "类别"], ["张三", ID1, "社区"], ["李四", ID2, "村"]]
    table, records = read_grid(tmp_path, grid)
    assert "unit" not in table.columns
    assert [row for row, _, _ in records] == [2, 3]


def test_records_of_a_long_csv_are_read_fast(tmp_path):
    grid = [HEADER, *([n, "张三", "男", f"4301021990{n:08}", "13800000001", "甲"] for n in range(100_000))]
    path = make_csv(tmp_path / "a.csv", grid)
    started = time.perf_counter()
    ((_, records),) = tables_of(path)
    assert len(records) == 100_000
    assert time.perf_counter() - started < 5
