"""The list of documents."""

from typing import Any

import django_filters as filters

from fpa.core.lists import Column, Status
from fpa.files.models import Document, DocumentQuerySet
from fpa.files.queries import normal_number
from fpa.pages.declared_forms import new_link
from fpa.pages.declared_lists import List
from fpa.pages.filters import SeatFilters, UnitFilter

DOCUMENTS = Document.objects.select_related("unit", "attachment")


def _file_status(document: Document) -> Status:
    return Status("有", "done") if document.attachment_id else Status("待补", "waiting")


class DocumentFilters(SeatFilters):
    """Find documents."""

    number = filters.CharFilter(label="文号（开头几个字）", method="numbered")
    issuer = filters.CharFilter(label="发文机关（开头几个字）", field_name="issuer", lookup_expr="prefix")
    year = filters.NumberFilter(label="成文年度", method="in_year")
    unit = UnitFilter(label="登记单位（含下级）")
    file = filters.ChoiceFilter(label="附件", method="having", choices=[("kept", "有"), ("due", "待补")])

    class Meta:
        model = Document
        fields: list[str] = []

    def numbered(self, rows: DocumentQuerySet, _: str, text: str) -> DocumentQuerySet:
        """By the beginning of the number, whichever brackets are typed."""
        return rows.filter(number__prefix=normal_number(text))

    def in_year(self, rows: DocumentQuerySet, _: str, year: Any) -> DocumentQuerySet:
        """Those of a year; one that no document can have finds none."""
        return rows.in_year(int(year)) if 1 <= year <= 9999 else rows.none()

    def having(self, rows: DocumentQuerySet, _: str, file: str) -> DocumentQuerySet:
        """Those whose file is on record, or those where it is still to be brought."""
        return rows.filter(attachment__isnull=file == "due")


DOCUMENT_LIST = List(
    key="document_list",
    view="document.view",
    title="文件",
    rows=lambda: DOCUMENTS,
    columns=(
        Column("number", "文号", lambda d: d.number, link=lambda d: d.get_absolute_url()),
        Column("title", "标题", lambda d: d.title),
        Column("issuer", "发文机关", lambda d: d.issuer),
        Column("issued_on", "成文日期", lambda d: d.issued_on, sort="issued_on", kind="date"),
        Column("unit", "登记单位", lambda d: d.unit.association, sort="path"),
        Column("file", "附件", _file_status),
        Column("code", "区划代码", lambda d: d.unit.code, kind="code", default=False),
    ),
    filters=DocumentFilters,
    links=lambda actor: new_link(actor, "document.edit", "登记文件", "add_document"),
    empty="还没有登记文件。登记入序、参公、三定等事项时填写的文件也会出现在这里。",
)
