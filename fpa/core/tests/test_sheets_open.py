"""Opening good files: every format, encoding and kind of cell, with the row numbers that Excel shows."""

import resource
from datetime import date, datetime

import pytest
import xlsxwriter

from fpa.core.sheets import Merge, Refused, SheetRow, open_sheets
from fpa.core.sheets.model import column_index, column_letters
from fpa.core.sheets.xlsx_archive import inspect_xlsx_archive
from fpa.core.tests.sheets_factory import (
    HEADER,
    PEOPLE,
    make_csv,
    make_raw_xlsx,
    make_xls,
    make_xlsx,
    styled_empty_rows,
    xml_row,
)

GRID = [["花名册"], [], HEADER, *PEOPLE]
WORKBOOKS = pytest.mark.parametrize(("make", "name"), [(make_xlsx, "a.xlsx"), (make_xls, "a.xls")])


def rows_of(path, filename=""):
    with open_sheets(path, filename) as book:
        return [list(sheet.rows()) for sheet in book.sheets]


@WORKBOOKS
def test_open_workbook_keeps_row_numbers_and_types(tmp_path, make, name):
    path = make(tmp_path / name, {"甲": GRID, "乙": [[None, "村", date(1990, 2, 3), 1.5, True, 13812345678]]})
    first, second = rows_of(path)
    assert [row.number for row in first] == [1, 3, 4, 5]
    assert first[2].cells == PEOPLE[0]
    assert second == [SheetRow(1, [None, "村", date(1990, 2, 3), 1.5, True, 13812345678])]
    assert type(second[0].cells[5]) is int


@WORKBOOKS
def test_open_workbook_leaves_long_numbers_as_floats(tmp_path, make, name):
    grid = [["证件", "备注"], [430102199001011234, "4.30102E+17"], [430102900101123, 10**15]]
    (rows,) = rows_of(make(tmp_path / name, {"甲": grid}))
    assert type(rows[1].cells[0]) is float
    assert rows[1].cells[1] == "4.30102E+17"
    assert [type(cell) for cell in rows[2].cells] == [int, float]


@WORKBOOKS
def test_open_workbook_fills_merged_cells(tmp_path, make, name):
    grid = [
        ["村", "姓名", "备注"],
        ["幸福村", "张三", None],
        [None, "李四", "x"],
        [],
        ["光明村", "王五", None],
    ]
    path = make(tmp_path / name, {"甲": grid}, merges=["A2:A4"])
    with open_sheets(path) as book:
        assert [row.cells[0] for row in book.sheets[0].rows()] == ["村", "幸福村", "幸福村", "光明村"]
        assert book.sheets[0].merged == (Merge(2, 0, 4, 0),)


@WORKBOOKS
def test_open_workbook_reports_hidden_sheets_unread(tmp_path, make, name):
    path = make(tmp_path / name, {"甲": GRID, "藏": GRID, "乙": GRID}, hidden=["藏"])
    with open_sheets(path) as book:
        assert ([sheet.name for sheet in book.sheets], book.hidden) == (["甲", "乙"], ["藏"])


@WORKBOOKS
def test_open_workbook_tells_formula_cells(tmp_path, make, name):
    grid = [["甲", "乙", "丙"], ["张三", "=1+1", 3], ["李四", 2, 3], ["王五", 3, "=B2*2"]]
    (rows,) = rows_of(make(tmp_path / name, {"表": grid, "后": [["x"]]}))[:1]
    assert [row.formulas for row in rows] == [(), (1,), (), (2,)]


@pytest.mark.parametrize("prefix", ["", "x:"])
def test_open_workbook_tells_formulas_of_other_writers(tmp_path, prefix):
    value = f'<{prefix}f t="shared" si="0"/><{prefix}v>5</{prefix}v>'
    cell = f'<row r="1"><{prefix}c  s="0" r="B1">{value}</{prefix}c></row>'
    assert inspect_xlsx_archive(make_raw_xlsx(tmp_path / "a.xlsx", cell)) == {"S": {1: {1}}}


def test_open_workbook_with_a_datetime_cell(tmp_path):
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        style = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        book.add_worksheet("甲").write_datetime(0, 0, datetime(2026, 1, 2, 3, 4), style)
    assert rows_of(path) == [[SheetRow(1, [datetime(2026, 1, 2, 3, 4)])]]


def test_open_workbook_with_a_million_empty_rows_stays_small(tmp_path):
    rows = xml_row(1, ["姓名", "村"]) + xml_row(2, ["张三", "幸福村"]) + styled_empty_rows(3, 1_048_576)
    path = make_raw_xlsx(tmp_path / "a.xlsx", rows)
    del rows
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert rows_of(path) == [[SheetRow(1, ["姓名", "村"]), SheetRow(2, ["张三", "幸福村"])]]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_open_workbook_with_a_space_in_the_last_row(tmp_path):
    path = make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名", "村"]) + xml_row(1_048_576, [" "]))
    assert rows_of(path) == [[SheetRow(1, ["姓名", "村"])]]


def test_open_workbook_goes_by_content_not_by_name(tmp_path):
    path = make_xlsx(tmp_path / "花名册.csv", {"甲": GRID})
    assert rows_of(path)[0][2].cells == PEOPLE[0]


def test_open_workbook_removes_its_folder(tmp_path):
    with open_sheets(make_xlsx(tmp_path / "a.xlsx", {"甲": GRID})) as book:
        folder = book.folder
    assert folder is not None
    with pytest.raises(FileNotFoundError):
        list(book.sheets[0].rows())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_open_text_in_every_encoding_and_separator(tmp_path, encoding, delimiter):
    path = make_csv(tmp_path / "a.txt", GRID, encoding, delimiter)
    (rows,) = rows_of(path)
    assert rows[2:] == [SheetRow(4, [str(v) for v in PEOPLE[0]]), SheetRow(5, [str(v) for v in PEOPLE[1]])]


def test_open_text_takes_the_sheet_name_from_the_user(tmp_path):
    with open_sheets(make_csv(tmp_path / "tmp123", GRID), "会员名册.csv") as book:
        assert book.sheets[0].name == "会员名册"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '姓名,地址\n张三,"一\n二"\n李四,x',
            [(1, ["姓名", "地址"]), (2, ["张三", "一\n二"]), (3, ["李四", "x"])],
        ),
        ("姓名,地址\r\n\r\n张三,\r\n", [(1, ["姓名", "地址"]), (3, ["张三", None])]),
        ("a,b\r1,2\r", [(1, ["a", "b"]), (2, ["1", "2"])]),
        ("sep=;\na;b\n1,5;2", [(1, ["a", "b"]), (2, ["1,5", "2"])]),
        ("姓名\n张三\n", [(1, ["姓名"]), (2, ["张三"])]),
        (" ,　\n姓名,x\n", [(2, ["姓名", "x"])]),
    ],
)
def test_open_text_numbers_records_as_excel_does(tmp_path, text, expected):
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    (rows,) = rows_of(path)
    assert [(row.number, row.cells) for row in rows] == expected


def test_open_text_reads_excels_marks(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('证件,备注,和\n"=""430102""",\'001,=1+1\n', encoding="utf-8")
    (rows,) = rows_of(path)
    assert rows[1] == SheetRow(2, ["430102", "001", "=1+1"], (2,))


def test_open_text_refuses_quotes_that_do_not_match(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('姓名,地址\n张三,"长沙\n李四,x\n', encoding="utf-8")
    with open_sheets(path) as book, pytest.raises(Refused, match="第 2 行的引号不成对"):
        list(book.sheets[0].rows())


@pytest.mark.parametrize(("index", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (16383, "XFD")])
def test_column_letters_and_back(index, letters):
    assert column_letters(index) == letters
    assert column_index(letters) == index
