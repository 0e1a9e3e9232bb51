"""Official documents (公文) as docx, laid out by GB/T 9704-2012, from a template that an office can edit.

The template holds the page, the styles and the tags; this module holds none of the look. A template that
came back from WPS is welcome as long as it keeps the style names of `Style` and the tags. There is never a
red head or a seal: those belong to the unit that issues the paper.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from io import BytesIO
from itertools import pairwise
from os import PathLike, fspath
from pathlib import Path
from typing import IO, Any, Literal
from zipfile import BadZipFile

from docx import Document
from docx.document import Document as DocumentObject
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from fpa.core.chinese import date_cn
from fpa.core.refusals import Refusal

TEMPLATE = Path(__file__).with_name("data") / "official.docx"
CHARACTERS_A_LINE = 28
CHARACTER_TWIPS = 316  # 156 mm / 28, in twentieths of a point
_EMU_A_TWIP = 635
_TOOLTIP_LIMIT = 255  # Word refuses a longer screen tip
_FIRST_BOOKMARK_ID = 1000  # clear of the bookmarks that a template may have of its own
_FONT_SLOTS = ("ascii", "hAnsi", "eastAsia", "cs")
_THEME_SLOTS = ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme")
_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class CannotWriteOfficial(Refusal, ValueError):
    """The document cannot be written; the message says what is wrong and what to do, in Chinese."""


class Style(StrEnum):
    """The paragraph styles that every template has to define, by the name that the office sees."""

    TITLE = "公文标题"
    BODY = "公文正文"
    HEADING_1 = "公文一级标题"
    HEADING_2 = "公文二级标题"
    HEADING_3 = "公文三级标题"
    HEADING_4 = "公文四级标题"
    SIGN_OFF = "公文落款"
    SIGN_DATE = "公文成文日期"
    ANNEX = "公文附件"
    CAPTION = "公文表题"
    TABLE_HEAD = "公文表头"
    TABLE_CELL = "公文表格"
    PAGE_NUMBER = "公文页码"


HEADINGS = (Style.HEADING_1, Style.HEADING_2, Style.HEADING_3, Style.HEADING_4)


@dataclass(frozen=True)
class Run:
    """A stretch of text in one look.

    `link` is the 序号 of a row of the appendix, or an http(s) address. It prints as plain text. `note` shows
    when the pointer rests on the link, so it needs one.
    """

    text: str
    bold: bool = False
    link: str | None = None
    note: str | None = None

    def __post_init__(self) -> None:
        if self.note is not None and self.link is None:
            raise CannotWriteOfficial(f"文字“{self.text}”带有悬停说明，却没有链接。请同时给出链接。")


Cell = str | Run


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (一、), 2 （一）, 3 (1.) or 4 （1）; `text` carries its own number."""

    level: int
    text: str

    def __post_init__(self) -> None:
        if not 1 <= self.level <= len(HEADINGS):
            raise CannotWriteOfficial(f"标题“{self.text}”是第 {self.level} 级，公文标题只有一至四级。")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of body text, its first line indented by two characters."""

    runs: Sequence[Run]


@dataclass(frozen=True)
class Column:
    """A column of a table; its `weight` is its share of the line against the other columns' weights."""

    title: str
    weight: float = 1
    align: Literal["left", "center", "right"] = "center"


@dataclass(frozen=True)
class Table:
    """A table as wide as the text, its head repeated on each page; every row has a cell for each column."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    caption: str = ""

    def __post_init__(self) -> None:
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise CannotWriteOfficial(
                    f"表“{self.caption}”第 {number} 行有 {len(row)} 格，表头有 {len(self.columns)} 列。"
                    "请补齐或删去多余的格。"
                )


Block = Heading | Paragraph | Table

# The weights are millimetres: they add up to the 156 of a line.
SOURCE_COLUMNS = (
    Column("序号", 10),
    Column("指标", 34, "left"),
    Column("数值", 25, "right"),
    Column("口径", 38, "left"),
    Column("覆盖", 20),
    Column("截至时间", 29),
)


def write_official(
    target: str | PathLike[str] | IO[bytes],
    *,
    title: str,
    blocks: Sequence[Block],
    signed_by: str,
    signed_on: date,
    note: str = "",
    template: str | PathLike[str] | IO[bytes] | None = None,
    sources: Sequence[Sequence[Cell]] | None = None,
) -> None:
    """Write one official document to `target`, a path or a binary file.

    The sign-off is placed by GB/T 9704-2012 for a paper without a seal. `note` is the 附注, without its
    brackets. `sources` are rows in the order of `SOURCE_COLUMNS`; they become 「附件：数据来源表」 on a page
    of its own, and a run whose `link` is a row's 序号 leads there. Values are text only: tags and markup in
    them are printed as they stand. Raises CannotWriteOfficial where content or template does not fit.
    """
    appendix = Table(SOURCE_COLUMNS, sources, "数据来源表") if sources else None
    docx_template = _open_template(template or TEMPLATE)
    typesetter = _Typesetter(docx_template, appendix)
    dated = date_cn(signed_on)
    scalars = {"title": title, "signed_by": signed_by, "signed_on": dated, "note": note}
    context: dict[str, Any] = {name: _text_markup(text) for name, text in scalars.items()}
    context["blocks"] = [typesetter.block(block) for block in blocks]
    context["sources"] = typesetter.appendix()
    document = _fill(docx_template, context)
    _refuse_lost_text(document, [*scalars.values(), *_texts(blocks), *_texts([appendix] if appendix else [])])
    _place_sign_off(document, signed_by, dated)
    _pin_fonts(document)
    _describe(document, title, signed_by)
    document.save(fspath(target) if isinstance(target, PathLike) else target)


def sign_off_indents(signed_by: str, dated: str) -> tuple[float, float]:
    """Return the right indents, in characters, of the sign-off unit and of the date under it.

    GB/T 9704-2012, 不加盖印章的公文: the unit leaves two characters free on its right, the date begins two
    characters to the right of where the unit begins; a date too long for that leaves two free, and the unit
    moves left.
    """
    unit, day = _width(signed_by), _width(dated)
    return max(2, day + 4 - unit), min(max(2, unit - day), CHARACTERS_A_LINE - day)


def _width(text: str) -> float:
    """Return the width of `text` in full-width characters."""
    return sum(1 if unicodedata.east_asian_width(character) in "WFA" else 0.5 for character in text)


def _open_template(source: str | PathLike[str] | IO[bytes]) -> DocxTemplate:
    """Return the template, or raise CannotWriteOfficial where it is no docx or lacks a style."""
    template = DocxTemplate(source)
    try:
        styles = template.get_docx().styles
    except (OSError, PackageNotFoundError, BadZipFile, KeyError, ValueError, etree.LxmlError) as error:
        raise CannotWriteOfficial("公文模板打不开，或者不是 docx 文件。请另存为 docx 格式后再用。") from error
    missing = [style.value for style in Style if style.value not in styles]
    if missing:
        raise CannotWriteOfficial(
            f"公文模板缺少样式：{'、'.join(missing)}。请从系统自带的模板改起，保留样式名称。"
        )
    return template


class _Typesetter:
    """Turns blocks into the markup that the template's tags take in."""

    def __init__(self, template: DocxTemplate, appendix: Table | None) -> None:
        document = template.get_docx()
        section = document.sections[0]
        room = section.page_width - section.left_margin - section.right_margin
        self._template = template
        self._appendix = appendix
        self._text_twips = room // _EMU_A_TWIP
        self._style_ids = {style: document.styles[style.value].style_id for style in Style}
        self._anchors = _anchors(appendix)

    def block(self, block: Block) -> dict[str, str]:
        """Return what the template's loop over blocks reads: style, and runs or table."""
        if isinstance(block, Table):
            return {"style": Style.TABLE_CELL.value, "table": self._table(block)}
        if isinstance(block, Heading):
            return {"style": HEADINGS[block.level - 1].value, "runs": _markup(self._run(Run(block.text)))}
        runs = [element for run in block.runs for element in self._run(run)]
        return {"style": Style.BODY.value, "runs": _markup(runs)}

    def appendix(self) -> str:
        """Return the table of sources, each 序号 carrying the bookmark that the text links to; or nothing."""
        return self._table(self._appendix, self._anchors) if self._appendix else ""

    def _run(self, run: Run) -> list[Any]:
        """Return a run's elements: none where it has no text, which Word would take for damage in a link."""
        text = _clean(run.text)
        if not text:
            return []
        bold = [_w("b")] if run.bold else []
        element = _w("r", _w("rPr", *bold), _text_element(text))
        return [element] if run.link is None else [self._hyperlink(run, run.link, element)]

    def _hyperlink(self, run: Run, link: str, element: Any) -> Any:
        hyperlink = _w("hyperlink", element, history=1)
        if link.startswith(("http://", "https://")):
            hyperlink.set(qn("r:id"), self._template.build_url_id(link))
        elif link in self._anchors:
            hyperlink.set(qn("w:anchor"), self._anchors[link])
        else:
            raise CannotWriteOfficial(f"文字“{run.text}”指向数据来源表第 {link} 号，但表中没有这一行。")
        if run.note:
            hyperlink.set(qn("w:tooltip"), _shorten(_clean(run.note), _TOOLTIP_LIMIT))
        return hyperlink

    def _table(self, table: Table, anchors: dict[str, str] | None = None) -> str:
        widths = _shares(self._text_twips, [column.weight for column in table.columns])
        titles = [column.title for column in table.columns]
        head = self._row(table, titles, widths, head=True)
        rows = [self._row(table, row, widths) for row in table.rows]
        for index, (row, anchor) in enumerate(zip(rows, (anchors or {}).values(), strict=False)):
            _bookmark(row, anchor, _FIRST_BOOKMARK_ID + index)
        grid = _w("tblGrid", *(_w("gridCol", w=width) for width in widths))
        element = _w("tbl", _table_properties(self._text_twips), grid, head, *rows)
        caption = [self._paragraph(Style.CAPTION, table.caption)] if table.caption and not anchors else []
        return _markup([*caption, element, self._gap()])

    def _row(self, table: Table, cells: Sequence[Cell], widths: list[int], *, head: bool = False) -> Any:
        style = Style.TABLE_HEAD if head else Style.TABLE_CELL
        aligns = ["center" if head else column.align for column in table.columns]
        boxes = [
            _w("tc", _w("tcPr", _w("tcW", w=width, type="dxa"), _w("vAlign", val="center")),
               self._paragraph(style, cell, align))
            for cell, width, align in zip(cells, widths, aligns, strict=True)
        ]  # fmt: skip
        repeated = [_w("tblHeader")] if head else []
        return _w("tr", _w("trPr", _w("cantSplit"), *repeated), *boxes)

    def _paragraph(self, style: Style, content: Cell, align: str | None = None) -> Any:
        run = content if isinstance(content, Run) else Run(content)
        aligned = [_w("jc", val=align)] if align else []
        properties = _w("pPr", _w("pStyle", val=self._style_ids[style]), *aligned)
        return _w("p", properties, *self._run(run))

    def _gap(self) -> Any:
        """Return the thin paragraph after a table; without it two tables would grow into one."""
        style = _w("pStyle", val=self._style_ids[Style.TABLE_CELL])
        return _w("p", _w("pPr", style, _w("spacing", line=120, lineRule="exact")))


def _anchors(appendix: Table | None) -> dict[str, str]:
    """Return the bookmark name of each row of the appendix by its 序号, in the order of the rows."""
    rows = appendix.rows if appendix else ()
    anchors = {_text_of(row[0]): f"source_{position}" for position, row in enumerate(rows, 1)}
    if len(anchors) != len(rows):
        raise CannotWriteOfficial("数据来源表的序号有重复，正文无法对应。请让每一行的序号不同。")
    return anchors


def _bookmark(row: Any, name: str, number: int) -> None:
    """Put a bookmark round the text of the row's first cell."""
    paragraph = row.find(f"{qn('w:tc')}/{qn('w:p')}")
    paragraph.insert(1, _w("bookmarkStart", id=number, name=name))
    paragraph.append(_w("bookmarkEnd", id=number))


def _table_properties(twips: int) -> Any:
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = (_w(side, val="single", sz=4, space=0, color="000000") for side in sides)
    margins = (_w(side, w=57, type="dxa") for side in sides[:4])
    return _w(
        "tblPr",
        _w("tblW", w=twips, type="dxa"),
        _w("jc", val="center"),
        _w("tblBorders", *borders),
        _w("tblLayout", type="fixed"),
        _w("tblCellMar", *margins),
    )


def _shares(total: int, weights: Sequence[float]) -> list[int]:
    """Split `total` by `weights` into whole numbers that add up to it."""
    edges = [round(total * sum(weights[:end]) / sum(weights)) for end in range(len(weights) + 1)]
    return [right - left for left, right in pairwise(edges)]


def _w(tag: str, *children: Any, **attributes: str | int) -> Any:
    """Return a WordprocessingML element with its attributes, all in the `w` namespace."""
    element = OxmlElement(f"w:{tag}")
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))
    element.extend(children)
    return element


def _text_element(text: str) -> Any:
    element = _w("t")
    element.text = text
    element.set(qn("xml:space"), "preserve")
    return element


def _clean(text: str) -> str:
    """Return `text` with one kind of line break and without the characters that XML or Word cannot hold."""
    return _NOT_XML.sub("", re.sub("\r\n?|\v", "\n", text))


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def _text_of(cell: Cell) -> str:
    return cell.text if isinstance(cell, Run) else cell


def _markup(elements: Iterable[Any]) -> Markup:
    return _tag_proof("".join(etree.tostring(element, encoding="unicode") for element in elements))


def _text_markup(text: str) -> Markup:
    return _tag_proof(str(escape(_clean(text))))


def _tag_proof(xml: str) -> Markup:
    """Return markup in which docxtpl finds no tags: it would make brackets of `{_{` and `{_%` in a value."""
    return Markup(xml.replace("_", "&#95;"))


def _fill(template: DocxTemplate, context: dict[str, Any]) -> DocumentObject:
    """Return the filled document, read back from its file so that it is known to open.

    The template may come from an office, so its tags run in a sandbox, and an unknown name is an error.
    """
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined)
    try:
        template.render(context, environment)
    except (TemplateError, TypeError) as error:
        raise CannotWriteOfficial(
            f"公文模板里的标签有误（{error}）。请对照系统自带的模板改正，标签中不要设置格式。"
        ) from error
    filled = BytesIO()
    template.save(filled)
    return Document(filled)


def _texts(blocks: Iterable[Block]) -> Iterator[str]:
    """Yield each text of the blocks, in order."""
    for block in blocks:
        if isinstance(block, Heading):
            yield block.text
        elif isinstance(block, Paragraph):
            yield "".join(run.text for run in block.runs)
        else:
            yield block.caption
            yield from (_text_of(cell) for row in block.rows for cell in row)


def _refuse_lost_text(document: DocumentObject, texts: Iterable[str]) -> None:
    """Raise CannotWriteOfficial where a template, a tag edited away, would leave part of the text out."""
    written = _squeeze("".join(document.element.body.itertext(qn("w:t"))))
    for text in texts:
        if _squeeze(_clean(text)) not in written:
            raise CannotWriteOfficial(
                f"公文模板没有写出“{_shorten(text, 20)}”。请对照系统自带的模板，补上缺少的标签。"
            )


def _squeeze(text: str) -> str:
    return "".join(text.split())


def _place_sign_off(document: DocumentObject, signed_by: str, dated: str) -> None:
    """Indent the sign-off and its date; both measures depend on the length of both texts."""
    indents = dict(zip((Style.SIGN_OFF, Style.SIGN_DATE), sign_off_indents(signed_by, dated), strict=True))
    for paragraph in document.paragraphs:
        indent = indents.get(paragraph.style.name) if paragraph.style else None
        if indent is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_ind()
            properties.set(qn("w:rightChars"), str(round(indent * 100)))
            properties.set(qn("w:right"), str(round(indent * CHARACTER_TWIPS)))


def _pin_fonts(document: DocumentObject) -> None:
    """Name the fonts in every style and run by the template's styles; drop theme fonts and empty runs.

    WPS and Word otherwise choose the theme's Latin font for digits, and a font of their own for Chinese.
    """
    styles = document.styles.element
    for style in styles.xpath("w:style[@w:type='paragraph']"):
        _name_fonts(style.get_or_add_rPr(), _inherited_fonts(styles, style))
    default = styles.xpath("w:style[@w:type='paragraph'][@w:default='1']")[0]

    @cache
    def fonts_of(style_id: str) -> dict[str, str]:
        style = _find_style(styles, style_id)
        return _inherited_fonts(styles, default if style is None else style)

    for root in (styles, *_story_roots(document)):
        for fonts in root.iter(qn("w:rFonts")):
            etree.strip_attributes(fonts, *(qn(f"w:{slot}") for slot in _THEME_SLOTS))
        for run in list(root.iter(qn("w:r"))):
            if all(child.tag in (qn("w:rPr"), qn("w:t")) and not child.text for child in run):
                run.getparent().remove(run)
            else:
                style_id = run.xpath("string(ancestor::w:p[1]/w:pPr/w:pStyle/@w:val)")
                _name_fonts(run.get_or_add_rPr(), fonts_of(style_id))


def _story_roots(document: DocumentObject) -> Iterator[Any]:
    """Yield the root element of the body and of each header and footer."""
    yield document.element
    for relation in document.part.rels.values():
        if relation.reltype.endswith(("/header", "/footer")):
            yield relation.target_part.element


def _find_style(styles: Any, style_id: str) -> Any | None:
    return next((s for s in styles.iter(qn("w:style")) if s.get(qn("w:styleId")) == style_id), None)


def _inherited_fonts(styles: Any, style: Any) -> dict[str, str]:
    """Return the font of each slot that the style, or what it is based on, names."""
    fonts: dict[str, str] = {}
    while style is not None:
        for slot in _FONT_SLOTS:
            named = style.xpath(f"string(w:rPr/w:rFonts/@w:{slot})")
            if named:
                fonts.setdefault(slot, named)
        style = _find_style(styles, style.xpath("string(w:basedOn/@w:val)"))
    return fonts


def _name_fonts(properties: Any, fonts: dict[str, str]) -> None:
    """Fill the font slots that `properties` leaves open."""
    element = properties.get_or_add_rFonts()
    for slot, font in fonts.items():
        if element.get(qn(f"w:{slot}")) is None:
            element.set(qn(f"w:{slot}"), font)


def _describe(document: DocumentObject, title: str, signed_by: str) -> None:
    """Set the core properties: the unit is the author, and nothing names a person or a machine."""
    properties = document.core_properties
    properties.title = " ".join(_clean(title).split())[:255]
    properties.author = properties.last_modified_by = _clean(signed_by)[:255]
    properties.created = properties.modified = datetime.now(UTC)
    properties.comments = properties.subject = properties.keywords = ""
    properties.language = "zh-CN"
    properties.revision = 1
