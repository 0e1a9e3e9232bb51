"""Pages of documents, and the one way by which a file is handed out."""

import logging
from functools import partial
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.http import content_disposition_header

from fpa.access.loaders import check, load, load_for, to_edit
from fpa.access.models import Unit
from fpa.core.lists import Link, Status
from fpa.files import actions, forms, queries
from fpa.files.fields import option_of
from fpa.files.lists import DOCUMENTS
from fpa.files.models import Attachment, Document
from fpa.files.storage import LostContent, read
from fpa.pages.form_flow import form_flow
from fpa.pages.record import Fact, record_page, table_panel

log = logging.getLogger(__name__)

SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Of a file that somebody sent: it is saved, never shown by the browser as a page of ours."""


def document_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A document, its file, and what rests on it."""
    actor, document = load_for(DOCUMENTS, pk, request, "document.view")
    word = "修改" if document.attachment else "补附件、修改"
    edit = Link(word, reverse("edit_document", args=[pk]), "pencil")
    resting = [
        (each.kind, Link(each.name, each.url) if each.url else each.name)
        for each in queries.resting_on(document)
    ]
    return record_page(
        request,
        title=str(document),
        facts_title="文件",
        facts=_facts(document),
        actions=[edit] if actor.may("document.edit") else [],
        panels=[table_panel("以它为依据的记录", ("类别", "记录"), resting, empty="还没有记录引用这份文件。")],
        back=("document_list", "文件"),
    )


def _facts(document: Document) -> list[Fact]:
    facts = [
        Fact("文号", document.number),
        Fact("标题", document.title, empty="未填写"),
        Fact("发文机关", document.issuer, empty="未填写"),
        Fact("成文日期", document.issued_on, empty="未填写"),
        Fact("登记单位", document.unit.association),
    ]
    file = document.attachment
    if file is None:
        return [*facts, Fact("附件", Status("待补", "waiting"))]
    by = f"{filesizeformat(file.size)}，{file.uploaded_by} 上传"
    return [*facts, Fact("附件", file.name, url=file.get_absolute_url()), Fact("附件大小", by)]


def search_documents(request: HttpRequest) -> HttpResponse:
    """What a document field offers while one types: the documents of the seat that match, as options."""
    actor = check(request, "document.view")
    text = request.GET.get(request.GET.get("field", "q"), "")
    found = [(option_of(each), each) for each in queries.search_documents(text, actor.path)]
    return render(request, "files/document_options.html", {"found": found})


def add_document(request: HttpRequest) -> HttpResponse:
    """Put a document on the seat's own record."""
    actor = check(request, "document.edit")
    unit = Unit.objects.get(path=actor.path)

    return form_flow(
        request,
        forms.EditDocumentForm(request.POST or None, request.FILES or None),
        title=f"登记文件：{unit.association}",
        submit="登记",
        back=reverse("document_list"),
        does=partial(actions.add_document, unit=unit, by=actor),
        said=lambda document: (f"已登记{document}。", document.get_absolute_url()),
    )


def edit_document(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct what is on record of a document, or bring its file."""
    actor, document = load_for(to_edit(DOCUMENTS, request), pk, request, "document.edit")

    return form_flow(
        request,
        forms.EditDocumentForm.of(document, request.POST or None, request.FILES or None),
        edits=True,
        title=f"修改文件：{document}",
        submit="保存",
        back=document.get_absolute_url(),
        does=partial(actions.edit_document, document=document, by=actor),
        said=lambda edited: (f"已保存{edited}。", edited.get_absolute_url()),
    )


def download_attachment(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hand out a file to whoever may see the record that it belongs to."""
    file = load(Attachment, pk, request, "file.view")
    check(request, file.permission)
    return answer_file(file.name, file.digest, file.media_type)


def answer_file(name: str, digest: str, media_type: str) -> HttpResponse:
    """A kept file, to be saved under its name; the caller has seen to it that who asks may have it."""
    try:
        content = read(digest)
    except LostContent as error:
        log.error("附件“%s”（%s）的内容缺失或与摘要不符，请从备份恢复文件目录", name, digest)
        raise Http404("这个附件的内容暂时取不到，请联系系统管理员从备份恢复。") from error
    response = HttpResponse(content, content_type=media_type, headers=SAFE_HEADERS)
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
