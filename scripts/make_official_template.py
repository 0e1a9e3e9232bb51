"""Write the template of official documents: python -m scripts.make_official_template

The measures are those of GB/T 9704-2012: A4, 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm, 22 lines of 28
characters.
The same input gives the same bytes, so a change of the template shows in the history as what it is.
An office changes the result in WPS; this script only makes the one that the platform comes with.
"""

import sys
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from fpa.core.official import CHARACTER_TWIPS, HEADINGS, TEMPLATE, Style

SONG, FANG_SONG, KAI, HEI, BIAO_SONG = "宋体", "仿宋_GB2312", "楷体_GB2312", "黑体", "方正小标宋简体"
# What stands in for a font that a computer lacks: the one with the same strokes that comes with Windows.
STAND_INS = {SONG: "SimSun", FANG_SONG: "仿宋", KAI: "楷体", HEI: "SimHei", BIAO_SONG: "宋体"}
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22.0, 16.0, 14.0, 10.5  # 二号 三号 四号 五号, in points
LINE_TWIPS = 579  # 225 mm / 22 lines
GRID_CHAR_SPACE = -849  # (156 mm / 28 − 16 pt) × 4096
# 28 characters of 三号 are 2 mm wider than the line, so each gives up a quarter of a point. The styles say
# so themselves instead of snapping to the grid: LibreOffice gives a character that overruns its cell two.
TIGHTEN_TWIPS = -5
TWIPS_A_MM = 1440 / 25.4
PAGE_MM = (210, 297)
MARGINS_MM = {"top": 37, "left": 28, "right": 210 - 28 - 156, "bottom": 297 - 37 - 225}
FOOTER_MM = 35 - 7 - 2.5  # the dash stands 7 mm under the text, and half a line over the footer's edge

NAMESPACES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
)
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
CORE_TYPE = "application/vnd.openxmlformats-package.core-properties+xml"


@dataclass(frozen=True)
class Look:
    """How a paragraph style looks: size in points, indent in characters, line in twentieths of a point."""

    font: str
    size: float = SIZE_3
    align: str = "both"
    first: int = 0
    line: int = LINE_TWIPS
    flags: tuple[str, ...] = ()
    outline: int | None = None


LOOKS = {
    Style.TITLE: Look(BIAO_SONG, SIZE_2, "center", flags=("keepNext", "keepLines")),
    Style.BODY: Look(FANG_SONG, first=2),
    **{
        style: Look(font, first=2, flags=("keepNext",), outline=level)
        for level, (style, font) in enumerate(zip(HEADINGS, (HEI, KAI, FANG_SONG, FANG_SONG), strict=True))
    },
    Style.SIGN_OFF: Look(FANG_SONG, align="right", flags=("keepNext",)),
    Style.SIGN_DATE: Look(FANG_SONG, align="right"),
    Style.ANNEX: Look(HEI, flags=("keepNext", "pageBreakBefore")),
    Style.CAPTION: Look(HEI, align="center", flags=("keepNext",)),
    Style.TABLE_HEAD: Look(HEI, SIZE_5, "center", line=340, flags=("keepNext",)),
    Style.TABLE_CELL: Look(FANG_SONG, SIZE_5, "left", line=320),
    Style.PAGE_NUMBER: Look(SONG, SIZE_4, "left", line=360),
}
STYLE_IDS = {style: f"Official{style.name.title().replace('_', '')}" for style in Style}


def twips(millimetres: float) -> int:
    """Return a length in twentieths of a point."""
    return round(millimetres * TWIPS_A_MM)


def fonts_xml(font: str) -> str:
    """Return the one font for every kind of character: digits in a 公文 are set in the body's font too."""
    return f'<w:rFonts w:ascii="{font}" w:hAnsi="{font}" w:eastAsia="{font}" w:cs="{font}"/>'


def indent_xml(side: str, characters: int) -> str:
    """Return an indent in characters, and in twips for programs that do not know characters."""
    if not characters:
        return ""
    return f'<w:ind w:{side}Chars="{characters * 100}" w:{side}="{characters * CHARACTER_TWIPS}"/>'


def size_xml(points: float) -> str:
    """Return a font size, with the tightening that makes 28 characters of the body's size fill a line."""
    spacing = TIGHTEN_TWIPS if points == SIZE_3 else 0
    half = round(points * 2)
    return f'<w:spacing w:val="{spacing}"/><w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'


def style_xml(style: Style, look: Look) -> str:
    """Return one paragraph style; the order of the elements is the schema's."""
    flags = "".join(f"<w:{flag}/>" for flag in look.flags)
    outline = "" if look.outline is None else f'<w:outlineLvl w:val="{look.outline}"/>'
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{STYLE_IDS[style]}">'
        f'<w:name w:val="{style}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>{flags}'
        f'<w:spacing w:line="{look.line}" w:lineRule="exact"/>'
        f'{indent_xml("firstLine", look.first)}<w:jc w:val="{look.align}"/>{outline}</w:pPr>'
        f"<w:rPr>{fonts_xml(look.font)}{size_xml(look.size)}</w:rPr>"
        "</w:style>"
    )


def styles_xml() -> str:
    """Return styles.xml: three that every document needs, then those of the 公文."""
    body = fonts_xml(FANG_SONG) + size_xml(SIZE_3)
    language = '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>'
    return (
        f"<w:styles {NAMESPACES}><w:docDefaults><w:rPrDefault><w:rPr>{body}{language}</w:rPr>"
        "</w:rPrDefault><w:pPrDefault/></w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>'
        '<w:pPr><w:widowControl w:val="0"/><w:autoSpaceDE w:val="0"/><w:autoSpaceDN w:val="0"/>'
        f'<w:snapToGrid w:val="0"/><w:spacing w:line="{LINE_TWIPS}" w:lineRule="exact"/>'
        f'<w:jc w:val="both"/></w:pPr><w:rPr>{body}</w:rPr></w:style>'
        '<w:style w:type="character" w:default="1" w:styleId="DefaultParagraphFont">'
        '<w:name w:val="Default Paragraph Font"/><w:uiPriority w:val="1"/><w:semiHidden/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/>'
        '<w:uiPriority w:val="99"/><w:semiHidden/><w:tblPr><w:tblInd w:w="0" w:type="dxa"/></w:tblPr>'
        "</w:style>"
        f"{''.join(style_xml(style, look) for style, look in LOOKS.items())}</w:styles>"
    )


def paragraph_xml(style: Style, text: str = "") -> str:
    """Return a paragraph with its text in one plain run, so that a tag in it stays whole."""
    run = f"<w:r><w:rPr>{fonts_xml(LOOKS[style].font)}</w:rPr><w:t>{text}</w:t></w:r>" if text else ""
    return f'<w:p><w:pPr><w:pStyle w:val="{STYLE_IDS[style]}"/></w:pPr>{run}</w:p>'


def block_paragraphs() -> list[tuple[Style, str]]:
    """Return the loop over blocks: each kind has a paragraph of its own, whose look the office may change."""
    lines = [(Style.BODY, "{%p for block in blocks %}")]
    for index, style in enumerate(HEADINGS):
        lines.append((Style.BODY, f"{{%p {'elif' if index else 'if'} block.style == '{style}' %}}"))
        lines.append((style, "{{r block.runs }}"))
    return [
        *lines,
        (Style.BODY, f"{{%p elif block.style == '{Style.TABLE_CELL}' %}}"),
        (Style.TABLE_CELL, "{{p block.table }}"),
        (Style.BODY, "{%p else %}"),
        (Style.BODY, "{{r block.runs }}"),
        (Style.BODY, "{%p endif %}"),
        (Style.BODY, "{%p endfor %}"),
    ]


def document_xml() -> str:
    """Return document.xml: title, blocks, 附件说明, sign-off, 附注, and the appendix on its own page."""
    lines = [
        (Style.TITLE, "{{ title }}"),
        (Style.BODY, ""),
        *block_paragraphs(),
        (Style.BODY, ""),
        (Style.BODY, "{%p if sources %}"),
        (Style.BODY, "附件：数据来源表"),
        (Style.BODY, ""),
        (Style.BODY, "{%p endif %}"),
        (Style.SIGN_OFF, "{{ signed_by }}"),
        (Style.SIGN_DATE, "{{ signed_on }}"),
        (Style.BODY, "{%p if note %}"),
        (Style.BODY, "（{{ note }}）"),
        (Style.BODY, "{%p endif %}"),
        (Style.BODY, "{%p if sources %}"),
        (Style.ANNEX, "附件"),
        (Style.BODY, ""),
        (Style.TITLE, "数据来源表"),
        (Style.BODY, ""),
        (Style.TABLE_CELL, "{{p sources }}"),
        (Style.BODY, "{%p endif %}"),
    ]
    paragraphs = "".join(paragraph_xml(style, text) for style, text in lines)
    return f"<w:document {NAMESPACES}><w:body>{paragraphs}{section_xml()}</w:body></w:document>"


def section_xml() -> str:
    """Return the page: its size, margins, footers and the grid of 22 lines by 28 characters."""
    width, height = (twips(side) for side in PAGE_MM)
    margins = " ".join(f'w:{side}="{twips(size)}"' for side, size in MARGINS_MM.items())
    return (
        '<w:sectPr><w:footerReference w:type="default" r:id="rId4"/>'
        '<w:footerReference w:type="even" r:id="rId5"/>'
        f'<w:pgSz w:w="{width}" w:h="{height}"/>'
        f'<w:pgMar {margins} w:header="{twips(15)}" w:footer="{twips(FOOTER_MM)}" w:gutter="0"/>'
        f'<w:docGrid w:type="linesAndChars" w:linePitch="{LINE_TWIPS}" w:charSpace="{GRID_CHAR_SPACE}"/>'
        "</w:sectPr>"
    )


def footer_xml(align: str) -> str:
    """Return `— 1 —` on the outer side of the page, one character in from the edge of the text."""
    properties = f"<w:rPr>{fonts_xml(SONG)}</w:rPr>"
    texts = [
        '<w:t xml:space="preserve">— </w:t>',
        '<w:fldChar w:fldCharType="begin"/>',
        '<w:instrText xml:space="preserve"> PAGE </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        "<w:t>1</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
        '<w:t xml:space="preserve"> —</w:t>',
    ]
    runs = "".join(f"<w:r>{properties}{text}</w:r>" for text in texts)
    return (
        f'<w:ftr {NAMESPACES}><w:p><w:pPr><w:pStyle w:val="{STYLE_IDS[Style.PAGE_NUMBER]}"/>'
        f'{indent_xml(align, 1)}<w:jc w:val="{align}"/></w:pPr>{runs}</w:p></w:ftr>'
    )


def settings_xml() -> str:
    """Return settings.xml: printed on both sides, so margins mirror and even pages have their own footer."""
    mode = 'w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"'
    return (
        f'<w:settings {NAMESPACES}><w:mirrorMargins/><w:defaultTabStop w:val="{2 * CHARACTER_TWIPS}"/>'
        '<w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/>'
        f"<w:compat><w:useFELayout/><w:compatSetting {mode}/></w:compat></w:settings>"
    )


def font_table_xml() -> str:
    """Return fontTable.xml, which names a stand-in for each font."""
    fonts = "".join(
        f'<w:font w:name="{font}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for font, other in STAND_INS.items()
    )
    return f"<w:fonts {NAMESPACES}>{fonts}</w:fonts>"


def core_xml() -> str:
    """Return the core properties, which writing a document fills."""
    return (
        f'<cp:coreProperties xmlns:cp="{PACKAGE}/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>公文模板</dc:title></cp:coreProperties>'
    )


def relationships_xml(targets: dict[str, str]) -> str:
    """Return a .rels part; its ids count from rId1 in the order given."""
    items = "".join(
        f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'
        for number, (target, kind) in enumerate(targets.items(), 1)
    )
    return f'<Relationships xmlns="{PACKAGE}/relationships">{items}</Relationships>'


def content_types_xml() -> str:
    """Return the list of the parts' types."""
    kinds = {
        "document": "document.main", "styles": "styles", "settings": "settings", "fontTable": "fontTable",
        "footer1": "footer", "footer2": "footer",
    }  # fmt: skip
    parts = {f"/word/{name}.xml": f"{MAIN_TYPE}.{kind}+xml" for name, kind in kinds.items()}
    parts["/docProps/core.xml"] = CORE_TYPE
    overrides = "".join(f'<Override PartName="{n}" ContentType="{t}"/>' for n, t in parts.items())
    return (
        f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>'
    )


def template_parts() -> dict[str, str]:
    """Return the parts of the template by their names in the package."""
    word = {"styles.xml": "styles", "settings.xml": "settings", "fontTable.xml": "fontTable"}
    word |= {"footer1.xml": "footer", "footer2.xml": "footer"}
    package = {
        "word/document.xml": f"{OFFICE}/officeDocument",
        "docProps/core.xml": f"{PACKAGE}/relationships/metadata/core-properties",
    }
    return {
        "[Content_Types].xml": content_types_xml(),
        "_rels/.rels": relationships_xml(package),
        "docProps/core.xml": core_xml(),
        "word/document.xml": document_xml(),
        "word/_rels/document.xml.rels": relationships_xml({n: f"{OFFICE}/{k}" for n, k in word.items()}),
        "word/styles.xml": styles_xml(),
        "word/settings.xml": settings_xml(),
        "word/fontTable.xml": font_table_xml(),
        "word/footer1.xml": footer_xml("right"),
        "word/footer2.xml": footer_xml("left"),
    }


def write_template(path: Path) -> None:
    """Write the template to `path`."""
    with ZipFile(path, "w", ZIP_DEFLATED) as package:
        for name, xml in template_parts().items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            package.writestr(ZipInfo(name), head + xml, ZIP_DEFLATED)


if __name__ == "__main__":
    write_template(Path(sys.argv[1]) if len(sys.argv) > 1 else TEMPLATE)
