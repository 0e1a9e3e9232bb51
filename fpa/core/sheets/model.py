"""What a spreadsheet is made of here: sheets, rows with their numbers in Excel, cells, merged ranges."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from fpa.core.refusals import Refusal

Cell = str | int | float | bool | date | datetime | None

MAX_TEXT = 32767
"""Characters in one cell: the limit of Excel itself."""
MAX_COLUMNS = 16384
"""Columns of a sheet: the limit of Excel itself."""
MAX_ROWS = 1_000_000
"""Filled rows of a file, where whoever opens it does not say fewer."""
MAX_CELLS = 20_000_000
"""Cells of a file, blank ones between filled ones included: what reading costs, whatever the file's size."""
MAX_SHEET_NAME = 100
"""Characters of a sheet's name; Excel itself allows 31."""

DAMAGED = "文件已损坏或没有传完整，无法读取。请用 Excel 或 WPS 打开后另存为 .xlsx，再重新上传。"
PASSWORD = "文件设有打开密码，系统读不了。请用 Excel 或 WPS 打开，取消密码后另存，再重新上传。"
MACROS = "文件里带有宏，为安全起见不予读取。请另存为“Excel 工作簿（.xlsx）”后重新上传。"
TOO_WIDE = (
    "表格的范围大得不合理，多半是很远的单元格里留有内容或空格。"
    "请只把有数据的部分复制到一个新的工作簿，保存后重新上传；内容确实很多的，请分成几个文件。"
)
UNPACKS_TOO_BIG = (
    "文件解开后的内容大得不合理，为安全起见不予读取。请只保留需要的数据，另存为新的 .xlsx 后重新上传。"
)
TEXT_TOO_LONG = f"有单元格的文字超过 {MAX_TEXT} 个字，无法读取。请删减后重新上传。"
TOO_MANY_ROWS = (
    "文件里有内容的行超过了 {rows:,} 行（标题、表头也算），一个文件最多 {rows:,} 行。"
    "请按乡镇（街道）或村（社区）分成几个文件，分别上传。"
)
SHEET_NAME_TOO_LONG = (
    "有工作表的名称超过 {most} 个字（“{name}……”），无法读取。请把工作表改成短名称后重新上传。"
)
NO_CONTENT = "文件里没有任何内容。请检查是否选错了文件。"


class Refused(Refusal):
    """The file as a whole cannot be taken; `reason` is plain Chinese and says the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class SheetRow(NamedTuple):
    """One row that is not blank. `number` is 1-based as Excel shows it; `cells[0]` is column A.

    `formulas` holds the 0-based columns whose value a formula computed. Whole numbers below 10**15 are int;
    a number of 16 digits or more stays float, because Excel has already lost its last digits.
    """

    number: int
    cells: list[Cell]
    formulas: tuple[int, ...] = ()


class Merge(NamedTuple):
    """A merged range, inclusive at both ends: rows 1-based, columns 0-based."""

    first_row: int
    first_col: int
    last_row: int
    last_col: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """A visible sheet. `merged` holds the merges of its first rows only, where titles and headers stand."""

    name: str
    read: Callable[[], Iterator[SheetRow]]
    merged: tuple[Merge, ...] = ()

    def rows(self) -> Iterator[SheetRow]:
        """The rows from the top, afresh at each call, blank ones left out, merged values filled in.

        Raises Refused where a text file turns out to be broken half-way.
        """
        return self.read()


def column_letters(index: int) -> str:
    """The letters of a 0-based column, as Excel shows them: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """The 0-based column of its letters: A is 0, AA is 26."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1
