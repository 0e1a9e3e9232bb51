"""Every write of files, one function a business verb."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from fpa.access.models import Unit
from fpa.audit.record import changed, record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, date_cn
from fpa.core.refusals import Refusal
from fpa.files import storage
from fpa.files.inspection import Upload
from fpa.files.models import Attachment, Document
from fpa.files.queries import normal_number

VIEW = "document.view"


class CannotKeepDocument(Refusal):
    """The document can't be put on record so; the message says why, in Chinese."""


@dataclass(frozen=True)
class NewDocument:
    """A document that is not on record yet, as somebody typed it."""

    number: str
    issuer: str
    issued_on: date
    title: str = ""
    upload: Upload | None = None


def keep_file(*, upload: Upload, unit: Unit, permission: str, by: Actor) -> Attachment:
    """Keep a checked file for a record of `unit` whose readers have `permission`.

    Call it in the transaction of the record's own action; that action's event tells of it.
    """
    storage.store(upload.digest, upload.content)
    return Attachment.objects.create(
        unit=unit,
        digest=upload.digest,
        name=upload.name,
        media_type=upload.media_type,
        size=len(upload.content),
        permission=permission,
        uploaded_by=by.name,
    )


@transaction.atomic
def add_document(
    *, unit: Unit, number: str, issuer: str, issued_on: date, title: str, upload: Upload | None, by: Actor
) -> Document:
    """Put a document on a unit's record. Raises `CannotKeepDocument`, also where it is there already."""
    document, is_new = _kept(NewDocument(number, issuer, issued_on, title, upload), unit, by)
    if not is_new:
        raise CannotKeepDocument(
            f"{unit.association}已登记{document}，同一机关的同一文号只登记一次，请直接引用。"
        )
    changes = {
        "number": [None, document.number],
        "issuer": [None, document.issuer],
        "issued_on": [None, document.issued_on],
        **file_facts(document),
    }
    record("document.added", document, by=by, changes=changes)
    return document


@transaction.atomic
def keep_document(*, document: Document | NewDocument, unit: Unit, by: Actor) -> Document:
    """The unit's own row of a document that a record of it rests on: chosen, or typed and put on record now.

    Call it in the transaction of the record's own action; that action's event tells of it (`file_facts`). The same
    number of the same issuer is the same document. One that stands at another unit is put on this unit's record too,
    so that whoever sees the record sees what it rests on; its file is kept once. Raises `CannotKeepDocument`.
    """
    if isinstance(document, NewDocument):
        return _kept(document, unit, by)[0]
    return document if document.unit_id == unit.pk else _copied(document, unit, by)


def file_facts(document: Document) -> dict[str, str]:
    """What the event of an action that kept a document says of its file; nothing where it has none."""
    file = document.attachment
    return {"file": file.name, "sm3": file.digest} if file else {}


def _kept(new: NewDocument, unit: Unit, by: Actor) -> tuple[Document, bool]:
    """The row of a document as it was typed; a file that comes later than the rest is added to it."""
    _check(unit, new.issued_on, by)
    number, issuer = normal_number(new.number), clean(new.issuer)
    facts = {"issued_on": new.issued_on, "title": clean(new.title)}
    document, is_new = Document.objects.get_or_create(unit=unit, number=number, issuer=issuer, defaults=facts)
    if new.upload and not document.attachment_id:
        _attach(document, new.upload, by)
    return document, is_new


def _copied(source: Document, unit: Unit, by: Actor) -> Document:
    _check(unit, source.issued_on, by)
    facts = {"issued_on": source.issued_on, "title": source.title}
    document, is_new = Document.objects.get_or_create(
        unit=unit, number=source.number, issuer=source.issuer, defaults=facts
    )
    if is_new and source.attachment:
        document.attachment = _same_file(source.attachment, unit, by)
        document.save()
    return document


def _same_file(source: Attachment, unit: Unit, by: Actor) -> Attachment:
    return Attachment.objects.create(
        unit=unit,
        digest=source.digest,
        name=source.name,
        media_type=source.media_type,
        size=source.size,
        permission=source.permission,
        uploaded_by=by.name,
    )


def _check(unit: Unit, issued_on: date | None, by: Actor) -> None:
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotKeepDocument("只能为本单位及下级现有单位登记文件，请重新选择单位。")
    if issued_on and issued_on > timezone.localdate():
        raise CannotKeepDocument(f"成文日期不能晚于今天，现填{date_cn(issued_on)}，请核对。")


def _attach(document: Document, upload: Upload, by: Actor) -> None:
    document.attachment = keep_file(upload=upload, unit=document.unit, permission=VIEW, by=by)
    document.save()


@transaction.atomic
def edit_document(
    *,
    document: Document,
    number: str,
    issuer: str,
    issued_on: date,
    title: str,
    upload: Upload | None,
    by: Actor,
) -> Document:
    """Correct what is on record of a document, or bring its file later; the old file stays until nothing holds it.

    Raises `CannotKeepDocument`.
    """
    document = Document.objects.select_for_update(of=("self",)).select_related("unit").get(pk=document.pk)
    _check(document.unit, issued_on, by)
    before = {name: getattr(document, name) for name in ("number", "issuer", "issued_on", "title")}
    document.number, document.issuer = normal_number(number), clean(issuer)
    document.issued_on, document.title = issued_on, clean(title)
    changes = changed(document, before)
    if not changes and upload is None:
        raise CannotKeepDocument("没有改动任何内容，也没有新的附件，没有需要保存的。")
    _check_twin(document)
    document.save()
    if upload:
        _attach(document, upload, by)
    facts = file_facts(document) if upload else {}
    record("document.edited", document, by=by, changes={**changes, **facts})
    return document


def _check_twin(document: Document) -> None:
    same = Document.objects.filter(unit=document.unit, number=document.number, issuer=document.issuer)
    if same.exclude(pk=document.pk).exists():
        raise CannotKeepDocument(
            f"{document.unit.association}已另外登记{document}，同一机关的同一文号只登记一次。"
        )
