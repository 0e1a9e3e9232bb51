"""Typed values in lists and workbooks, and rows of a file read back."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from fpa.core.sheets import open_sheets
from fpa.core.sheets.header import find_tables
from fpa.core.workbook import write_workbook
from fpa.forms.fields import Kind, Sensitivity, TypedField
from fpa.forms.sheets import export_sheets, import_note, list_columns, read_row, sheet_fields

FIELDS = [
    TypedField("h", "户数", Kind.INTEGER, "户", required_at="apply"),
    TypedField("m", "金额", Kind.MONEY, "元"),
    TypedField("p", "占比", Kind.PERCENT),
    TypedField("c", "类别", Kind.CHOICE, options=(("special", "特殊家庭"), ("poor", "困难家庭"))),
    TypedField("d", "日期", Kind.DATE),
    TypedField("n", "姓名", Kind.TEXT, sensitivity=Sensitivity.PERSONAL),
    TypedField("rows", "设备", Kind.TABLE),
    TypedField("name", "名称", Kind.TEXT, table="rows"),
]
VALUES = {
    "h": Decimal(1200), "m": Decimal("99999999999.99"), "p": Decimal("85.25"), "c": "poor", "d": date(2026, 5, 1),
    "n": "张晓梅", "rows": ({"name": "桌"}, {"name": "椅"}),
}  # fmt: skip


def test_list_shows_values_by_their_kind_and_masks_guarded_ones():
    columns = {c.key: c for c in list_columns(FIELDS, lambda row: row)}
    assert {key: c.value(VALUES) for key, c in columns.items()} == {
        "h": 1200, "m": Decimal("99999999999.99"), "p": Decimal("85.25"), "c": "困难家庭", "d": date(2026, 5, 1),
        "n": "张*", "rows": "2 行",
    }  # fmt: skip
    assert (columns["m"].kind, columns["p"].heading, columns["c"].kind) == ("money", "占比（%）", "text")


def test_what_is_exported_is_read_back_exactly(tmp_path):
    path = tmp_path / "out.xlsx"
    sheets = export_sheets("项目", FIELDS, [("新塘村", VALUES)], is_masked=False)
    write_workbook(path, sheets, made_by="省办", made_at=datetime(2026, 11, 27))
    with open_sheets(path) as book:
        tables = find_tables(book, sheet_fields(FIELDS, step="apply", steps=("apply",)))
        (record,) = list(tables.found[0].records())
    values, faults = read_row(FIELDS, record.values)
    assert faults == []
    assert values == {key: value for key, value in VALUES.items() if key != "rows"}


def test_sub_table_has_a_sheet_of_its_own():
    main, table = export_sheets("项目", FIELDS, [("新塘村", VALUES)])
    assert next(iter(main.rows))[:2] == ["新塘村", 1200]
    assert (table.title, list(table.rows)) == ("设备", [["新塘村", "桌"], ["新塘村", "椅"]])


FAULTS = [
    ({"h": "-1"}, "h", "不能是负数"),
    ({"h": "约30"}, "h", "“户数”：“约30”不是准确的数字"),
    ({"p": 0.85}, "p", "0.85 分不清是 0.85% 还是 85%"),
    ({"c": "其他"}, "c", "没有“其他”这个选项"),
]


@pytest.mark.parametrize(("cells", "key", "reason"), FAULTS)
def test_cell_that_cannot_stand_is_a_fault(cells, key, reason):
    _, ((at, said),) = read_row(FIELDS, cells)
    assert at == key
    assert reason in said


def test_number_in_a_text_column_is_its_digits():
    assert read_row([TypedField("no", "文号", Kind.TEXT)], {"no": 12.0})[0] == {"no": "12"}


def test_import_leaves_files_alone_and_says_so():
    fields = [
        *FIELDS,
        TypedField("f", "批文", Kind.FILE, required_at="apply"),
        TypedField("g", "合同", Kind.FILE),
    ]
    assert import_note(fields) == "“批文”、“合同”是附件，表格里的文件名不会导入，请在页面上逐个上传。"
    assert import_note(FIELDS) == ""
    assert not {"f", "g"} & {f.key for f in sheet_fields(fields, step="apply", steps=("apply",))}
    assert read_row(fields, {"h": "3", "f": "批文.pdf"}) == ({"h": Decimal(3)}, [])
    (sheet,) = export_sheets("项目", fields[-2:], [("新塘村", {"f": "批文.pdf"})])
    assert list(sheet.rows) == [["新塘村", "批文.pdf", None]]
