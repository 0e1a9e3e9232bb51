"""The forms of an import: a file, or pasted rows, for a unit."""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.forms import Form, style_widgets
from fpa.core.sheets.book import MAX_BYTES
from fpa.core.sheets.model import Refused
from fpa.imports.importer import Importer
from fpa.imports.paste import as_file, pasted_columns

_FILE_HINT = (
    "Excel、WPS 表格（.xlsx、.xls）或 CSV，不超过 100 MB、{rows:,} 行。"
    "表头上方有标题、说明，表尾有合计、签字行都可以，不必改动。"
)
_ROWS_HINT = (
    "在 WPS 或 Excel 里选中几行，复制后粘贴到这里。"
    "连表头一起复制的，列的次序不限；没有表头的，按这个次序：{columns}。"
)


class _SourceForm(Form):
    """For which unit, and into what. `key` makes the same form sent twice one import."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, importer: Importer, seat: Actor, parent: str = "", **kwargs: Any) -> None:
        unit = importer.unit_field(seat.path)
        unit.initial = Unit.objects.get(path=seat.path)
        super().__init__(*args, **kwargs)
        self.importer = importer
        key = self.fields.pop("key")
        self.fields = {"unit": unit, **self.fields, "key": key}
        if importer.parent:
            self.fields["parent"] = forms.CharField(widget=forms.HiddenInput, initial=parent)
        style_widgets(self)


class UploadForm(_SourceForm):
    """Which file."""

    file = forms.FileField(
        label="表格文件", widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _FILE_HINT.format(rows=settings.IMPORT_MAX_ROWS)

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is stored; what is in it is for the check to say."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES >> 20} MB，请分成几个文件后上传。")
        return file


class PasteForm(_SourceForm):
    """Which rows, as they are copied from a table."""

    rows = forms.CharField(
        label="从表格里复制的行",
        max_length=2_000_000,
        strip=False,
        widget=forms.Textarea(
            attrs={"rows": 14, "wrap": "off", "spellcheck": "false", "autocomplete": "off"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        columns = "、".join(pasted_columns(self.importer))
        self.fields["rows"].help_text = _ROWS_HINT.format(columns=columns)

    def clean_rows(self) -> bytes:
        """The rows as a file. Raises ValidationError where they are no table."""
        try:
            return as_file(self.cleaned_data["rows"], self.importer)
        except Refused as refused:
            raise forms.ValidationError(refused.reason) from refused
