"""The input of a sub-table: a row of inputs for each row of it, and some blank rows to go on with."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from fpa.core.forms import Form, style_widgets
from fpa.forms.fields import MAX_ROWS, TypedField
from fpa.forms.values import display

BLANK_ROWS = 3
Column = tuple[TypedField, forms.Field]


class RowsWidget(forms.Widget):
    """Inputs named `key-row-column`; works without scripts, a save brings further blank rows."""

    template_name = "forms/rows.html"

    def __init__(self, label: str, columns: Sequence[Column]) -> None:
        super().__init__()
        self.label, self.columns = label, columns
        row = Form()
        row.fields.update({typed.key: field for typed, field in columns})
        style_widgets(row)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Headings, and the inputs by row, each with a name for screen readers."""
        context = super().get_context(name, value, attrs)
        rows = [*(value or ()), *({} for _ in range(BLANK_ROWS))][:MAX_ROWS]
        context["headings"] = [field.label for _, field in self.columns]
        context["rows"] = [self._inputs(name, n, row) for n, row in enumerate(rows)]
        return context

    def _inputs(self, name: str, n: int, row: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [
            (
                str(field.label),
                self._input(field, f"{name}-{n}-{typed.key}", _shown(typed, row.get(typed.key)), n),
            )
            for typed, field in self.columns
        ]

    def _input(self, field: forms.Field, name: str, value: Any, n: int) -> str:
        attrs = {"id": f"id_{name}", "aria-label": f"{self.label}第 {n + 1} 行：{field.label}"}
        return field.widget.render(name, value, attrs)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The rows as they were typed."""
        numbers = {key.split("-")[1] for key in data if key.startswith(f"{name}-") and key.count("-") == 2}
        rows = sorted(int(n) for n in numbers if n.isascii() and n.isdigit() and len(n) < 5)
        return [
            {t.key: f.widget.value_from_datadict(data, files, f"{name}-{n}-{t.key}") for t, f in self.columns}
            for n in rows
        ]

    def id_for_label(self, id_: str) -> str:
        """The first input of the first row."""
        return f"{id_}-0-{self.columns[0][0].key}" if self.columns else id_


def _shown(field: TypedField, value: Any) -> Any:
    """What stands in the input: a typed value in its writing, what was typed as it was."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return (
        display(field, value).removesuffix("%") if field.is_number and not isinstance(value, str) else value
    )
