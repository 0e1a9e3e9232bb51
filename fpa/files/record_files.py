"""Files of a record: kept by one call, shown by one panel. The room's action and form page say whose they are."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import transaction

from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.lists import Link
from fpa.files.actions import keep_file
from fpa.files.forms import AddFileForm
from fpa.files.inspection import Upload
from fpa.files.models import RecordFile
from fpa.pages.declared_forms import FormPage
from fpa.pages.querysets import ScopedQuerySet
from fpa.pages.record import Panel, table_panel

F = TypeVar("F", bound=RecordFile)


@transaction.atomic
def keep_record_file(row: F, verb: str, *, upload: Upload, permission: str, by: Actor) -> F:
    """Keep a new row with its checked file, for readers who have `permission`, and record the event.

    It says of which record the file is, and its digest.
    """
    row.attachment = keep_file(upload=upload, unit=row.unit, permission=permission, by=by)
    row.save()
    told = {row.parent: str(getattr(row, row.parent)), "sm3": row.attachment.digest}
    record(verb, row, by=by, changes=told)
    return row


def add_file_page(
    does: Callable[..., RecordFile], permission: str, rows: ScopedQuerySet, what: str
) -> FormPage:
    """The page on which a file is put to a record, by the room's action; `what` such files are (培训材料)."""
    label = f"上传{what[-2:]}"
    return FormPage(does, permission, f"上传{what}", rows, AddFileForm, label=label, icon="paperclip")


def files_panel(title: str, files: Iterable[RecordFile]) -> Panel:
    """The files of a record, each with its title; give them with their attachments joined."""
    rows = [(Link(file.title, file.attachment.get_absolute_url()), file.attachment.name) for file in files]
    return table_panel(title, ("材料", "文件"), rows, empty=f"还没有上传{title}。")
