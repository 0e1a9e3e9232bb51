"""What a file is, by its first bytes; the name it came with proves nothing."""

from pathlib import Path
from typing import Literal

from fpa.core.sheets.model import NO_CONTENT, Refused

Kind = Literal["zip", "ole", "text"]

_HEAD_BYTES = 4096
_SAVE_AS = "请上传 .xlsx、.xls 或 .csv 表格。"
_MAGIC: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "这是 PDF 文件，不是表格。"),
    (b"\x89PNG", "这是图片，不是表格。"),
    (b"\xff\xd8\xff", "这是图片，不是表格。"),
    (b"GIF8", "这是图片，不是表格。"),
    (b"BM", "这是图片，不是表格。"),
    (b"II*\x00", "这是图片，不是表格。"),
    (b"MM\x00*", "这是图片，不是表格。"),
    (b"{\\rtf", "这是 RTF 文档，不是表格。"),
    (b"Rar!", "这是压缩包，请先解压。"),
    (b"7z\xbc\xaf\x27\x1c", "这是压缩包，请先解压。"),
    (b"\x1f\x8b", "这是压缩包，请先解压。"),
    (b"MZ", "这是程序文件，不是表格。"),
    (b"\x7fELF", "这是程序文件，不是表格。"),
    (b"\x09\x04\x06\x00", "这个 Excel 文件的版本太旧。请用 Excel 或 WPS 打开后另存为 .xlsx。"),
    (b"\x09\x02\x06\x00", "这个 Excel 文件的版本太旧。请用 Excel 或 WPS 打开后另存为 .xlsx。"),
)
_BINARY_MAGIC = frozenset((b"BM", b"MZ"))
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WEB_PAGE = (
    b"<html",
    b"<!doctype html",
    b"<table",
    b"<head",
    b"<meta",
    b"<body",
    b"<script",
    b"<style",
    b"<div",
)
_IS_WEB_PAGE = "这是网页，只是改成了表格的后缀。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。"
_IS_XML = "这是 XML 文件，不是 .xlsx 或 .xls 表格。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。"


def kind_of(path: Path) -> Kind:
    """How to read the file. Raises Refused where it is empty, or plainly no spreadsheet."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return "zip"
    if head.startswith(_COMPOUND):
        return "ole"
    _refuse_other_formats(head)
    _refuse_markup(head)
    return "text"


def _refuse_other_formats(head: bytes) -> None:
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise Refused(NO_CONTENT)
    for magic, what in _MAGIC:
        if head.startswith(magic) and (magic not in _BINARY_MAGIC or b"\x00" in head):
            raise Refused(what + _SAVE_AS)


def _refuse_markup(head: bytes) -> None:
    start = head.replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    web = start.startswith(b"mime-version:") or (
        start.startswith(b"<") and any(tag in start for tag in _WEB_PAGE)
    )
    if web:
        raise Refused(_IS_WEB_PAGE)
    if start.startswith((b"<?xml", b"<?mso")):
        raise Refused(_IS_XML)
