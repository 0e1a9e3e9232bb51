"""Documents: one record a unit, found by number, linked from what rests on them."""

import html
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.core import database
from fpa.files.actions import CannotKeepDocument, NewDocument, add_document, edit_document, keep_document
from fpa.files.inspection import inspect
from fpa.files.lists import DOCUMENTS
from fpa.files.models import Attachment, Document
from fpa.files.queries import choose_document, normal_number, resting_on, search_documents
from fpa.files.tests.samples import DOCX, PDF
from fpa.organization.models import Standing
from fpa.pages.declared_lists import list_at
from tests.cast import cast_unit

DAY = date(2021, 6, 1)
FACTS = {"number": "怀编[2021] 05 号", "issuer": "怀化市编委", "issued_on": DAY, "title": "关于三定的批复"}


def add(unit, by, upload=None, **changes):
    with scoped(by.path):
        return add_document(unit=unit, **FACTS | changes, upload=upload, by=by)


@pytest.fixture
def document(province_scope, actor, unit_of):
    return add(unit_of("county"), actor("county"), inspect("批复.pdf", PDF))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("怀编[2021] 05 号", "怀编〔2021〕5号"),
        ("怀编（2021）5号", "怀编〔2021〕5号"),
        ("怀编【2021】第5号", "怀编〔2021〕5号"),
        ("湘计生协发〔2022〕1号", "湘计生协发〔2022〕1号"),
        ("国办发明电［2026年］7号", "国办发明电〔2026〕7号"),
        ("会议纪要（12）", "会议纪要(12)"),
        ("  ", ""),
    ],
)
def test_number_is_kept_as_the_standard_writes_it(typed, kept):
    assert normal_number(typed) == kept


def test_add_document_keeps_facts_file_and_event(document, unit_of):
    assert (document.number, document.issued_on) == ("怀编〔2021〕5号", DAY)
    file = document.attachment
    assert (file.name, file.unit, file.size, file.permission) == (
        "批复.pdf",
        unit_of("county"),
        len(PDF),
        "document.view",
    )
    event = Event.objects.get(verb="document.added")
    assert (event.changes["file"], event.changes["sm3"]) == ("批复.pdf", file.digest)


@pytest.mark.parametrize(
    ("name", "by", "changes", "words"),
    [
        ("county", "county", {"number": "怀编〔2021〕5号"}, "同一机关的同一文号只登记一次"),
        ("county", "sibling", {}, "只能为本单位及下级"),
        ("city", "county", {}, "只能为本单位及下级"),
        ("county", "county", {"issued_on": date(2999, 1, 1), "number": "新"}, "不能晚于今天"),
    ],
)
def test_add_document_refuses(document, actor, unit_of, name, by, changes, words):
    with pytest.raises(CannotKeepDocument, match=words):
        add(unit_of(name), actor(by), **changes)


def test_same_number_of_another_issuer_is_another_document(document, actor, unit_of):
    other = add(unit_of("county"), actor("county"), issuer="鹤城区编委")
    assert other.pk != document.pk
    assert len(choose_document("怀编〔2021〕5号", unit_of("county").path)) == 2
    assert choose_document("怀编〔2021〕5号 鹤城区编委", unit_of("county").path) == [other]


def test_document_is_once_a_unit_in_the_database(document, unit_of):
    with pytest.raises(IntegrityError, match="document_once_a_unit"), transaction.atomic():
        Document.objects.create(unit=unit_of("county"), number=document.number, issuer=document.issuer)


def test_keep_document_finds_what_is_on_record(document, actor, unit_of):
    new = NewDocument("怀编(2021)5号", "怀化市编委", DAY)
    assert keep_document(document=new, unit=unit_of("county"), by=actor("county")) == document
    assert keep_document(document=document, unit=unit_of("county"), by=actor("county")) == document
    assert Event.objects.filter(verb="document.added").count() == 1


def test_keep_document_brings_a_missing_file_and_replaces_none(province_scope, actor, unit_of, document):
    late = NewDocument(document.number, document.issuer, DAY, upload=inspect("别的.docx", DOCX))
    assert (
        keep_document(document=late, unit=unit_of("county"), by=actor("county")).attachment.name == "批复.pdf"
    )
    bare = add(unit_of("county"), actor("county"), number="新")
    late = NewDocument("新", bare.issuer, DAY, upload=inspect("别的.docx", DOCX))
    assert (
        keep_document(document=late, unit=unit_of("county"), by=actor("county")).attachment.name
        == "别的.docx"
    )


def test_keep_document_of_another_unit_makes_the_units_own_row(document, actor, unit_of):
    copy = keep_document(document=document, unit=unit_of("township"), by=actor("county"))
    assert (copy.number, copy.issuer, copy.issued_on) == (document.number, document.issuer, DAY)
    assert copy.attachment.digest == document.attachment.digest
    assert copy.attachment.unit == unit_of("township")
    assert keep_document(document=document, unit=unit_of("township"), by=actor("county")) == copy
    with pytest.raises(CannotKeepDocument, match="只能为本单位"):
        keep_document(document=document, unit=unit_of("sibling"), by=actor("county"))


def test_one_document_kept_by_many_at_once_is_one(committed_db):
    path = cast_unit("county").path

    def keep(_):
        try:
            with scoped(path):
                new = NewDocument("怀编〔2021〕5号", "怀化市编委", DAY)
                return keep_document(document=new, unit=cast_unit("county"), by=actor_for("county")).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(keep, range(12)))) == 1
    with scoped(path):
        assert Document.objects.count() == 1


def test_edit_document_records_what_changed(document, actor):
    answers = FACTS | {"title": "关于三定规定的批复", "upload": inspect("新.docx", DOCX)}
    edited = edit_document(document=document, **answers, by=actor("county"))
    event = Event.objects.get(verb="document.edited")
    assert event.changes["title"] == ["关于三定的批复", "关于三定规定的批复"]
    assert event.changes["file"] == "新.docx"
    assert edited.attachment.name == "新.docx"


def test_edit_document_refuses(document, actor, unit_of):
    with pytest.raises(CannotKeepDocument, match="没有改动"):
        edit_document(document=document, **FACTS, upload=None, by=actor("county"))
    other = add(unit_of("county"), actor("county"), number="新")
    with pytest.raises(CannotKeepDocument, match="另外登记"):
        edit_document(document=other, **FACTS, upload=None, by=actor("county"))


def test_search_documents_by_the_beginning_of_the_number(document, unit_of):
    assert search_documents("怀编[2021]", unit_of("city").path) == [document]
    assert search_documents("", "/") == []
    with scoped(unit_of("sibling").path):
        assert search_documents("怀编", "/") == []


def test_resting_on_names_every_kind_of_record(document, unit_of):
    Standing.objects.create(unit=unit_of("county"), kind="three_fix", since=DAY, basis=document)
    (resting,) = resting_on(document)
    assert (resting.kind, resting.name) == ("入序、参公、三定事项", "出台“三定”方案")


def test_document_pages_from_adding_to_downloading(client_as, province_scope, unit_of):
    client = client_as("county")
    answers = FACTS | {"issued_on": "2021年6月1日"}
    bad = client.post("/documents/add/", answers | {"upload": SimpleUploadedFile("批复.exe", b"MZ")})
    assert "“批复.exe”是 .exe 文件，不能上传" in bad.content.decode()
    page = client.post(
        "/documents/add/", answers | {"upload": SimpleUploadedFile("批复.pdf", PDF)}, follow=True
    ).content.decode()
    assert "已登记怀化市编委怀编〔2021〕5号" in page
    assert "批复.pdf" in page
    document = Document.objects.get()
    assert f"/attachments/{document.attachment_id}/" in page
    edited = client.post(f"/documents/{document.pk}/edit/", answers | {"title": "批复"}, follow=True)
    assert "已保存" in edited.content.decode()
    again = client.post(f"/documents/{document.pk}/edit/", answers | {"title": "批复"})
    assert "没有改动任何内容" in again.content.decode()
    assert "怀编〔2021〕5号" in client_as("city").get("/documents/").content.decode()
    assert client_as("sibling").get(f"/documents/{document.pk}/").status_code == 404


def test_edit_document_page_tells_of_a_file_that_somebody_else_has_just_brought(client_as, document, actor):
    client, address = client_as("county"), f"/documents/{document.pk}/edit/"
    seen = html.unescape(re.search(r'name="seen" value="([^"]*)"', client.get(address).content.decode())[1])
    answers = FACTS | {"issued_on": FACTS["issued_on"].isoformat(), "seen": seen}
    edit_document(document=document, **FACTS, upload=inspect("新批复.pdf", PDF), by=actor("county"))
    page = client.post(address, answers | {"upload": SimpleUploadedFile("另一份.pdf", PDF)}).content.decode()
    assert "他人已改为“新批复.pdf”" in page
    document.refresh_from_db()
    assert document.attachment.name == "新批复.pdf"


def test_search_documents_page_offers_options(client_as, document):
    page = client_as("county").get("/documents/search/?field=document&document=怀编[2021]").content.decode()
    assert 'value="怀编〔2021〕5号 怀化市编委"' in page
    assert "option" not in client_as("sibling").get("/documents/search/?q=怀编").content.decode()


ODD_YEARS = ("?year=0", "?year=1e99", "?year=x")


@pytest.mark.parametrize("query", ["?number=怀编(2021)", "?issuer=怀化", "?year=2021", *ODD_YEARS])
def test_document_list_filters(client_as, document, query):
    page = client_as("county").get(f"/documents/{query}")
    assert page.status_code == 200
    assert ("关于三定的批复" in page.content.decode()) == (query not in ODD_YEARS)


def test_document_list_is_found_by_unit_and_by_what_is_due(client_as, document, actor, unit_of):
    client, url = client_as("city"), "/documents/?"
    add(unit_of("township"), actor("county"), number="无附件", title="另一份")
    assert "无附件" in client.get(f"{url}file=due").text
    assert "无附件" not in client.get(f"{url}file=kept").text
    below = client.get(f"{url}unit={unit_of('township').code}").text
    assert "无附件" in below
    assert "关于三定的批复" not in below
    declared, listing = list_at(f"{url}file=due", actor("city"))
    assert (declared.key, listing.count) == ("document_list", 1)


def test_document_list_takes_as_many_queries_for_many_rows(client_as, document, actor, unit_of):
    client, counts = client_as("county"), []
    for count in (1, 30):
        for n in range(count):
            add(unit_of("village"), actor("county"), number=f"文{count}-{n}")
        with CaptureQueriesContext(connection) as queries:
            client.get("/documents/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


MANY = """
    INSERT INTO files_document (unit_id, path, number, issuer, title, created_at)
    SELECT id, path, '文〔2021〕' || id || '号', '', '', now() FROM access_unit
"""


def test_documents_are_read_by_their_indexes_under_the_policy(committed_db, settings):
    with whole_province(), connection.cursor() as cursor:
        cursor.execute(MANY)
    with database.connect(settings.OWNER_DATABASE, NAME=committed_db) as owner:
        owner.execute("ANALYZE files_document")
    with scoped(Unit.objects.filter(level=3).order_by("path")[0].path):
        listed = DOCUMENTS.order_by("path", "id")[:50].explain()
    with scoped("/"):
        found = Document.objects.filter(number__prefix="文〔2021〕77").explain()
    assert "document_path" in listed
    assert "Seq Scan on files_document" not in listed
    assert "document_number" in found
    assert Attachment.objects.count() == 0
