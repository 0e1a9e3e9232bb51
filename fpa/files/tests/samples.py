"""Files as people send them: good ones, and ones that are something else, broken, or meant to do harm."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from PIL import Image
from PIL.PngImagePlugin import PngInfo

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\ntrailer << /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
TYPES = b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
GPS_TAG, MAKE_TAG = 0x8825, 0x010F


def package(*parts, **contents):
    """A zip-based office file with these parts."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", contents.get("types", TYPES))
        for part in parts:
            archive.writestr(part, contents.get("body", b"<x/>"))
    return out.getvalue()


DOCX = package("word/document.xml")
XLSX = package("xl/workbook.xml")
OFD = package("OFD.xml")


def picture(form="JPEG", size=(60, 40), mode="RGB", **options):
    """A picture with a camera's make and a place in its Exif data."""
    image = Image.new(mode, size, 128 if mode in ("L", "P") else (200, 30, 30, 128)[: len(mode)])
    exif = Image.Exif()
    exif[MAKE_TAG] = "SecretCamera"
    exif[0x0112] = 6
    exif.get_ifd(GPS_TAG).update({1: "N", 2: (28.0, 12.0, 0.0)})
    out = BytesIO()
    image.save(out, form, exif=exif, **options)
    return out.getvalue()


def png_with_text():
    """A PNG whose text chunk names a place."""
    info, out = PngInfo(), BytesIO()
    info.add_text("Location", "SecretPlace")
    Image.new("RGB", (8, 8)).save(out, "PNG", pnginfo=info)
    return out.getvalue()


def huge_png(width, height):
    """A small PNG that says it is huge."""
    out = bytearray(png_with_text())
    out[16:24] = struct.pack(">II", width, height)
    out[29:33] = struct.pack(">I", zlib.crc32(bytes(out[12:29])))
    return bytes(out)


def compound(*names, size=512):
    """An OLE container with these streams, all empty."""
    entries = [_entry("Root Entry", 5), *(_entry(name, 2) for name in names)]
    while len(entries) % 4:
        entries.append(bytes(128))
    directory = b"".join(entries)
    sectors = len(directory) // size
    free, end = 0xFFFFFFFF, 0xFFFFFFFE
    chain = [0xFFFFFFFD, *(n + 2 if n < sectors - 1 else end for n in range(sectors))]
    table = struct.pack("<128I", *(chain + [free] * (128 - len(chain))))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    head += bytes(6) + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    head += struct.pack("<109I", 0, *[free] * 108)
    return head + table + directory


def _entry(name, kind):
    raw = name.encode("utf-16-le") + b"\0\0"
    head = raw.ljust(64, b"\0") + struct.pack("<HBB", len(raw), kind, 1)
    return head.ljust(116, b"\xff") + struct.pack("<III", 0xFFFFFFFE, 0, 0)


def bomb(size):
    """A docx that unpacks to `size` bytes."""
    return package("word/document.xml", body=bytes(size))


def lying_bomb():
    """A docx whose directory says that a part is small, though it is not."""
    content = bytearray(bomb(1 << 20))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = struct.pack("<I", 100)
    return bytes(content)


def encrypted_zip():
    """A docx whose parts are marked as encrypted."""
    content = bytearray(DOCX)
    place = content.rindex(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)
