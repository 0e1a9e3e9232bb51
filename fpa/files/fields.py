"""Form fields of files: an upload that is checked as it comes in, and a document found by typing its number."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from fpa.core.chinese import clean
from fpa.core.visibility import ROOT_PATH
from fpa.files.inspection import ALLOWED, EXTENSIONS, MAX_BYTES, TOO_BIG, BadFile, Upload, inspect, safe_name
from fpa.files.models import Document
from fpa.files.queries import choose_document, normal_number

FILE_HINT = f"{ALLOWED}，不超过 {MAX_BYTES >> 20} MB。图片会去掉拍摄地点等信息后保存。"
FILES_HINT = FILE_HINT.replace("不超过", "每个不超过")

MAX_FILES = 9
"""Files that one form takes at once."""

ACCEPT = ",".join(f".{extension}" for extension in EXTENSIONS)
"""What an input of files offers to choose from."""


class AttachmentField(forms.FileField):
    """A file to keep; gives an `Upload` that has passed every check, or None."""

    widget = forms.FileInput

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"label": "附件", "help_text": FILE_HINT}
        super().__init__(**usual | kwargs)
        self.widget.attrs["accept"] = ACCEPT

    def clean(self, data: Any, initial: Any = None) -> Upload | None:
        """The checked file; raises ValidationError with the reason."""
        file = super().clean(data, initial)
        if not isinstance(file, UploadedFile):
            return None
        name = file.name or ""
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(f"“{safe_name(name)}”{TOO_BIG}", code="invalid")
        try:
            return inspect(name, file.read())
        except BadFile as error:
            raise ValidationError(str(error), code="invalid") from error


class FilesInput(forms.FileInput):
    """An upload of several files at once."""

    allow_multiple_selected = True


class AttachmentsField(forms.FileField):
    """Several files to keep; gives a list of `Upload`, empty where none was chosen."""

    widget = FilesInput

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {
            "label": "附件",
            "help_text": f"可一次选几个，最多 {MAX_FILES} 个。{FILES_HINT}",
        }
        super().__init__(**usual | kwargs)
        self.one = AttachmentField()
        self.widget.attrs["accept"] = self.one.widget.attrs["accept"]

    def clean(self, data: Any, initial: Any = None) -> list[Upload]:
        """The checked files; raises ValidationError with the reason for the first that will not do."""
        sent = [file for file in data or () if file]
        if not sent:
            super().clean(None)
        if len(sent) > MAX_FILES:
            raise ValidationError(f"一次最多 {MAX_FILES} 个附件，现选了 {len(sent)} 个。", code="invalid")
        return [upload for file in sent if (upload := self.one.clean(file))]


class DocumentInput(forms.TextInput):
    """Type a document's number; where scripts run, those on record are offered while one types."""

    template_name = "files/document_input.html"

    def format_value(self, value: Any) -> str | None:
        """A document as number and issuer; what was typed stays as it was typed."""
        return option_of(value) if isinstance(value, Document) else super().format_value(value)

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What the input's template needs to ask for matching documents."""
        context = super().get_context(name, value, attrs)
        context["search_url"] = f"{reverse('search_documents')}?field={name}"
        return context


def option_of(document: Document) -> str:
    """How a document is offered, and understood when it comes back."""
    return f"{document.number} {document.issuer}".strip()


class DocumentField(forms.CharField):
    """A document at or below the path `within`, which the form sets from its seat; else its number as typed."""

    widget = DocumentInput
    within = ROOT_PATH

    def clean(self, value: Any) -> Document | str:
        """The document on record, or the number of one that is not; raises ValidationError where several are meant."""
        text = clean(super().clean(value) or "")
        found = choose_document(text, self.within) if text else []
        issuers = {document.issuer for document in found}
        if len(issuers) > 1:
            some = "、".join(sorted(f"“{option_of(document)}”" for document in found)[:5])
            raise ValidationError(f"这个文号有几个机关的文件：{some}，请从提示中选择。", code="invalid")
        return found[0] if found else normal_number(text)
