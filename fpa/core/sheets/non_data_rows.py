"""Rows below a header that are no data: totals, footers, page repeats, sample and numbering rows."""

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Literal

from fpa.core.sheets.model import Cell

NonDataRow = Literal["total", "footer", "header", "numbering", "sample", "section", "empty"]
NON_DATA_ROW_LABELS: dict[NonDataRow, str] = {
    "total": "合计行",
    "footer": "表尾和说明行",
    "header": "重复的表头",
    "numbering": "列号行",
    "sample": "示例行",
    "section": "分组标题行",
    "empty": "没有填写的行",
}

_SUSPECT = re.compile("[计例页日章共：:]")
_TOTAL = re.compile(r"(?:本页|本表|本村|本组|全[省市县乡镇村]|以上)?(?:合计|总计|小计|共计|累计)[:：]?")
_LOOSE_TOTAL = re.compile(
    r"(?:以上|总|合计)?共\d+[人户名条]|\S{0,12}(?:合计|总计|小计|共计|累计)[:：]?(?:共?\d+\S{0,2})?"
)
_FOOTER = re.compile(
    r"(?:(?:填表|制表|审核|负责|经办|联系|填报|复核|统计|报送|单位负责|主管|导出|打印)人?"
    r"(?:员|单位|日期|时间|电话|签字|签名|签章)?|单位(?:盖章|公章)?|公章|盖章|领导签字|电话|日期|备注|注|说明|填表说明|填报说明)"
    r"(?:[(（][^)）]*[)）])?[:：]|第\d+页|共\d+页"
)
_FOOTER_ALONE = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日$|[(（]?(?:盖章|公章)[)）]?$")
_NOTE = re.compile("(?:填表|填报|制表)?(?:说明|备注|须知)|填表人|制表人|审核人|联系人|附件|附注")
_SAMPLE = re.compile(r"(?:填写)?(?:示例|样例|范例|例如|例[:：])")
_SENTENCE = re.compile("[。；，：、;,:]")
_ORDINALS = ("一二三四五六七八九十", "甲乙丙丁戊己庚辛壬癸")
_MARKS_WITHIN = 3


class NonDataRows:
    """Tells the rows that are no data from those that are, for one table.

    `columns` are those of the table; a row with only keys of `fill_down_keys` filled says nothing of its own.
    `above` holds the rows up to the last header row, of which later pages may repeat any.
    """

    def __init__(
        self, columns: Mapping[str, int], fill_down_keys: Sequence[str], above: Mapping[int, list[Cell]]
    ) -> None:
        self.mapped = frozenset(columns.values())
        self.own = [column for key, column in columns.items() if key not in fill_down_keys] or [*self.mapped]
        self.anchors = (self.own * 2)[:2]
        self.fills_down = bool(fill_down_keys)
        self.last = max(above)
        self.titles = {_first_text(cells) for cells in above.values()} - {None}
        self.names = {
            column: {text for cells in above.values() for text in _written(cells, column)}
            for column in self.mapped
        }

    def kind(self, number: int, cells: list[Cell]) -> NonDataRow | None:
        """What the row is, None where it is data; `cells` is at least as wide as the columns."""
        if number > self.last + _MARKS_WITHIN and self._is_plainly_data(cells):
            return None
        first = _first_text(cells)
        alone = _is_one_value(cells)
        if first is not None:
            if self._is_header(cells) or (alone and first in self.titles):
                return "header"
            if written := self._in_words(number, cells, alone):
                return written
        if number <= self.last + _MARKS_WITHIN and _is_numbering(cells):
            return "numbering"
        return self._unfilled(cells, alone)

    def _is_plainly_data(self, cells: list[Cell]) -> bool:
        """The quick answer for nearly every row of a long file, so that only odd rows are looked at closely."""
        first, second = (cells[column] for column in self.anchors)
        if first is None or second is None or first == second:
            return False
        if first.__class__ is str and _tight(first) in self.names[self.anchors[0]]:
            return False
        return not _SUSPECT.search("".join([cell for cell in cells[:4] if cell.__class__ is str]))

    def _is_header(self, cells: list[Cell]) -> bool:
        anchor = cells[self.own[0]]
        if not isinstance(anchor, str) or _tight(anchor) not in self.names[self.own[0]]:
            return False
        filled = [column for column in self.mapped if cells[column] is not None]
        hits = sum(_tight(str(cells[column])) in self.names[column] for column in filled)
        return hits * 2 > len(filled) and hits >= min(2, len(self.mapped))

    def _in_words(self, number: int, cells: list[Cell], alone: bool) -> NonDataRow | None:
        raw = list(islice((cell for cell in cells if isinstance(cell, str)), 3))
        if not _SUSPECT.search("".join(raw)):
            return None
        texts = [_tight(text) for text in raw]
        lacking = alone or sum(cells[column] is None for column in self.own) * 2 >= len(self.own)
        if any(_TOTAL.fullmatch(text) or (lacking and _LOOSE_TOTAL.fullmatch(text)) for text in texts):
            return "total"
        if _TOTAL.fullmatch("".join(texts[:2])):
            return "total"
        labels = [text for text in texts if _FOOTER.match(text)]
        is_label = texts[0] in labels and (lacking or len(labels) > 1 or texts[0][-1] in ":：")
        if is_label or (alone and _FOOTER_ALONE.search(texts[0])):
            return "footer"
        return "sample" if number <= self.last + _MARKS_WITHIN and _SAMPLE.match(texts[0]) else None

    def _unfilled(self, cells: list[Cell], alone: bool) -> NonDataRow | None:
        if alone:
            where = [column for column, cell in enumerate(cells) if cell is not None]
            text = cells[where[0]]
            if isinstance(text, str) and (len(where) > 1 or where[0] not in self.mapped):
                if _SENTENCE.search(text) or _NOTE.match(text):
                    return "footer"
                if self.fills_down:
                    return "section"
        return None if any(cells[column] is not None for column in self.own) else "empty"


def _first_text(cells: list[Cell]) -> str | None:
    return next((cell for cell in cells if isinstance(cell, str)), None)


def _is_one_value(cells: list[Cell]) -> bool:
    """Whether one value alone stands in the row, once or by a merge several times."""
    filled = [cell for cell in cells if cell is not None]
    return filled.count(filled[0]) == len(filled)


def _tight(text: str) -> str:
    return "".join(text.split())


def _written(cells: list[Cell], column: int) -> tuple[str, ...]:
    """The text of a cell as it stands and without spaces, nothing where it is no text."""
    cell = cells[column] if column < len(cells) else None
    return (cell, _tight(cell)) if isinstance(cell, str) else ()


def _is_numbering(cells: list[Cell]) -> bool:
    """1 2 3 …, 甲 乙 丙 … or (1) (2) (3) … under the header: numbers of the columns, not data."""
    marks = [str(cell).strip("()（）") for cell in cells if cell is not None]
    if len(marks) < 3:
        return False
    if all(mark.isdecimal() for mark in marks):
        numbers = [int(mark) for mark in marks]
        return numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] <= 2
    text = "".join(mark for mark in marks if not mark.isdecimal())
    return any(text and order.startswith(text) for order in _ORDINALS)
