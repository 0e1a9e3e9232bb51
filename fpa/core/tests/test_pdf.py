"""PDFs are read back: what was given stands in them, as text."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from fpa.core.pdf import make_pdf, pdf_response

TEMPLATE = """
#set page(paper: "a4")
#set text(font: "Noto Sans CJK SC", lang: "zh", region: "cn")
#let data = json(bytes(sys.inputs.data))
#for line in data.lines { par(line) }
"""


@pytest.fixture
def made(tmp_path):
    file = tmp_path / "t.typ"
    file.write_text(TEMPLATE)
    return lambda *lines: PdfReader(BytesIO(make_pdf(file, {"lines": lines})))


def test_pdf_is_a4_and_says_what_was_given_with_rare_characters(made):
    (page,) = made("王䶮，李𬱖").pages
    assert page.extract_text().strip() == "王䶮，李𬱖"
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]


def test_what_was_typed_is_text_and_never_markup(made):
    typed = '#panic("x") *粗* $x$ @y \\ "引号"'
    assert "".join(made(typed).pages[0].extract_text().split()) == "".join(typed.split())


def test_every_character_is_drawn_by_an_embedded_font(made):
    fonts = made("培训证书 No. 12").pages[0]["/Resources"]["/Font"].values()
    inner = [each.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for each in fonts]
    assert inner
    assert all("NotoSansCJK" in found["/FontName"] and "/FontFile3" in found for found in inner)


def test_pdf_is_shown_under_its_title_and_kept_by_nobody():
    response = pdf_response(b"%PDF", "证书")
    assert response["Content-Disposition"].startswith("inline; filename*=")
    assert response["Cache-Control"] == "private, no-store"
