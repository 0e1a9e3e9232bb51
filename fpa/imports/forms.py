"""The form of an import: a file for a unit."""

from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.forms import Form, style_widgets
from fpa.core.sheets.book import MAX_BYTES
from fpa.imports.importer import Importer

_FILE_HINT = (
    "Excel、WPS 表格（.xlsx、.xls）或 CSV，不超过 100 MB、{rows:,} 行。"
    "表头上方有标题、说明，表尾有合计、签字行都可以，不必改动。"
)


class UploadForm(Form):
    """Which file, for which unit. `key` makes the same form sent twice one import."""

    file = forms.FileField(
        label="表格文件",
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.csv,.txt"}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, importer: Importer, seat: Actor, **kwargs: Any) -> None:
        unit = importer.unit_field(seat.path)
        unit.initial = Unit.objects.get(path=seat.path)
        super().__init__(*args, **kwargs)
        self.fields = {"unit": unit, **self.fields}
        self.fields["file"].help_text = _FILE_HINT.format(rows=settings.IMPORT_MAX_ROWS)
        style_widgets(self)

    def clean_file(self) -> Any:
        """Refuse a file that is too large before it is stored; what is in it is for the check to say."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES >> 20} MB，请分成几个文件后上传。")
        return file
