"""What is in a file that somebody sends: known by its content, never by what it is called.

Nothing here runs, renders or trusts a file. Zip-based files are measured by their directory before anything is
unpacked, then by what really comes out. What passes is served as a download only (see `views`).
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from zipfile import BadZipFile, ZipFile, ZipInfo, is_zipfile

from fpa.core.chinese import clean, half_width
from fpa.core.crypto import sm3
from fpa.core.refusals import Refusal
from fpa.core.sheets.model import UNPACKS_TOO_BIG, Refused
from fpa.core.sheets.ole import OleFile
from fpa.core.sheets.xlsx_archive import unpack
from fpa.files.images import BadImage, reencode

MAX_BYTES = 20 << 20
MAX_UNPACKED = 256 << 20
MAX_RATIO = 200
RATIO_FROM = 32 << 20
"""A small file may compress well for good reasons: the ratio counts from this unpacked size on."""
MAX_ENTRIES = 2000
MAX_NAME = 100
_ENCRYPTED_FLAG = 1
_PDF_END = 2048
_PDF_ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia")
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_UNREADABLE = (
    BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    ValueError,
    OverflowError,
    OSError,
    NotImplementedError,
)

ALLOWED = "PDF、OFD、Word、Excel、WPS 文件和 JPG、PNG、WebP 图片"
TOO_BIG = f"超过 {MAX_BYTES >> 20} MB，请压缩图片、降低扫描精度或分成几个文件后再传。"
DAMAGED = "已损坏或没有传完整，请用原来的程序打开，确认无误后另存，再重新上传。"
PASSWORD = "设有打开密码，别人无法查看，请取消密码后另存，再重新上传。"
MACROS = "里带有宏或控件，为安全起见不能上传，请另存为不带宏的文件（.docx、.xlsx 或 PDF）后再传。"
UNPACKS = "解开后的内容大得不合理，为安全起见不能上传，请只保留需要的内容，另存后再传。"
ACTIVE = "里带有脚本或内嵌文件，为安全起见不能上传，请用“打印成 PDF”的方式另存后再传。"
TWO_IN_ONE = "里还藏着别的文件，为安全起见不能上传，请用原来的程序打开后另存，再重新上传。"


class BadFile(Refusal):
    """The file can't be taken; the message names it, the rule and the way out, in Chinese."""


@dataclass(frozen=True)
class Upload:
    """A file that has passed: under which name it is shown, of which type it is, and the bytes that are kept."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def digest(self) -> str:
        """The SM3 digest of what is kept, as hex."""
        return sm3(self.content).hex()


class _Fault(Exception):
    """What is wrong with the content, to stand after the file's name."""


def inspect(name: str, content: bytes) -> Upload:
    """Check a file through and through; images come back without what they tell of place and device.

    Raises `BadFile`.
    """
    shown = safe_name(name)
    stem, _, extension = shown.rpartition(".")
    extension = extension.lower()
    if extension not in _KINDS or not stem:
        raise BadFile(_not_allowed(shown, extension if stem else ""))
    if not content:
        raise BadFile(f"“{shown}”是空文件，请换一个有内容的文件。")
    if len(content) > MAX_BYTES:
        raise BadFile(f"“{shown}”{TOO_BIG}")
    label, media_type, check = _KINDS[extension]
    try:
        kept = check(content, extension)
    except _Fault as fault:
        raise BadFile(f"“{shown}”{fault}") from fault
    if kept is None:
        raise BadFile(f"“{shown}”的内容不是{label}（可能改过扩展名），请用原来的程序打开后另存，再重新上传。")
    return Upload(f"{stem}.{extension}", media_type, kept)


def safe_name(name: str) -> str:
    """The last part of a name, without what can't be seen or saved; a long one is cut before its extension."""
    last = half_width(name).replace("\\", "/").rsplit("/", 1)[-1]
    plain = clean("".join(c for c in last if c.isprintable() and c not in '<>:"|?*')).strip(". ")
    stem, dot, extension = plain.rpartition(".")
    if not dot:
        return plain[:MAX_NAME] or "未命名"
    return f"{stem[: MAX_NAME - 10].rstrip('. ')}.{extension[:9]}"


def _not_allowed(name: str, extension: str) -> str:
    what = f"是 .{extension} 文件" if extension else "没有扩展名"
    return f"“{name}”{what}，不能上传。可以上传{ALLOWED}；压缩包请解开后逐个上传。"


# Each check gives the bytes to keep, or None where the content is something else.


def _pdf(content: bytes, _: str) -> bytes | None:
    if not content.startswith(b"%PDF-"):
        return None
    if b"%%EOF" not in content[-_PDF_END:]:
        raise _Fault(DAMAGED)
    if any(mark in content for mark in _PDF_ACTIVE):
        raise _Fault(ACTIVE)
    if is_zipfile(BytesIO(content)):
        raise _Fault(TWO_IN_ONE)
    return content


def _image(content: bytes, extension: str) -> bytes | None:
    try:
        return reencode(content, extension)
    except BadImage as error:
        raise _Fault(str(error) or DAMAGED) from error


def _compound(*streams: str) -> Callable[[bytes, str], bytes | None]:
    """An older Word or Excel file, or one of WPS: an OLE container with one of these streams."""

    def check(content: bytes, _: str) -> bytes | None:
        if not content.startswith(_OLE):
            return None
        try:
            names = set(OleFile(content).entries)
        except Refused as error:
            raise _Fault(DAMAGED) from error
        if names & {"encryptedpackage", "encryptioninfo"}:
            raise _Fault(PASSWORD)
        if any(name.startswith("_vba_project") or name in ("vba", "macros") for name in names):
            raise _Fault(MACROS)
        return content if names & set(streams) else None

    return check


def _package(part: str) -> Callable[[bytes, str], bytes | None]:
    """A zip-based office file that holds this part."""

    def check(content: bytes, _: str) -> bytes | None:
        if content.startswith(_OLE):
            return _compound()(content, "")  # a password turns it into an OLE container
        if not content.startswith(_ZIP):
            return None
        try:
            with ZipFile(BytesIO(content)) as archive:
                return content if _holds(archive, part, len(content)) else None
        except _UNREADABLE as error:
            raise _Fault(DAMAGED) from error
        except Refused as error:
            raise _Fault(UNPACKS if error.reason == UNPACKS_TOO_BIG else DAMAGED) from error

    return check


def _holds(archive: ZipFile, part: str, size: int) -> bool:
    """Whether the package is what it says, after all of it has been unpacked once and thrown away."""
    found = archive.infolist()
    names = _check_directory(found, size)
    if part not in names:
        return False
    for entry in found:
        is_list = entry.filename.lower() == "[content_types].xml"
        pieces = unpack(archive, entry)
        if is_list and b"macroenabled" in b"".join(pieces).lower():
            raise _Fault(MACROS)
        for _ in pieces:
            pass
    return True


def _check_directory(found: list[ZipInfo], size: int) -> set[str]:
    """Refuse by what the directory declares, before anything is unpacked; gives the parts' names."""
    total = sum(entry.file_size for entry in found)
    if len(found) > MAX_ENTRIES or total > MAX_UNPACKED or (total > RATIO_FROM and total > size * MAX_RATIO):
        raise _Fault(UNPACKS)
    if any(entry.flag_bits & _ENCRYPTED_FLAG for entry in found):
        raise _Fault(PASSWORD)
    names = [entry.filename.replace("\\", "/").lower() for entry in found]
    if len(set(names)) != len(names) or any(n.startswith("/") or ".." in n.split("/") for n in names):
        raise _Fault(TWO_IN_ONE)
    if any(n.endswith("vbaproject.bin") or "/macrosheets/" in n or "/activex/" in n for n in names):
        raise _Fault(MACROS)
    if min(entry.header_offset for entry in found) > 0:
        raise _Fault(TWO_IN_ONE)
    return set(names)


_OFFICE = "application/vnd.openxmlformats-officedocument"
_KINDS: dict[str, tuple[str, str, Callable[[bytes, str], bytes | None]]] = {
    "pdf": (" PDF 文件", "application/pdf", _pdf),
    "ofd": (" OFD 文件", "application/ofd", _package("ofd.xml")),
    "docx": (" Word 文件", f"{_OFFICE}.wordprocessingml.document", _package("word/document.xml")),
    "xlsx": (" Excel 文件", f"{_OFFICE}.spreadsheetml.sheet", _package("xl/workbook.xml")),
    "doc": (" Word 文件", "application/msword", _compound("worddocument")),
    "wps": (" WPS 文字文件", "application/vnd.ms-works", _compound("worddocument", "wpsdocument")),
    "xls": (" Excel 文件", "application/vnd.ms-excel", _compound("workbook", "book")),
    "et": (" WPS 表格文件", "application/octet-stream", _compound("workbook", "book", "etdocument")),
    "jpg": (" JPG 图片", "image/jpeg", _image),
    "jpeg": (" JPG 图片", "image/jpeg", _image),
    "png": (" PNG 图片", "image/png", _image),
    "webp": (" WebP 图片", "image/webp", _image),
}
EXTENSIONS = tuple(_KINDS)
