"""Reads worth a name: documents by their number, and what rests on one."""

import re
from dataclasses import dataclass

from django.db import models

from fpa.core.chinese import clean, half_width
from fpa.files.models import Document, DocumentQuerySet

_YEAR = re.compile(r"[\[(【〔〈<{]((?:19|20)\d\d)年?[\])】〕〉>}]")
_LISTED = 50


def normal_number(text: str) -> str:
    """A document's number as GB/T 9704-2012 writes it: 怀编[2021] 05 号 → 怀编〔2021〕5号."""
    plain = _YEAR.sub(r"〔\1〕", half_width(clean(text)).replace(" ", ""))
    return re.sub(r"〕第?0*(\d+)", r"〕\1", plain)


def search_documents(text: str, within: str, limit: int = 20) -> list[Document]:
    """Documents at or below a path whose number begins with what is typed, the newest first."""
    wanted = normal_number(text)
    if not wanted:
        return []
    found = Document.objects.under(within).filter(number__prefix=wanted)
    return list(found.select_related("unit").order_by("-issued_on", "-id")[:limit])


def choose_document(text: str, within: str) -> list[Document]:
    """The documents at or below a path that a number means, or a number and its issuer as they are offered."""
    documents: DocumentQuerySet = Document.objects.under(within).select_related("unit", "attachment")
    found = list(documents.filter(number=normal_number(text)).order_by("path", "id"))
    if found or " " not in clean(text):
        return found
    head, _, issuer = clean(text).partition(" ")
    return list(documents.filter(number=normal_number(head), issuer=issuer).order_by("path", "id"))


def links_to(model: type[models.Model]) -> list[models.ManyToOneRel]:
    """Every foreign key of the house that points to a model, those without a name for the way back too."""
    return [f for f in model._meta.get_fields(include_hidden=True) if isinstance(f, models.ManyToOneRel)]


@dataclass(frozen=True)
class Resting:
    """A record that rests on a document."""

    kind: str
    name: str
    url: str


def resting_on(document: Document) -> list[Resting]:
    """The records in scope that rest on a document, of every kind, so many of each that a page can hold them."""
    found = []
    for relation in links_to(Document):
        rows = relation.related_model._default_manager.filter(**{relation.field.name: document})[:_LISTED]
        kind = str(relation.related_model._meta.verbose_name)
        found += [Resting(kind, str(row), getattr(row, "get_absolute_url", str)()) for row in rows]
    return found
