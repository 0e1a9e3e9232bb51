"""The parts behind reading: zip directories, OLE chains, formulas at the seams, leftovers row by row."""

import os
import struct
from pathlib import Path
from zipfile import ZipInfo

import pytest

from fpa.core.sheets import Cell, Merge, Refused, open_sheets
from fpa.core.sheets.child import _filled, decode
from fpa.core.sheets.non_data_rows import NON_DATA_ROW_LABELS, NonDataRows
from fpa.core.sheets.ole import OleFile, inspect_ole
from fpa.core.sheets.text import read_text
from fpa.core.sheets.xlsx_archive import (
    MAX_ENTRIES,
    MAX_RATIO,
    MAX_UNPACKED,
    RATIO_FROM,
    check_directory,
    inspect_xlsx_archive,
)
from fpa.core.tests.sheets_factory import biff, make_csv, make_ole, make_raw_xlsx, make_xls, xml_row

BOF, EOF = (0x0809, bytes(16)), (0x000A, b"")
COLUMNS = {"unit": 1, "name": 2, "id": 3}
ABOVE: dict[int, list[Cell]] = {1: ["花名册"], 2: ["序号", "村", "姓名", "身份证号"]}


def entry(name, size=10, flags=0):
    info = ZipInfo(name)
    info.file_size, info.flag_bits = size, flags
    return info


@pytest.mark.parametrize(
    ("entries", "packed", "part"),
    [
        ([entry("xl/workbook.xml")], 10, None),
        ([entry("XL\\Workbook.xml")], 10, None),
        ([entry("xl/workbook.xml", RATIO_FROM)], 1, None),
        ([entry("xl/workbook.xml", RATIO_FROM + MAX_RATIO)], RATIO_FROM // MAX_RATIO, "解开后"),
        ([entry("xl/workbook.xml", MAX_UNPACKED)], MAX_UNPACKED, None),
        ([entry("xl/workbook.xml", MAX_UNPACKED), entry("x", 1)], MAX_UNPACKED, "解开后"),
        ([entry("xl/workbook.xml")] * (MAX_ENTRIES + 1), 10, "解开后"),
        ([entry("xl/workbook.xml", flags=1)], 10, "密码"),
        ([entry("xl/workbook.xml"), entry("XL/VBAPROJECT.BIN")], 10, "宏"),
        ([entry("x.txt")], 10, "压缩包"),
        ([], 10, "压缩包"),
    ],
)
def test_check_directory_by_what_it_declares(entries, packed, part):
    if part is None:
        check_directory(entries, packed)
    else:
        with pytest.raises(Refused, match=part):
            check_directory(entries, packed)


def test_inspect_package_finds_formulas_across_the_seams_of_pieces(tmp_path, monkeypatch):
    monkeypatch.setattr("fpa.core.sheets.xlsx_archive._CHUNK", 97)
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>1</v></c><c r="AB{n}" s="1"><f>A{n}+1</f><v>2</v></c></row>'
        for n in range(1, 200)
    )
    assert inspect_xlsx_archive(make_raw_xlsx(tmp_path / "a.xlsx", rows)) == {
        "S": {n: {27} for n in range(1, 200)}
    }


@pytest.mark.parametrize(
    ("cell", "far"),
    [
        ('<c r="XFD1" s="1"/>', False),
        ('<c r="XFD1" s="1"></c>', False),
        ('<c r="XFD1"><v>1</v></c>', True),
        ('<c r="AAA9" t="s"><v>1</v></c>', True),
        ('<c r="ZZ1"><v>1</v></c>', False),
    ],
)
def test_inspect_package_refuses_far_cells_only_where_they_hold_something(tmp_path, cell, far):
    path = make_raw_xlsx(tmp_path / "a.xlsx", f'<row r="1">{cell}</row>')
    if far:
        with pytest.raises(Refused, match="很远的单元格"):
            inspect_xlsx_archive(path)
    else:
        assert inspect_xlsx_archive(path) == {"S": {}}


def test_inspect_package_refuses_sheets_it_cannot_place(tmp_path):
    path = make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["x"]))
    path.write_bytes(path.read_bytes().replace(b"xl/_rels/workbook.xml.rels", b"xl/_rels/workbook.xml.relz"))
    with pytest.raises(Refused, match="损坏"):
        inspect_xlsx_archive(path)


def test_compound_gives_streams_back(tmp_path):
    streams = {"Workbook": os.urandom(5000), "Other": os.urandom(4096)}
    ole = OleFile(make_ole(tmp_path / "a.xls", streams).read_bytes())
    assert ole.stream("workbook")[:5000] == streams["Workbook"]
    assert ole.stream("other") == streams["Other"]


def test_compound_refuses_chains_that_run_in_circles(tmp_path):
    data = bytearray(make_ole(tmp_path / "a.xls", {"Workbook": b"x"}).read_bytes())
    struct.pack_into("<I", data, 512 + 4 * 5, 3)
    with pytest.raises(Refused, match="损坏"):
        OleFile(bytes(data)).stream("workbook")


def test_inspect_compound_tells_formulas_by_sheet(tmp_path):
    path = make_xls(tmp_path / "a.xls", {"甲": [["x"]], "乙": [["x", "=1+1"], ["=2", None]]})
    assert inspect_ole(path) == [{}, {1: {1}, 2: {0}}]


def test_inspect_compound_skips_charts_inside_sheets(tmp_path):
    sheet = biff(BOF, BOF, EOF, (0x0006, struct.pack("<HH", 4, 2) + bytes(16)), EOF)
    start = len(biff(BOF, (0x85, bytes(8)), EOF))
    book = biff(BOF, (0x85, struct.pack("<I", start) + bytes(4)), EOF)
    assert inspect_ole(make_ole(tmp_path / "a.xls", {"Workbook": book + sheet})) == [{5: {2}}]


@pytest.mark.parametrize(
    ("merges", "expected"),
    [
        ([Merge(1, 0, 3, 0)], [["a", "b"], ["a", "x"], ["a", "y"]]),
        ([Merge(1, 0, 1, 9)], [["a", "b"], [None, "x"], [None, "y"]]),
        ([Merge(2, 0, 3, 0)], [["a", "b"], [None, "x"], [None, "y"]]),
        ([Merge(1, 1, 1, 1), Merge(2, 1, 3, 1)], [["a", "b"], [None, "x"], [None, "y"]]),
        ([Merge(1, 7, 2, 9)], [["a", "b"], [None, "x"], [None, "y"]]),
    ],
)
def test_filled_gives_every_cell_of_a_merge_its_value(merges, expected):
    rows: list[tuple[int, list[Cell]]] = [(1, ["a", "b"]), (2, [None, "x"]), (3, [None, "y"])]
    assert [cells for _, cells in _filled(rows, merges)] == expected


def test_decode_refuses_what_the_child_never_writes():
    with pytest.raises(KeyError):
        decode({"os": "system"})


def test_child_gets_no_secrets(tmp_path, monkeypatch):
    seen: dict[str, str] = {}

    def run(command, env, **rest):
        seen.update(env)
        Path(command[-3], "meta.json").write_text('{"refused": "x"}')
        return type("Done", (), {"returncode": 0})

    monkeypatch.setenv("SECRET_KEY", "secret")
    monkeypatch.setattr("subprocess.run", run)
    with pytest.raises(Refused, match="x"):
        open_sheets(make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["x"])))
    assert list(seen) == ["PYTHONPATH"]


@pytest.mark.parametrize(
    ("rows", "delimiter"),
    [
        ([["花名册"], ["a", "b", "c"], ["1", "2", "3"]], ","),
        ([["a", "b", "c"], ["1,2", "2,3", "3,4"]], ";"),
        ([["a", "b"], ["x;y", "z"]], "\t"),
        ([["a", "b"], ["x", "z"]], "|"),
    ],
)
def test_read_text_finds_the_separator(tmp_path, rows, delimiter):
    table = read_text(make_csv(tmp_path / "a.txt", rows, delimiter=delimiter))
    assert (table.delimiter, table.encoding) == (delimiter, "utf-8-sig")


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["1", "幸福村", "张三", "43"], None),
        ([1, None, "张三", None], None),
        ([None, "幸福村", None, None], "empty"),
        ([7, None, None, None], "empty"),
        (["第三组", None, None, None], "section"),
        (["幸福村"] * 4, "section"),
        (["备注：x"] * 4, "footer"),
        (["合计"] * 3 + [5], "total"),
        (["序号", "村", "姓名", "身份证号"], "header"),
        (["花名册", None, None, None], "header"),
        (["审核人：", None, None, "x"], "footer"),
    ],
)
def test_leftovers_kind_of_a_late_row(cells, kind):
    assert NonDataRows(COLUMNS, ("unit",), ABOVE).kind(50, cells) == kind
    assert kind is None or NON_DATA_ROW_LABELS[kind]


@pytest.mark.parametrize(("number", "kind"), [(3, "numbering"), (5, "numbering"), (6, None)])
def test_leftovers_take_column_numbers_only_right_below_the_header(number, kind):
    assert NonDataRows(COLUMNS, (), ABOVE).kind(number, [1, 2, 3, 4]) == kind
