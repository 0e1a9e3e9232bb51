"""Odd files: each is answered in plain Chinese, and what passes is harmless."""

import struct
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import docx
import pytest
import xlsxwriter
import xlwt
from PIL import Image

from fpa.files.inspection import MAX_BYTES, BadFile, inspect, safe_name
from fpa.files.tests import samples
from fpa.files.tests.samples import DOCX, OFD, PDF, XLSX, compound, package, picture

EXE = b"MZ\x90\x00" + bytes(200)
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<html><script>alert(1)</script></html>"
GIF = b"GIF89a" + bytes(20)
LOOP = bytearray(compound("WordDocument"))
LOOP[68:76] = struct.pack("<II", 1, 1)

BAD: dict[str, tuple[str, Any, str]] = {
    "renamed exe as pdf": ("通知.pdf", EXE, "内容不是 PDF 文件（可能改过扩展名）"),
    "renamed exe as picture": ("通知.jpg", EXE, "内容不是 JPG 图片"),
    "exe": ("安装.exe", EXE, "是 .exe 文件，不能上传"),
    "script behind two extensions": ("通知.pdf.exe", EXE, "是 .exe 文件"),
    "svg with a script": ("图.svg", SVG, "是 .svg 文件，不能上传"),
    "svg as png": ("图.png", SVG, "内容不是 PNG 图片"),
    "html as pdf": ("网页.pdf", HTML, "内容不是 PDF 文件"),
    "gif as png": ("图.png", GIF, "内容不是 PNG 图片"),
    "png as jpg": ("图.jpg", samples.png_with_text(), "内容不是 JPG 图片"),
    "zip": ("材料.zip", DOCX, "压缩包请解开后逐个上传"),
    "zip as docx": ("材料.docx", package("a.txt"), "内容不是 Word 文件"),
    "xlsx as docx": ("材料.docx", XLSX, "内容不是 Word 文件"),
    "docx as xlsx": ("材料.xlsx", DOCX, "内容不是 Excel 文件"),
    "pdf as docx": ("材料.docx", PDF, "内容不是 Word 文件"),
    "empty": ("空.pdf", b"", "是空文件"),
    "no extension": ("通知", PDF, "没有扩展名"),
    "only an extension": (".pdf", PDF, "没有扩展名"),
    "too big": ("大.pdf", PDF + bytes(MAX_BYTES), "超过 20 MB"),
    "truncated pdf": ("断.pdf", PDF[:40], "没有传完整"),
    "truncated docx": ("断.docx", DOCX[:-30], "没有传完整"),
    "truncated jpg": ("断.jpg", picture()[:200], "没有传完整"),
    "truncated png": ("断.png", picture("PNG", (300, 300))[:-60], "没有传完整"),
    "truncated doc": ("断.doc", compound("WordDocument")[:300], "没有传完整"),
    "doc that leads astray": ("乱.doc", compound("WordDocument")[:512] + b"\xff" * 512, "内容不是 Word 文件"),
    "pdf with a script": ("脚本.pdf", PDF.replace(b"/Type", b"/JavaScript"), "带有脚本"),
    "pdf that starts a program": ("启动.pdf", PDF.replace(b"/Type", b"/Launch"), "带有脚本或内嵌文件"),
    "pdf with a zip behind": ("两样.pdf", PDF + DOCX + b"%%EOF", "藏着别的文件"),
    "pdf with a page of script behind": ("两样.pdf", PDF + HTML * 100, "没有传完整"),
    "zip with a program before": ("两样.docx", b"PK\x03\x04" + EXE + DOCX, "为安全起见不能上传|没有传完整"),
    "zip bomb": ("炸弹.docx", lambda: samples.bomb(300 << 20), "解开后的内容大得不合理"),
    "zip bomb by ratio": ("炸弹.docx", lambda: samples.bomb(64 << 20), "解开后的内容大得不合理"),
    "zip bomb that lies": ("炸弹.docx", samples.lying_bomb, "解开后的内容大得不合理"),
    "zip of many parts": (
        "多.docx",
        lambda: package(*(f"p{n}" for n in range(2100))),
        "解开后的内容大得不合理",
    ),
    "zip with a way out": ("外.docx", package("word/document.xml", "../../etc/x"), "藏着别的文件"),
    "password in docx": ("密.docx", samples.encrypted_zip(), "打开密码"),
    "password around docx": ("密.docx", compound("EncryptedPackage", "EncryptionInfo"), "打开密码"),
    "macros in docx": ("宏.docx", package("word/document.xml", "word/vbaProject.bin"), "带有宏"),
    "macros by type": ("宏.docx", package("word/document.xml", types=b"macroEnabled"), "带有宏"),
    "controls in xlsx": ("宏.xlsx", package("xl/workbook.xml", "xl/activeX/activeX1.bin"), "带有宏"),
    "macros in doc": ("宏.doc", compound("WordDocument", "Macros", "VBA"), "带有宏"),
    "macros in xls": ("宏.xls", compound("Workbook", "_VBA_PROJECT_CUR"), "带有宏"),
    "docm": ("宏.docm", DOCX, "是 .docm 文件"),
    "xls as doc": ("表.doc", compound("Workbook"), "内容不是 Word 文件"),
    "picture of too many dots": ("大.png", samples.huge_png(20_000, 20_000), "像素过多"),
    "picture of a few more": ("大.png", samples.huge_png(9_000, 9_000), "像素过多"),
    "picture of no size": ("无.png", samples.huge_png(0, 0), "内容不是|没有传完整"),
}
"""What it is → name, content, what is said; a large content is made when its test runs."""


@pytest.mark.parametrize("name", BAD)
def test_bad_file_is_answered_with_its_name_and_the_way_out(name):
    filename, content, words = BAD[name]
    with pytest.raises(BadFile, match=words) as fault:
        inspect(filename, content() if callable(content) else content)
    assert "请" in str(fault.value) or "可以上传" in str(fault.value)


def answer(name, content):
    """What is said of a file: its name where it is taken, else why not."""
    try:
        return inspect(name, content).name
    except BadFile as fault:
        return str(fault)


def test_every_piece_of_a_good_file_is_answered():
    """Cut anywhere, or with any byte turned over, a file is taken or refused, and nothing else happens."""
    for name, content in (
        ("甲.docx", DOCX),
        ("甲.doc", compound("WordDocument")),
        ("甲.png", picture("PNG")),
    ):
        for n in range(0, len(content), 7):
            for broken in (content[:n], content[:n] + bytes([content[n] ^ 0xFF]) + content[n + 1 :]):
                assert "甲" in answer(name, broken)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.pdf", PDF),
        ("通知.PDF", PDF),
        ("公文.ofd", OFD),
        ("方案.docx", DOCX),
        ("台账.xlsx", XLSX),
        ("方案.doc", compound("WordDocument")),
        ("方案.wps", compound("WordDocument")),
        ("台账.xls", compound("Workbook")),
        ("台账.et", compound("Workbook")),
    ],
)
def test_good_document_is_kept_as_it_is(name, content):
    upload = inspect(name, content)
    assert (upload.content, len(upload.digest)) == (content, 64)
    assert upload.name == name.replace("PDF", "pdf")


def written_by(program):
    """A file as a real program writes it."""
    out = BytesIO()
    if program == "python-docx":
        docx.Document().save(out)
    elif program == "xlsxwriter":
        with xlsxwriter.Workbook(out) as book:
            book.add_worksheet("表").write(0, 0, "文号")
    else:
        book = xlwt.Workbook()
        book.add_sheet("表").write(0, 0, "文号")
        book.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "program"), [("甲.docx", "python-docx"), ("甲.xlsx", "xlsxwriter"), ("甲.xls", "xlwt")]
)
def test_file_of_a_real_program_is_kept(name, program):
    content = written_by(program)
    assert inspect(name, content).content == content


def test_picture_of_a_phone_with_two_in_one_is_drawn_as_one():
    sent = picture("MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))])
    with Image.open(BytesIO(inspect("照.jpg", sent).content)) as image:
        assert (image.format, image.size) == ("JPEG", (40, 60))


@pytest.mark.parametrize(
    ("name", "form", "mode"),
    [
        ("照.jpg", "JPEG", "RGB"),
        ("照.jpeg", "JPEG", "L"),
        ("照.png", "PNG", "RGBA"),
        ("照.png", "PNG", "P"),
        ("照.webp", "WEBP", "RGB"),
        ("照.jpg", "JPEG", "CMYK"),
    ],
)
def test_picture_is_drawn_anew_without_place_and_device(name, form, mode):
    sent = picture(form, mode=mode)
    kept = inspect(name, sent).content
    assert b"SecretCamera" in sent
    assert b"SecretCamera" not in kept
    with Image.open(BytesIO(kept)) as image:
        assert dict(image.getexif()) == {}
        assert image.info.keys() & {"exif", "xmp", "comment", "icc_profile"} == set()
        assert image.size == (40, 60), "it stands upright as the camera held it"


def test_picture_keeps_no_text_and_nothing_behind_it():
    kept = inspect("图.png", samples.png_with_text() + b"SecretTail").content
    assert b"Secret" not in kept


def test_large_picture_is_scaled_down():
    with Image.open(BytesIO(inspect("大.png", picture("PNG", (6000, 300))).content)) as image:
        assert max(image.size) == 4096


def test_doc_whose_tables_lead_in_a_circle_is_answered_at_once():
    with pytest.raises(BadFile):
        inspect("圈.doc", bytes(LOOP) + b"\x01\0\0\0" * 128 * 2000)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("通知.pdf", "通知.pdf"),
        ("C:\\用户\\通知.pdf", "通知.pdf"),
        ("../../etc/通知.pdf", "通知.pdf"),
        ("通\0知.pdf", "通知.pdf"),
        ("通知\u202efdp.exe", "通知fdp.exe"),
        ("  通知 . pdf. ", "通知. pdf"),
        ("a<b>:c.pdf", "abc.pdf"),
        ("\r\n通知.pdf", "通知.pdf"),
        ("", "未命名"),
        ("长" * 3000 + ".pdf", "长" * 90 + ".pdf"),
    ],
)
def test_safe_name_holds_nothing_that_leads_elsewhere(name, shown):
    assert safe_name(name) == shown


def test_package_is_unpacked_by_no_name_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inspect("方案.docx", DOCX)
    assert list(tmp_path.iterdir()) == []
    assert ZipFile(BytesIO(DOCX)).testzip() is None
