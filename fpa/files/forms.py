"""The forms of documents: they validate, and never save."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from fpa.core.actor import Actor
from fpa.core.forms import DateField, Form, display_value
from fpa.files.actions import NewDocument
from fpa.files.fields import AttachmentField, DocumentField
from fpa.files.models import Document
from fpa.files.queries import normal_number
from fpa.pages.forms import SeatForm
from fpa.pages.newer import Unshown

NUMBER_HINT = "例如：湘计生协发〔2026〕3号。括号用哪一种都可以，会自动改成六角括号。"
CHOOSE_HINT = "输入文号；已登记过的会出现在提示中，选中即可。文号没有登记过的，发文机关和成文日期要一起填写。"
NEW_DOCUMENT = "文号没有登记过时必填"
MAX_NUMBER = 60


class NumberField(forms.CharField):
    """A document's number in its standard writing."""

    def __init__(self) -> None:
        super().__init__(label="文号", max_length=MAX_NUMBER, help_text=NUMBER_HINT)

    def clean(self, value: Any) -> str:
        """The number as it is kept; raises ValidationError where nothing is left of it."""
        number = normal_number(super().clean(value))
        if not number:
            raise ValidationError("请填写文号。", code="required")
        return number


class AddFileForm(Form):
    """A file that stands with a record, with its title."""

    title = forms.CharField(label="材料名称", max_length=80)
    upload = AttachmentField(label="文件")


class EditDocumentForm(Form):
    """What is on record of a document, and its file."""

    number = NumberField()
    issuer = forms.CharField(label="发文机关", max_length=60)
    issued_on = DateField(label="成文日期")
    title = forms.CharField(label="标题", max_length=200)
    upload = AttachmentField(required=False)
    unshown: Mapping[str, Unshown]

    @classmethod
    def of(cls, document: Document, data: Any, files: Any) -> "EditDocumentForm":
        """The form with what is on record."""
        names = ("number", "issuer", "issued_on", "title")
        form = cls(data, files, initial={name: getattr(document, name) for name in names})
        kept = document.attachment
        form.unshown = {"upload": Unshown(str(kept.pk) if kept else "", display_value(kept and kept.name))}
        return form


class WithDocumentForm(SeatForm):
    """A form whose record rests on a document: one on record is chosen by its number, or a new one is typed in.

    The answer `document` is a `Document` or a `NewDocument`; give it to `keep_document`.
    """

    optional_words = {"issuer": NEW_DOCUMENT, "issued_on": NEW_DOCUMENT}

    document = DocumentField(label="文号", max_length=2 * MAX_NUMBER + 1, help_text=CHOOSE_HINT)
    issuer = forms.CharField(label="发文机关", max_length=60, required=False)
    issued_on = DateField(label="成文日期", required=False)
    upload = AttachmentField(required=False, label="扫描件")

    def __init__(self, *args: Any, seat: Actor, **kwargs: Any) -> None:
        super().__init__(*args, seat=seat, **kwargs)
        for field in self.fields.values():
            if isinstance(field, DocumentField):
                field.within = seat.path

    def clean(self) -> dict[str, Any]:
        """One answer of four fields."""
        answers = super().clean() or self.cleaned_data
        chosen = answers.get("document")
        typed = {name: answers.pop(name, None) for name in ("issuer", "issued_on", "upload")}
        if not chosen or (isinstance(chosen, Document) and typed["issuer"] in ("", None, chosen.issuer)):
            return answers
        number = chosen.number if isinstance(chosen, Document) else chosen
        if len(number) > MAX_NUMBER:
            self.add_error("document", f"文号最多 {MAX_NUMBER} 个字，请只填文号。")
        elif self._is_complete(number, typed):
            answers["document"] = NewDocument(number, **typed)
        return answers

    def _is_complete(self, number: str, typed: dict[str, Any]) -> bool:
        for name, label in (("issuer", "发文机关"), ("issued_on", "成文日期")):
            if not typed[name] and name not in self.errors:
                self.add_error(name, f"“{number}”还没有登记过，请填写{label}；已登记过的请核对文号。")
        return not self.errors
