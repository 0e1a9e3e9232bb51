"""PDFs of our own: a Typst template and the data that it sets, in an embedded font that has the rare characters too.

Data goes in as JSON and is set as text, never read as markup: what somebody typed can't change the page.
"""

import io
import json
from pathlib import Path
from typing import Any

import segno
import typst
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from noto_cjk_sans_otc import FONT_PATH

PDF = "application/pdf"


def make_pdf(template: Path, data: Any) -> bytes:
    """The PDF of a template, which reads `data` by `json(bytes(sys.inputs.data))`.

    The template sees its own folder and no other file. Raises TypeError for data that JSON can't hold.
    """
    return typst.compile(
        template,
        root=template.parent,
        font_paths=[Path(str(FONT_PATH)).parent],
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


def pdf_response(content: bytes, title: str) -> HttpResponse:
    """Answer with a PDF that the browser shows, and saves under its title; nothing on the way keeps it."""
    headers = {
        "Content-Disposition": content_disposition_header(False, f"{title}.pdf"),
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type=PDF, headers=headers)


def qr_svg(text: str) -> str:
    """A text as a QR code, which still reads where a seventh of it is spoilt; drawn, so nothing of it is markup."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", scale=4, border=2, xmldecl=False)
    return out.getvalue().decode()
