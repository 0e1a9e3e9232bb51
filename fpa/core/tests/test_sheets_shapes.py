"""Every shape of header, title and leftover row that rosters were seen in, read from sheets in memory.

The grids stand for what `open_sheets` yields: a merged value is in each of its cells, blank rows are left out.
"""

import csv
import io

import pytest

from fpa.core.sheets import Merge, Sheet, SheetRow, open_sheets
from fpa.core.sheets.header import SEARCHED_ROWS, Field, HeaderNotFound, find_tables, locate
from fpa.core.sheets.non_data_rows import NON_DATA_ROW_LABELS, NonDataRows
from fpa.core.tests.sheets_factory import make_csv, make_xls, make_xlsx

ID = "430102199001011234"
FIELDS = [
    Field("name", "姓名", ("会员姓名", "名字"), required=True),
    Field("id", "身份证号", ("公民身份号码", "身份证号码", "证件号码"), required=True),
    Field("sex", "性别"),
    Field("birth", "出生日期", ("出生年月", "生日")),
    Field("phone", "手机号码", ("手机", "联系电话", "电话")),
    Field("unit", "村（社区）", ("村", "社区", "所属单位", "村名")),
]
COLUMNS = {"unit": 1, "name": 2, "id": 3, "phone": 4}
ABOVE = {1: ["幸福镇会员花名册", None], 2: ["序号", "村", "姓名", "身份证号", "电话"]}


def sheet_of(*grid, merged=()):
    rows = [SheetRow(number, list(cells)) for number, cells in enumerate(grid, 1) if any(cells)]
    return Sheet("甲", lambda: iter(rows), tuple(merged))


@pytest.mark.parametrize(
    ("above", "row"),
    [
        ([], 1),
        ([["花名册"]], 2),
        ([["幸福镇花名册"], ["单位：幸福镇"]], 3),
        ([["花名册"], ["填报单位（盖章）：", None, "填报日期："]], 3),
        ([["附件 3"], ["花名册"], ["（2026 年上半年）"]], 4),
        ([["附件1"], [], ["花名册"], []], 5),
        ([["填表说明：1．姓名必填；2．身份证号必填；3．性别填男或女。"]], 2),
        ([["填表人：张三", None, "联系电话：0731-88888888"]], 2),
        ([["统计口径：姓名"], ["姓名"]], 3),
        ([["会员姓名"], ["花名册"]], 3),
        ([["单位", "幸福村"], ["人数", 2]], 3),
        ([[f"说明第 {n} 条"] for n in range(1, SEARCHED_ROWS)], SEARCHED_ROWS),
    ],
)  # fmt: skip
def test_locate_finds_the_header_under_every_kind_of_top(above, row):
    table = locate(sheet_of(*above, ["姓名", "身份证号", "性别"], ["张三", ID, "男"]), FIELDS)
    assert table.header_rows == (row,)
    assert [record.row for record in table.records()] == [row + 1]


@pytest.mark.parametrize("lines", [SEARCHED_ROWS + 2, SEARCHED_ROWS + 5])
def test_locate_searches_only_the_first_rows(lines):
    grid = [*([f"说明第 {n} 条"] for n in range(lines)), ["姓名", "身份证号"], ["张三", ID]]
    with pytest.raises(HeaderNotFound, match=f"前 {SEARCHED_ROWS} 行里没有找到表头"):
        locate(sheet_of(*grid), FIELDS)


@pytest.mark.parametrize(
    ("header", "rows", "columns"),
    [
        ([["姓名", "身份证号"]], (1,), {"name": 0, "id": 1}),
        ([["身份证号", None, "姓名"]], (1,), {"name": 2, "id": 0}),
        ([["姓名", "身份证号", "姓名全拼", "备注"]], (1,), {"name": 0, "id": 1}),
        ([["基本", "基本", "联系"], ["姓名", "身份证号", "手机"]], (2,), {"name": 0, "id": 1, "phone": 2}),
        ([["姓名", "身份证号", "联系", "联系"], ["姓名", "身份证号", "手机", "村"]], (2,),
         {"name": 0, "id": 1, "phone": 2, "unit": 3}),
        ([["姓名", "身份证", "性别"], [None, "号码", None]], (1, 2), {"name": 0, "id": 1, "sex": 2}),
        ([["姓名", "证件"], ["姓名", "号码"]], (1, 2), {"name": 0, "id": 1}),
        ([["姓名", "公民", "出生"], [None, "身份号码", "年月"]], (1, 2), {"name": 0, "id": 1, "birth": 2}),
        ([["会员", "会员"], ["姓名", "证件"], [None, "号码"]], (2, 3), {"name": 0, "id": 1}),
        ([["姓名", "证件", "联系"], [None, "号码", "方式"], [None, None, "手机"]], (1, 2, 3),
         {"name": 0, "id": 1, "phone": 2}),
        ([["姓名", "信息", "信息"], [None, "证件", "联系"], [None, "号码", "电话"]], (1, 2, 3),
         {"name": 0, "id": 1, "phone": 2}),
        ([["村", "姓名", "证件号码"], ["(社区)", None, None]], (1,), {"unit": 0, "name": 1, "id": 2}),
    ],
)  # fmt: skip
def test_locate_reads_one_two_and_three_row_headers(header, rows, columns):
    table = locate(sheet_of(*header, ["张三", ID, "x", "y"]), FIELDS)
    assert (table.header_rows, table.columns) == (rows, columns)


@pytest.mark.parametrize(
    ("label", "key"),
    [
        ("姓名", "name"),
        ("会员姓名", "name"),
        ("名字", "name"),
        ("姓　名", "name"),
        ("* 姓名", "name"),
        ("姓名（必填）", "name"),
        ("1.姓名", "name"),
        ("２、姓名", "name"),
        ("姓名：", "name"),
        ("出生日期", "birth"),
        ("出生年月", "birth"),
        ("出生年月（如1990.01）", "birth"),
        ("出生日期(yyyy-mm-dd)", "birth"),
        ("生日", "birth"),
        ("手机", "phone"),
        ("手机号码", "phone"),
        ("手机/电话", "phone"),
        ("手机或电话", "phone"),
        ("联系电话", "phone"),
        ("联系\n电话", "phone"),
        ("电话〔选填〕", "phone"),
        ("【电话】", "phone"),
        ("村", "unit"),
        ("社区", "unit"),
        ("村（社区）", "unit"),
        ("村(社区)", "unit"),
        ("村/社区", "unit"),
        ("村、社区", "unit"),
        ("所属单位", "unit"),
        ("性别", "sex"),
        ("性 别", "sex"),
        ("性别(男/女)", "sex"),
        ("姓名拼音", None),
        ("村长", None),
        ("手机型号", None),
        ("姓名/电话", None),
        ("序号", None),
        ("备注", None),
    ],
)  # fmt: skip
def test_locate_knows_a_column_by_its_names_and_no_other(label, key):
    table = locate(sheet_of(["会员姓名", "证件号码", label], ["张三", ID, "x"]), FIELDS) if key != "name" else (
        locate(sheet_of(["证件号码", "x", label], [ID, "y", "张三"]), FIELDS)
    )  # fmt: skip
    assert [found for found, column in table.columns.items() if column == 2] == ([key] if key else [])


@pytest.mark.parametrize(
    ("header", "merged", "part"),
    [
        (["姓名", "身份证号", "姓名"], (), "A 列“姓名”、C 列“姓名”"),
        (["姓名", "身份证号", "身 份 证 号"], (), "2 列都像是“身份证号”"),
        (["姓名", "公民身份号码", "证件号码"], (), "B 列“公民身份号码”、C 列“证件号码”"),
        (["姓名", "身份证号", "手机", "电话", "联系电话"], (), "3 列都像是“手机号码”"),
        (["姓名", "身份证号", "社区", "村名"], (), "C 列“社区”、D 列“村名”"),
        (["姓名", "姓名", "身份证号"], (Merge(2, 0, 2, 1),), "2 列都像是“姓名”"),
    ],
)
def test_locate_refuses_two_columns_of_one_meaning(header, merged, part):
    with pytest.raises(HeaderNotFound) as caught:
        locate(sheet_of(header, ["张三", ID], merged=merged), FIELDS)
    assert part in caught.value.reason
    assert caught.value.reason.endswith("请删去或改名其余的列后重新上传。")


@pytest.mark.parametrize(
    ("header", "merged", "columns"),
    [
        (["姓名", "姓名", "身份证号"], (Merge(1, 0, 1, 1),), {"name": 0, "id": 2}),
        (["会员姓名", "姓名", "身份证号"], (), {"name": 1, "id": 2}),
        (["姓名", "证件号码", "身份证号"], (), {"name": 0, "id": 2}),
        (["姓名", "身份证号", "身份证号"], (Merge(1, 1, 1, 2),), {"name": 0, "id": 1}),
    ],
)
def test_locate_settles_two_columns_by_label_or_merge(header, merged, columns):
    assert locate(sheet_of(header, ["张三", "李四", ID], merged=merged), FIELDS).columns == columns


@pytest.mark.parametrize(
    ("header", "missing"),
    [
        (["姓名", "性别"], ("id",)),
        (["身份证号", "性别"], ("name",)),
        (["性别", "手机"], ("name", "id")),
        (["村"], ("name", "id")),
        (["甲", "乙"], ("name", "id")),
    ],
)
def test_locate_names_the_required_columns_that_are_missing(header, missing):
    with pytest.raises(HeaderNotFound) as caught:
        locate(sheet_of(header, ["x", "y"]), FIELDS)
    assert caught.value.missing == missing
    for item in FIELDS:
        assert (item.label in caught.value.reason) == (item.key in missing or item.label in header)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["合计", None, None, None, None], "total"),
        (["合计：", None, 12, None, None], "total"),
        (["小计", None, "3人", None, None], "total"),
        (["总计", None, None, None, 12], "total"),
        (["共计", None, None, None, None], "total"),
        (["累计", None, None, 5, None], "total"),
        (["合", "计", None, None, 5], "total"),
        (["小", "计", None, None, None], "total"),
        (["总 计", None, None, None, None], "total"),
        (["本页小计", None, None, None, None], "total"),
        (["本页合计", None, None, None, None], "total"),
        (["本村合计", None, None, None, None], "total"),
        (["全村总计", None, None, None, None], "total"),
        (["全镇合计", None, None, None, None], "total"),
        ([None, "幸福村小计", None, None, 8], "total"),
        ([None, "合计", None, None, None], "total"),
        ([None, None, "合计", None, None], "total"),
        (["合计：共25人", None, None, None, None], "total"),
        (["共25人", None, None, None, None], "total"),
        (["以上共25名", None, None, None, None], "total"),
        (["总共 25 户", None, None, None, None], "total"),
        (["填表人：李四", None, None, None, None], "footer"),
        (["制表人：李四", None, None, "审核：王五", None], "footer"),
        (["审核人签字：", None, None, None, None], "footer"),
        (["负责人（签章）：", None, None, None, None], "footer"),
        (["单位负责人：", None, None, None, None], "footer"),
        (["填报单位（盖章）：幸福镇", None, None, None, None], "footer"),
        (["联系电话：0731-1234567", None, None, None, None], "footer"),
        (["填表日期：2026年1月1日", None, None, None, None], "footer"),
        (["2026年1月1日", None, None, None, None], "footer"),
        ([None, None, None, None, "2026 年 1 月 1 日"], "footer"),
        (["（盖章）", None, None, None, None], "footer"),
        (["公章", None, None, None, None], "footer"),
        (["第 2 页 共 3 页", None, None, None, None], "footer"),
        (["第2页", None, None, None, None], "footer"),
        (["备注：本表一式两份。", None, None, None, None], "footer"),
        (["注：以上信息属实。", None, None, None, None], "footer"),
        (["说明：如有变动及时上报", None, None, None, None], "footer"),
        (["序号", "村", "姓名", "身份证号", "电话"], "header"),
        (["序号", "村", "姓 名", "身份证号", "电话"], "header"),
        ([None, None, "姓名", "身份证号", None], "header"),
        (["幸福镇会员花名册", None, None, None, None], "header"),
        (["幸福镇会员花名册"] * 5, "header"),
        (["第一组", None, None, None, None], "section"),
        (["光明村"] * 5, "section"),
        ([9, None, None, None, None], "empty"),
        ([9, "幸福村", None, None, None], "empty"),
        ([1, "幸福村", "张三", ID, "138"], None),
        ([1, "幸福村", "张三", None, None], None),
        ([1, "幸福村", None, ID, None], None),
        ([1, None, None, None, "138"], None),
        ([1, "幸福村", "计合", ID, None], None),
        ([1, "合计村", "张三", ID, None], None),
        ([1, "幸福村", "日月", ID, None], None),
        ([1, "幸福村", "共和", ID, "138"], None),
        ([1, "幸福村", "章页", ID, None], None),
        (["注：", "幸福村", "张三", ID, "138"], "footer"),
        (["第一", "幸福村", "张三", ID, "138"], None),
        (["示例", "幸福村", "张三", ID, "138"], None),
    ],
)
def test_leftovers_tell_what_stands_below_the_data(cells, kind):
    assert NonDataRows(COLUMNS, ("unit",), ABOVE).kind(60, cells) == kind
    assert kind is None or NON_DATA_ROW_LABELS[kind]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([1, 2, 3, 4, 5], "numbering"),
        ([0, 1, 2, 3, 4], "numbering"),
        (["1", "2", "3", "4", "5"], "numbering"),
        (["(1)", "(2)", "(3)", "(4)", "(5)"], "numbering"),
        (["（1）", "（2）", "（3）", "（4）", None], "numbering"),
        (["甲", "乙", "丙", "丁", "戊"], "numbering"),
        (["一", "二", "三", "四", "五"], "numbering"),
        (["甲", "乙", 1, 2, 3], "numbering"),
        ([None, 1, 2, 3, 4], "numbering"),
        ([3, 4, 5, 6, 7], None),
        ([1, 2, 4, 5, 6], None),
        ([1, "甲", "李四", "5", None], None),
        (["示例", "某村", "张三", ID, "138"], "sample"),
        (["填写示例", "某村", "张三", ID, "138"], "sample"),
        (["例：", "某村", "张三", ID, "138"], "sample"),
        (["例如", "某村", "张三", ID, "138"], "sample"),
        (["样例", "某村", "张三", ID, "138"], "sample"),
        ([1, "某村", "例子", ID, "138"], None),
    ],
)
@pytest.mark.parametrize("below", [1, 3])
def test_leftovers_tell_what_stands_right_under_the_header(cells, kind, below):
    assert NonDataRows(COLUMNS, ("unit",), ABOVE).kind(2 + below, cells) == kind


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        (["甲村", None, None], ["甲村", "甲村", "甲村"]),
        (["甲村", "甲村", "乙村"], ["甲村", "甲村", "乙村"]),
        (["甲村", None, "乙村"], ["甲村", "甲村", "乙村"]),
        ([None, "甲村", None], [None, "甲村", "甲村"]),
        ([None, None, None], [None, None, None]),
        (["甲村", "  乙村", None], ["甲村", "  乙村", "  乙村"]),
    ],
)
def test_records_fill_down_units_only_from_above(units, expected):
    grid = [["村", "姓名", "身份证号"], *([unit, f"张{n}", ID] for n, unit in enumerate(units))]
    table = locate(sheet_of(*grid), FIELDS, ["unit"])
    assert [record.values["unit"] for record in table.records()] == expected


@pytest.mark.parametrize(
    ("between", "unit"),
    [
        (["小计", None, 3], "甲村"),
        (["填表人：李四", None, None], "甲村"),
        (["村", "姓名", "身份证号"], "甲村"),
        (["乙村", None, None], "乙村"),
        (["第二组"] * 3, "第二组"),
    ],
)
def test_records_carry_the_unit_over_leftover_rows(between, unit):
    grid = [["村", "姓名", "身份证号"], ["甲村", "张三", ID], between, [None, "李四", ID]]
    table = locate(sheet_of(*grid), FIELDS, ["unit"])
    assert [record.values["unit"] for record in table.records()] == ["甲村", unit]
    assert list(table.skipped.values()) == [[3]]


def test_records_can_be_read_twice_and_count_afresh():
    table = locate(sheet_of(["姓名", "身份证号"], ["张三", ID], ["合计", 1]), FIELDS)
    assert list(table.records()) == list(table.records())
    assert table.skipped == {"total": [3]}


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_find_tables_reads_a_three_row_merged_header_in_both_formats(tmp_path, make):
    grid = [
        ["花名册", None, None, None],
        ["会员情况", None, "联系", "村名"],
        ["姓名", "证件", "电话", None],
        [None, "号码", None, None],
        ["张三", ID, "138", "幸福村"],
        ["合计", None, None, "1人"],
    ]
    merges = ["A1:D1", "A2:B2", "A3:A4", "C3:C4", "D2:D4", "A6:C6"]
    with open_sheets(make(tmp_path / "a", {"甲": grid}, merges)) as book:
        (table,) = find_tables(book, FIELDS).found
        assert table.columns == {"name": 0, "id": 1, "phone": 2, "unit": 3}
        assert [record.values["unit"] for record in table.records()] == ["幸福村"]
        assert table.skipped == {"total": [6]}


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
def test_find_tables_lists_sheets_without_a_header_and_skips_hidden_ones(tmp_path, make):
    plain = [["姓名", "身份证号"], ["张三", ID]]
    sheets = {
        "封面": [["二〇二六年"]],
        "一村": plain,
        "空": [],
        "藏": plain,
        "统计": [["男", 1]],
        "二村": plain,
    }
    with open_sheets(make(tmp_path / "a", sheets, (), ["藏"])) as book:
        tables = find_tables(book, FIELDS)
        assert [table.sheet.name for table in tables.found] == ["一村", "二村"]
        assert list(tables.unread) == ["封面", "空", "统计"]
        assert book.hidden == ["藏"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_open_text_keeps_line_breaks_in_quotes(tmp_path, encoding, delimiter, newline):
    text = io.StringIO(newline="")
    grid = [["姓名", "身份证号", "备注"], ["张三", ID, f"一{newline}二"], ["李四", ID, f'"引"{delimiter}号']]
    csv.writer(text, delimiter=delimiter, lineterminator=newline).writerows(grid)
    (tmp_path / "a.csv").write_bytes(text.getvalue().encode(encoding))
    with open_sheets(tmp_path / "a.csv") as book:
        assert [(row.number, row.cells) for row in book.sheets[0].rows()] == list(enumerate(grid, 1))


@pytest.mark.parametrize("name", ["凃㐂", "䶮", "𠮷野", "玥·买买提", "刘～"])
def test_open_text_in_gb18030_keeps_rare_characters(tmp_path, name):
    path = make_csv(tmp_path / "a.csv", [["姓名", "身份证号"], [name, ID]], "gb18030")
    with open_sheets(path) as book:
        assert [row.cells[0] for row in book.sheets[0].rows()] == ["姓名", name]
