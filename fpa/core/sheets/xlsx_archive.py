"""An .xlsx before it is parsed: its zip directory, its true unpacked sizes, macros, and where formulas stand.

Nothing here expands an entity or builds a tree from a sheet: sheets are read as bytes, in pieces.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from fpa.core.sheets.model import DAMAGED, MACROS, PASSWORD, UNPACKS_TOO_BIG, Refused, column_index

MAX_ENTRIES = 2000
MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
RATIO_FROM = 32 << 20
"""A small file may compress well for good reasons: the ratio counts from this unpacked size on."""

Formulas = dict[int, set[int]]
"""SheetRow number (1-based) to the 0-based columns that hold a formula."""

_CHUNK = 1 << 20
_OVERLAP = 2048
_MAX_SMALL_PART = 8 << 20
_ENCRYPTED_FLAG = 1
_PREFIX = rb"(?:[A-Za-z][\w.-]{0,30}:)?"
_FORMULA = re.compile(
    rb"<" + _PREFIX + rb"c\s[^>]{0,500}?\br\s*=\s*[\"']([A-Za-z]{1,3})([0-9]{1,7})[\"'][^>]{0,500}>"
    rb"\s{0,100}<" + _PREFIX + rb"f[\s/>]"
)
_FAR_CELL = re.compile(rb"r=\"([A-Z]{3}[0-9]+)\"(?:[^>]{0,500}[^/>])?>(?!</)[^>]")
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_OTHER_PACKAGES = (
    ("xl/workbook.bin", "这是 .xlsb 二进制工作簿。请另存为“Excel 工作簿（.xlsx）”后重新上传。"),
    ("word/", "这是 Word 文档，不是表格。请把表格复制到 Excel 或 WPS 表格，另存为 .xlsx 后上传。"),
    ("ppt/", "这是演示文稿，不是表格。请上传 .xlsx、.xls 或 .csv 表格。"),
    ("content.xml", "这是 OpenDocument 文件。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。"),
)
_FAR = (
    "工作表“{sheet}”在很远的单元格 {cell} 里还有内容，表格的范围大得不合理。"
    "请删去多余的行和列，或只把有数据的部分复制到新的工作簿，再重新上传。"
)


_OF_DAMAGE = (
    BadZipFile, zlib.error, ElementTree.ParseError, EOFError, KeyError, NotImplementedError, ValueError, OverflowError,
    OSError,  # a directory that points outside the file: the search for it fails
)  # fmt: skip


def inspect_xlsx_archive(path: Path) -> dict[str, Formulas]:
    """Check a zip file through and through; give the formulas of each worksheet by name.

    Raises Refused: not an .xlsx, damaged, password, macros, unpacks too large (by its directory, before
    anything is unpacked, and by its true size), a cell far outside any table, XML with a document type.
    """
    try:
        with ZipFile(path) as archive:
            check_directory(archive.infolist(), path.stat().st_size)
            return _inspect_parts(archive)
    except _OF_DAMAGE as error:
        raise Refused(DAMAGED) from error


def check_directory(entries: list[ZipInfo], packed_size: int) -> None:
    """Refuse by what the zip directory declares: too many or too large entries, encryption, other formats."""
    total = sum(entry.file_size for entry in entries)
    bomb = total > RATIO_FROM and total > packed_size * MAX_RATIO
    if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED or bomb:
        raise Refused(UNPACKS_TOO_BIG)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in entries):
        raise Refused(PASSWORD)
    names = [entry.filename.replace("\\", "/").lower() for entry in entries]
    if "xl/workbook.xml" not in names:
        raise Refused(_what_else(names))
    if any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names):
        raise Refused(MACROS)


def _what_else(names: list[str]) -> str:
    for prefix, reason in _OTHER_PACKAGES:
        if any(name.startswith(prefix) for name in names):
            return reason
    return "这是压缩包，不是表格。请先解压，再上传里面的 .xlsx、.xls 或 .csv 表格。"


def _inspect_parts(archive: ZipFile) -> dict[str, Formulas]:
    entries = {entry.filename.replace("\\", "/").lower(): entry for entry in archive.infolist()}
    sheet_of = {part: name for name, part in _sheet_parts(archive, entries).items()}
    formulas = {}
    for part, entry in entries.items():
        pieces = _without_doctype(unpack(archive, entry))
        if part in sheet_of:
            formulas[sheet_of[part]] = _scan_sheet(pieces, sheet_of[part])
        else:
            for _ in pieces:
                pass
    return formulas


def unpack(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    """The entry's true bytes in pieces. Raises Refused where it is larger or smaller than the directory says.

    The zip library cuts off at the declared size, and so hides from us what a parser that does not would see.
    """
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused(DAMAGED)
    inflate = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == ZIP_DEFLATED else None
    size = 0
    for packed in _packed(archive, entry):
        for piece in _inflated(inflate, packed) if inflate else (packed,):
            size += len(piece)
            if size > entry.file_size:
                raise Refused(UNPACKS_TOO_BIG)
            yield piece
    if size != entry.file_size:
        raise Refused(DAMAGED)


def _packed(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    file = archive.fp
    if file is None:
        raise Refused(DAMAGED)
    file.seek(entry.header_offset)
    header = file.read(30)
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Refused(DAMAGED)
    start = (
        entry.header_offset
        + 30
        + int.from_bytes(header[26:28], "little")
        + int.from_bytes(header[28:30], "little")
    )
    for offset in range(0, entry.compress_size, _CHUNK):
        file.seek(start + offset)
        yield file.read(min(_CHUNK, entry.compress_size - offset))


def _inflated(inflate: "zlib._Decompress", packed: bytes) -> Iterator[bytes]:
    while packed and not inflate.eof:
        yield inflate.decompress(packed, _CHUNK)
        packed = inflate.unconsumed_tail


def _without_doctype(pieces: Iterable[bytes]) -> Iterator[bytes]:
    tail = b""
    for piece in pieces:
        window = tail + piece
        if b"<!" in window and _DOCTYPE.search(window):
            raise Refused(DAMAGED)
        tail = piece[-16:]
        yield piece


def _small_part(archive: ZipFile, entry: ZipInfo) -> ElementTree.Element:
    if entry.file_size > _MAX_SMALL_PART:
        raise Refused(UNPACKS_TOO_BIG)
    return ElementTree.fromstring(b"".join(_without_doctype(unpack(archive, entry))))


def _sheet_parts(archive: ZipFile, entries: dict[str, ZipInfo]) -> dict[str, str]:
    """Sheet name to the lower-cased name of its part in the package."""
    relations = _small_part(archive, entries["xl/_rels/workbook.xml.rels"])
    targets = {relation.get("Id"): _part_name(relation.get("Target", "")) for relation in relations}
    workbook = _small_part(archive, entries["xl/workbook.xml"])
    sheets = [element for element in workbook.iter() if element.tag.endswith("}sheet")]
    parts = {
        sheet.get("name", ""): targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), "")
        for sheet in sheets
    }
    if len(parts) != len(sheets) or not parts:
        raise Refused(DAMAGED)
    return parts


def _part_name(target: str) -> str:
    return (target[1:] if target.startswith("/") else f"xl/{target}").lower()


def _scan_sheet(pieces: Iterable[bytes], sheet: str) -> Formulas:
    formulas: Formulas = defaultdict(set)
    tail = b""
    for piece in pieces:
        window = tail + piece
        if far := _FAR_CELL.search(window):
            raise Refused(_FAR.format(sheet=sheet, cell=far[1].decode()))
        if b"<f" in window or b":f" in window:
            for match in _FORMULA.finditer(window):
                formulas[int(match[2])].add(column_index(match[1].decode()))
        tail = window[-_OVERLAP:]
    return formulas
