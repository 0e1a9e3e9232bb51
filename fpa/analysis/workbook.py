"""The dashboard as a workbook: a sheet for the units below, and one for the course."""

from io import BytesIO

from django.utils import timezone

from fpa.access.models import Unit
from fpa.analysis.dashboard import Board
from fpa.analysis.parts import PER_WORDS, Per, UnitShare
from fpa.core.actor import Actor
from fpa.core.chinese import time_cn
from fpa.core.workbook import ColumnSpec, SheetSpec, Value, write_workbook
from fpa.figures.display import UNREPORTED


def dashboard_workbook(board: Board, per: Per, by: Actor) -> bytes:
    """The chosen figure by the units below (合计 first, then in code order) and by half-years, as .xlsx."""
    out = BytesIO()
    sheets = [_parts_sheet(board, per), _course_sheet(board)]
    write_workbook(out, sheets, made_by=f"{by.unit_name} {by.name}", made_at=timezone.localtime())
    return out.getvalue()


def _parts_sheet(board: Board, per: Per) -> SheetSpec:
    reading, parts = board.chosen, board.parts
    columns = [ColumnSpec("区划代码"), ColumnSpec("单位", width=28), _number_column(board)]
    rows: list[list[Value]] = [["", "合计", reading.value, parts.ratio]]
    rows += [["", parts.rest_word, parts.rest, None]] if parts.rest else []
    rows += [[part.unit.code, _name(part.unit), _value(part), part.ratio] for part in parts.lines]
    if per is Per.TOTAL:
        rows = [row[:-1] for row in rows]
    else:
        columns.append(ColumnSpec(PER_WORDS[per], "money"))
    return SheetSpec(_title(board), columns, rows, _notes(board))


def _value(part: UnitShare) -> Value:
    """The unit's value; one that has not reported says so, as an empty cell would be read as 0."""
    return UNREPORTED if part.value is None else part.value


def _name(unit: Unit) -> str:
    """The unit's name; one that is no county says so, as it stands among them."""
    return f"{unit.name}（功能区）" if unit.is_functional_zone else unit.name


def _course_sheet(board: Board) -> SheetSpec:
    rows: list[list[Value]] = [[period.label, value] for period, value in board.course]
    return SheetSpec(f"{_title(board)}各期", [ColumnSpec("报告期", width=20), _number_column(board)], rows)


def _title(board: Board) -> str:
    return f"{board.chosen.unit.name}{board.chosen.figure.name}"


def _notes(board: Board) -> list[str]:
    reading = board.chosen
    coverage = f"　覆盖面：{reading.coverage}" if reading.coverage else ""
    return [
        f"口径：{reading.figure.definition}",
        f"报告期：{reading.period.label}{coverage}　截至时间：{time_cn(reading.as_of)}",
    ]


def _number_column(board: Board) -> ColumnSpec:
    figure = board.chosen.figure
    return ColumnSpec(f"{figure.name}（{figure.unit}）", "number", 22)
