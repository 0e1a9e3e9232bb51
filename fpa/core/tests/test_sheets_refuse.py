"""Files that must not be read: each is answered with a reason in Chinese, quickly, and nothing dies of it."""

import struct
import subprocess
import sys
import time
import zipfile
import zlib
from contextlib import suppress

import pytest

from fpa.core.sheets import Refused, open_sheets
from fpa.core.sheets.xlsx_archive import MAX_ENTRIES
from fpa.core.tests.sheets_factory import (
    HEADER,
    PEOPLE,
    biff,
    make_csv,
    make_ole,
    make_raw_xlsx,
    make_xls,
    make_xlsx,
    xml_row,
)

BOF = (0x0809, bytes(16))
EOF = (0x000A, b"")
SHEET = {"甲": [HEADER, *PEOPLE]}


def refusal(path):
    started = time.monotonic()
    with pytest.raises(Refused) as caught:
        open_sheets(path)
    assert time.monotonic() - started < 10
    return caught.value.reason


@pytest.mark.parametrize(
    ("content", "part"),
    [
        (b"", "没有任何内容"),
        (b"\xef\xbb\xbf \r\n\r\n", "没有任何内容"),
        (b",,,\n,,\n", "没有任何内容"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"{\\rtf1 x}", "RTF"),
        (b"Rar!\x1a\x07", "压缩包"),
        (b"MZ\x90\x00\x03", "程序文件"),
        (b"\x09\x04\x06\x00\x00\x00\x10\x00", "版本太旧"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "网页"),
        ("\ufeff<!DOCTYPE html><p>x".encode(), "网页"),
        ("<html>".encode("utf-16"), "网页"),
        (b"MIME-Version: 1.0\r\n", "网页"),
        (b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>', "XML"),
        (b"\x01\x02\x03\x04 binary", "不是表格"),
        (b"\xff\xff\xff\x41\xff\x42", "编码"),
        ("姓名,村\n张".encode()[:-1], "编码|损坏"),
        (b"\xef\xbb\xbf" + "姓名,村\n张".encode()[:-1], "损坏"),
    ],
)
def test_refuse_what_is_no_spreadsheet(tmp_path, content, part):
    path = tmp_path / "a.xls"
    path.write_bytes(content)
    reason = refusal(path)
    assert any(word in reason for word in part.split("|")), reason
    assert reason.endswith("。")


@pytest.mark.parametrize(
    ("entry", "part"),
    [("word/document.xml", "Word"), ("ppt/presentation.xml", "演示"), ("xl/workbook.bin", "xlsb"),
     ("content.xml", "OpenDocument"), ("花名册.xlsx", "压缩包")],
)  # fmt: skip
def test_refuse_other_packages(tmp_path, entry, part):
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(entry, "x")
    assert part in refusal(path)


@pytest.mark.parametrize("name", ["xl/vbaProject.bin", "xl/macrosheets/sheet1.xml"])
def test_refuse_macros_in_xlsx(tmp_path, name):
    assert "宏" in refusal(make_raw_xlsx(tmp_path / "a.xlsm", xml_row(1, ["姓名"]), {name: "x"}))


@pytest.mark.parametrize(
    ("streams", "part"),
    [
        ({"EncryptionInfo": b"x", "EncryptedPackage": b"x"}, "密码"),
        ({"Workbook": biff(BOF, (0x2F, bytes(6)), EOF)}, "密码"),
        ({"Workbook": biff(BOF, EOF), "_VBA_PROJECT_CUR": b"x"}, "宏"),
        ({"Workbook": biff(BOF, (0x85, struct.pack("<IBB", 0, 0, 1) + b"\x01\x00M"), EOF)}, "宏"),
        ({"WordDocument": b"x"}, "Word"),
        ({"PowerPoint Document": b"x"}, "演示"),
        ({"Other": b"x"}, "损坏"),
        ({"Workbook": biff(BOF, (0x0085, bytes(9)))}, "损坏"),
    ],
)
def test_refuse_compound_files(tmp_path, streams, part):
    assert part in refusal(make_ole(tmp_path / "a.xls", streams))


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
@pytest.mark.parametrize("keep", [0.02, 0.3, 0.6, 0.9])
def test_refuse_truncated_workbooks(tmp_path, make, keep):
    grid = [
        HEADER,
        *[[n, f"张{n}", "男", f"43010219900101{n:04}", f"138{n:08}", f"村{n}"] for n in range(500)],
    ]
    path = make(tmp_path / "a.xls", {"甲": grid})
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    assert "损坏" in refusal(path)


def test_refuse_flipped_bytes_without_dying(tmp_path):
    for make in (make_xlsx, make_xls):
        content = make(tmp_path / "a", SHEET).read_bytes()
        for at in range(600, len(content), len(content) // 6):
            (tmp_path / "b").write_bytes(content[:at] + b"\xff\x00\xff" + content[at + 3 :])
            with suppress(Refused):
                open_sheets(tmp_path / "b").close()


def test_refuse_a_zip_bomb_before_unpacking(tmp_path):
    path = make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名"]), {"xl/bomb.xml": bytes(300 << 20)})
    assert path.stat().st_size < 2 << 20
    assert "解开后" in refusal(path)


def test_refuse_a_zip_whose_directory_lies(tmp_path):
    honest = xml_row(1, ["姓名"])
    path = make_raw_xlsx(tmp_path / "a.xlsx", honest + " " * (8 << 20))
    with zipfile.ZipFile(path) as archive:
        entry = archive.getinfo("xl/worksheets/sheet1.xml")
        start = archive.read(entry)[:1000]
    lie = struct.pack("<I", 1000)
    data = path.read_bytes().replace(struct.pack("<I", entry.file_size), lie)
    path.write_bytes(data.replace(struct.pack("<I", entry.CRC), struct.pack("<I", zlib.crc32(start))))
    assert "解开后" in refusal(path)


def test_refuse_too_many_entries(tmp_path):
    extra = {f"xl/media/{n}": "" for n in range(MAX_ENTRIES)}
    assert "解开后" in refusal(make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名"]), extra))


def test_refuse_xml_with_entities(tmp_path):
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    assert "损坏" in refusal(make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["&b;"]), before=bomb))


def test_refuse_an_absurd_range_and_name_the_cell(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    assert "XFD1048576" in refusal(make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名"]) + far))


def test_refuse_a_range_that_exhausts_the_child(tmp_path):
    far = '<row r="1048576"><c r="ZZ1048576"><v>1</v></c></row>'
    assert "范围大得不合理" in refusal(make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名"]) + far))


def test_refuse_a_parse_without_end(tmp_path, monkeypatch):
    monkeypatch.setattr("fpa.core.sheets.book.MAX_SECONDS", 0.01)
    assert "用时过长" in refusal(make_xlsx(tmp_path / "a.xlsx", SHEET))


def test_refuse_a_file_above_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr("fpa.core.sheets.book.MAX_BYTES", 3 << 20)
    path = tmp_path / "a.csv"
    path.write_bytes(b"a,b\n" * (1 << 20))
    assert refusal(path) == "文件有 4 MB，超过了 3 MB 的上限。请分成几个文件后上传。"


def test_refuse_content_in_hidden_sheets_only(tmp_path):
    assert "藏" in refusal(
        make_xlsx(tmp_path / "a.xlsx", {"空": [], **SHEET, "藏": [["x"]]}, hidden=["甲", "藏"])
    )


def test_refuse_a_cell_with_endless_text(tmp_path):
    path = make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["长" * 40000]))
    assert "32767" in refusal(path)
    assert "第 1 行" in refusal(make_csv(tmp_path / "a.csv", [["长" * 140000, "x"]]))


def test_refuse_leaves_no_folder_behind(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "t"))
    (tmp_path / "t").mkdir()
    refusal(make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名"]), {"xl/vbaProject.bin": "x"}))
    assert list((tmp_path / "t").iterdir()) == []


@pytest.mark.parametrize("comma", [",", ";", "，"])
def test_refuse_one_endless_line_before_it_is_split(tmp_path, comma):
    """60 MB of commas are 526 MB as cells: the reader has to notice while it is still a line."""
    path = tmp_path / "a.csv"
    path.write_bytes(comma.encode() * ((60 << 20) // len(comma.encode())))
    memory = memory_of(f"from fpa.core.sheets import open_sheets; open_sheets({str(path)!r})")
    assert memory < 200 << 20
    assert "第 1 行长得不合理" in refusal(path)


def memory_of(code):
    """The most memory that a process of its own needed for `code`, which ends in an error of its own or not."""
    program = f"""
try:
    {code}
except Exception:
    pass
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    return int(done.stdout) << 10


def test_refuse_a_row_whose_quotes_go_on_through_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("姓名,村\n" + '"\n",' * 600_000)
    with open_sheets(path) as book, pytest.raises(Refused, match="第 2 行长得不合理"):
        list(book.sheets[0].rows())


@pytest.mark.parametrize(("width", "height"), [(16_385, 1), (1_000, 20_001)])
def test_refuse_text_with_more_cells_than_are_worth_reading(tmp_path, width, height):
    path = tmp_path / "a.csv"
    path.write_text("姓名\n" + ("," * (width - 1) + "\n") * height)
    with open_sheets(path) as book, pytest.raises(Refused, match="范围大得不合理"):
        list(book.sheets[0].rows())


@pytest.mark.parametrize("make", [make_csv, lambda path, grid: make_xlsx(path, {"一": grid})])
def test_refuse_more_rows_than_are_read_and_say_the_rule(tmp_path, make):
    path = make(tmp_path / "a.file", [HEADER, *PEOPLE, *PEOPLE])
    with open_sheets(path, max_rows=5) as book:
        assert len(list(book.sheets[0].rows())) == 5
    with pytest.raises(Refused, match="一个文件最多 4 行。请按乡镇"), open_sheets(path, max_rows=4) as book:
        list(book.sheets[0].rows())


def test_refuse_counts_the_rows_of_all_sheets_together(tmp_path):
    path = make_xlsx(tmp_path / "a.xlsx", {"一": [HEADER, *PEOPLE], "二": [HEADER, *PEOPLE]})
    with pytest.raises(Refused, match="一个文件最多 5 行"):
        open_sheets(path, max_rows=5)


def test_refuse_a_sheet_name_that_no_office_program_allows(tmp_path):
    path = make_raw_xlsx(tmp_path / "a.xlsx", xml_row(1, ["姓名"]), name="长" * 300)
    assert "工作表的名称超过 100 个字（“长长长" in refusal(path)
