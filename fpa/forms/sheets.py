"""Typed values in and out of workbooks and lists: columns, sheets, and rows of a file read and judged."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from fpa.core.chinese import percent
from fpa.core.lists import Column
from fpa.core.sheets.header import Field as SheetField
from fpa.core.workbook import ColumnKind, ColumnSpec, SheetSpec, Value
from fpa.forms.fields import Kind, TypedField, columns_of, top_level
from fpa.forms.values import BadValue, Values, display, parse_value, problem_of

_KINDS: dict[str, ColumnKind] = {
    Kind.INTEGER: "number",
    Kind.MONEY: "money",
    Kind.DATE: "date",
}
Fault = tuple[str, str]
"""A field's key and what is wrong with it."""


def cell_of(field: TypedField, value: Any, *, is_masked: bool = True) -> Value:
    """A value as a cell of a list or workbook: numbers, days and shares as such, all else in words.

    A decimal with more digits than a workbook's number keeps its words: no digit is lost.
    """
    if value is None or (is_masked and field.is_guarded):
        return display(field, value, is_masked=True) or None
    if field.is_number:
        is_long = len(value.normalize().as_tuple().digits) > 15
        return display(field, value) if is_long else int(value) if value == int(value) else value
    return value if field.kind == Kind.DATE else display(field, value)


def list_columns(fields: Sequence[TypedField], values_of: Callable[[Any], Values]) -> list[Column]:
    """The columns of a list whose rows hold typed values; guarded ones are masked, on the page and in the export."""
    return [list_column(field, values_of) for field in top_level(fields)]


def list_column(field: TypedField, values_of: Callable[[Any], Values]) -> Column:
    """One such column."""

    def value(row: Any) -> Value:
        return cell_of(field, values_of(row).get(field.key))

    return Column(field.key, field.label, value, kind=_kind(field), unit=field.measure)


def _kind(field: TypedField) -> ColumnKind:
    return _KINDS.get(field.kind, "number" if field.is_number else "text")


def column_specs(fields: Iterable[TypedField]) -> list[ColumnSpec]:
    """The columns of an export sheet."""
    return [ColumnSpec(f.heading, _kind(f)) for f in fields]


def export_sheets(
    title: str, fields: Sequence[TypedField], rows: Sequence[tuple[str, Values]], *, is_masked: bool = True
) -> list[SheetSpec]:
    """A sheet of the rows (a name and its values each), and one more for every sub-table."""
    top = top_level(fields)
    main = [
        [name, *(cell_of(f, values.get(f.key), is_masked=is_masked) for f in top)] for name, values in rows
    ]
    sheets = [SheetSpec(title, [ColumnSpec("名称"), *column_specs(top)], main)]
    for table in top:
        if table.kind == Kind.TABLE:
            sheets.append(_table_sheet(table, columns_of(fields, table.key), rows, is_masked))
    return sheets


def _table_sheet(
    table: TypedField, columns: Sequence[TypedField], rows: Sequence[tuple[str, Values]], is_masked: bool
) -> SheetSpec:
    lines = [
        [name, *(cell_of(c, line.get(c.key), is_masked=is_masked) for c in columns)]
        for name, values in rows
        for line in values.get(table.key) or ()
    ]
    return SheetSpec(table.label, [ColumnSpec("名称"), *column_specs(columns)], lines)


def sheet_fields(
    fields: Sequence[TypedField], *, step: str = "", steps: Sequence[str] = ()
) -> list[SheetField]:
    """The columns that an import of these fields understands; the header may carry the unit. No files or sub-tables."""
    return [
        SheetField(f.key, f.label, required=f.is_required(step, steps))
        for f in top_level(fields)
        if f.kind not in (Kind.TABLE, Kind.FILE) and not f.formula
    ]


def import_note(fields: Sequence[TypedField]) -> str:
    """What an import says of the files that no workbook can bring; empty where the fields hold none."""
    left = "、".join(f"“{f.label}”" for f in top_level(fields) if f.is_file)
    return f"{left}是附件，表格里的文件名不会导入，请在页面上逐个上传。" if left else ""


def read_row(fields: Sequence[TypedField], cells: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """The typed values of one row of a file, and a fault for every cell that can't stand, by key; no files."""
    values, faults = {}, []
    for field in top_level(fields):
        if field.key not in cells or field.is_file:
            continue
        try:
            value = parse_value(field, _whole(field, cells[field.key]))
            problem = problem_of(field, value)
        except BadValue as error:
            value, problem = None, f"“{field.label}”：{error}"
        values[field.key] = value
        if problem:
            faults.append((field.key, problem))
    return values, faults


def _whole(field: TypedField, cell: Any) -> Any:
    """A cell as it was meant: a number in a text column has no .0. Raises BadValue where that can't be told."""
    if field.kind == Kind.PERCENT and isinstance(cell, int | float) and 0 < cell <= 1:
        raise BadValue(f"{cell} 分不清是 {cell}% 还是 {percent(cell)}，请把这一列设为文本，写成 85% 的样子。")
    return str(int(cell)) if not field.is_number and isinstance(cell, float) and cell.is_integer() else cell
