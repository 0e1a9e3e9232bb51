"""Images drawn anew: what comes out holds pixels, and nothing of where, when or with what they were taken."""

import warnings
from io import BytesIO

from PIL import Image, ImageOps

MAX_PIXELS = 64_000_000
MAX_SIDE = 4096
"""Enough for an A4 page scanned at 300 dpi; larger ones are scaled down to it."""
TOO_MANY = f"的像素过多（超过 {MAX_PIXELS // 10_000:,} 万），请缩小后再传。"
_FORMATS = {"jpg": ("JPEG", "MPO"), "jpeg": ("JPEG", "MPO"), "png": ("PNG",), "webp": ("WEBP",)}
_QUALITY = 88

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Image.DecompressionBombWarning)


class BadImage(Exception):
    """The image can't be drawn; the message says why, "" where it is only damaged."""


def reencode(content: bytes, extension: str) -> bytes | None:
    """The image in the format of its extension, upright and without metadata; None where it has another format.

    Raises `BadImage`.
    """
    formats = _FORMATS[extension]
    try:
        with Image.open(BytesIO(content), formats=("JPEG", "PNG", "WEBP")) as image:
            return _drawn(image, formats[0]) if image.format in formats else None
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise BadImage(TOO_MANY) from error
    except Image.UnidentifiedImageError:
        return None
    except Exception as error:  # a decoder of hostile bytes raises whatever its formats' parts raise
        raise BadImage from error


def _drawn(image: Image.Image, form: str) -> bytes:
    image.draft("RGB", (MAX_SIDE, MAX_SIDE))
    plain: Image.Image = ImageOps.exif_transpose(image)
    plain.thumbnail((MAX_SIDE, MAX_SIDE))
    has_alpha = plain.mode in ("RGBA", "LA", "PA") or "transparency" in plain.info
    plain = plain.convert("RGBA" if has_alpha and form != "JPEG" else "RGB")
    bare = Image.frombytes(plain.mode, plain.size, plain.tobytes())
    out = BytesIO()
    bare.save(out, form, **({} if form == "PNG" else {"quality": _QUALITY}))
    return out.getvalue()
