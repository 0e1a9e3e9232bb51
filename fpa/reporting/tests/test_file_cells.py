"""A file in a cell: sent, changed, taken away and opened under the rules of every other cell."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from python_calamine import CalamineWorkbook

from fpa.access.scope import scoped, whole_province
from fpa.audit.models import Event
from fpa.core.crypto import sm3
from fpa.files.models import Attachment
from fpa.files.retention import purge_files
from fpa.files.tests.samples import DOCX, PDF
from fpa.files.tests.test_attachments import age
from fpa.reporting.actions.filling import Entry, save_cells
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.models import Cell, CellHistory, Item
from fpa.reporting.tests.conftest import Course, seat_at
from fpa.reporting.tests.test_typed_cells import TYPED, post
from fpa.reporting.tests.typed_form import make_typed_form

PAPER = "site.paper"


@pytest.fixture(autouse=True)
def files_dir(tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


@pytest.fixture
def site(province_scope, issue):
    """A collection of the form with every kind; its file is optional."""
    return Course(issue(form=make_typed_form(), title="阵地建设"))


def pdf(name="批文.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def send(site, client_as):
    """Send a file to the cell as htmx does; gives what stands beside the cell."""

    def act(file=None, version=0, who="village", code="", **more):
        data = {f"version-{PAPER}": version, **({f"cell-{PAPER}": file} if file else {}), **more}
        url = f"/collections/{site.collection.pk}/{code}fill/{PAPER}/"
        return client_as(who).post(url, data, headers={"HX-Request": "true"}).content.decode()

    return act


def remove(version):
    return {"version": version, f"remove-{PAPER}": "1"}


def the_cell():
    with whole_province():
        return Cell.objects.select_related("file").get(key=PAPER)


def test_file_is_kept_for_the_reports_readers_and_stands_in_the_cell(site, send, village, client_as):
    page = send(pdf())
    cell = the_cell()
    assert (cell.content, cell.version, cell.file.permission) == ("批文.pdf", 1, "submission.view")
    assert (cell.file.unit_id, cell.file.path) == (village.pk, village.path)
    for words in (cell.file_url, "批文.pdf", "更换", "删除", "已保存"):
        assert words in page
    assert (
        'enctype="multipart/form-data"'
        in client_as("village").get(f"/collections/{site.collection.pk}/fill/").content.decode()
    )
    answer = client_as("village").get(cell.file_url)
    assert (answer.content, answer["X-Content-Type-Options"]) == (PDF, "nosniff")
    assert answer["Content-Disposition"].startswith("attachment")


READERS = [
    ("village", 200), ("township", 200), ("county", 200), ("province", 200), ("sibling", 404), ("outsider", 302),
    ("auditor", 403),
]  # fmt: skip


@pytest.mark.parametrize(("who", "status"), READERS)
def test_file_is_opened_by_who_may_read_the_report_and_nobody_else(send, client_as, who, status):
    send(pdf())
    assert client_as(who).get(the_cell().file_url).status_code == status


def test_file_leaves_an_event_with_names_and_digest(send):
    send(pdf())
    send(pdf("新批文.docx", DOCX), version=1)
    with whole_province():
        changes = [e.changes for e in Event.objects.filter(verb="submission.saved").order_by("at")]
    assert changes == [
        {PAPER: [None, "批文.pdf"], "sm3": [sm3(PDF).hex()]},
        {PAPER: ["批文.pdf", "新批文.docx"], "sm3": [sm3(DOCX).hex()]},
    ]


def test_file_that_is_changed_or_removed_stays_in_the_history(site, send, client_as):
    send(pdf())
    old = the_cell().file_url
    send(pdf("新批文.docx", DOCX), version=1)
    page = send(**remove(2))
    cell = the_cell()
    assert (cell.content, cell.file, cell.version) == (None, None, 3)
    assert "上传" in page
    assert "删除" not in page
    history = client_as("township").get(f"/submissions/{cell.submission_id}/cells/{PAPER}/").content.decode()
    for words in (old, "批文.pdf", "新批文.docx", "空白"):
        assert words in history
    with whole_province():
        for file in Attachment.objects.all():
            age(file)
        purge_files()
        assert Attachment.objects.count() == CellHistory.objects.exclude(file=None).count() == 2
    assert client_as("township").get(old).content == PDF


def test_the_same_file_sent_again_changes_nothing(send):
    send(pdf())
    assert "已保存" in send(pdf())
    assert the_cell().version == 1
    assert send(pdf(content=PDF + b"%"), version=1)
    assert the_cell().version == 2, "the name alone does not make it the same"


def test_newer_file_of_someone_else_is_never_overwritten(send):
    send(pdf())
    page = send(pdf("我的.docx", DOCX))
    for words in ("没有用您的改动覆盖它", "对方的文件", "我的.docx", "改用我的", the_cell().file_url):
        assert words in page
    assert f'name="version-{PAPER}" value="1"' in page
    assert f'id="file-{PAPER}"' not in page, "the input keeps what was chosen"
    assert the_cell().content == "批文.pdf"
    assert "没有用您的改动覆盖它" in send(**remove(0))
    send(pdf("我的.docx", DOCX), version=1)
    assert the_cell().content == "我的.docx"


REFUSED = [
    (pdf("批文.pdf", b"MZ\x90"), "内容不是"),
    (pdf("批文.exe", b"MZ"), "不能上传"),
    (pdf("批文.pdf", b""), "是空文件"),
]


@pytest.mark.parametrize(("file", "reason"), REFUSED)
def test_refused_file_says_why_and_loses_nothing(site, send, client_as, file, reason):
    send(pdf("旧.pdf"))
    file.seek(0)
    page = send(file, version=1)
    assert reason in page
    assert "未保存" in page
    assert the_cell().content == "旧.pdf"
    file.seek(0)
    data = post({"site.place": "新塘"}) | {f"version-{PAPER}": 1, f"cell-{PAPER}": file}
    whole = client_as("village").post(f"/collections/{site.collection.pk}/fill/", data).content.decode()
    assert reason in whole
    assert "有 1 格没有保存" in whole
    with whole_province():
        assert Cell.objects.get(key="site.place").content == "新塘"
    assert the_cell().content == "旧.pdf"


def test_sheet_works_without_scripts(site, client_as):
    url = f"/collections/{site.collection.pk}/fill/"
    page = client_as("village").post(
        url, post(TYPED) | {f"cell-{PAPER}": pdf(), f"version-{PAPER}": 0}, follow=True
    )
    assert "没有保存" not in page.content.decode()
    assert the_cell().content == "批文.pdf"
    client_as("village").post(url, {f"remove-{PAPER}": "1", f"version-{PAPER}": 1})
    assert the_cell().file is None


def test_a_name_alone_is_no_file(site, village, send):
    send(**{f"cell-{PAPER}": "假.pdf"})
    entry = Entry(PAPER, "假.pdf", 0, "")
    with scoped(village.path):
        outcome = save_cells(collection=site.collection, unit=village, entries=[entry], by=seat_at(village))
    assert "要上传文件" in outcome[PAPER].problem
    with whole_province():
        assert not Cell.objects.filter(key=PAPER).exists()


@pytest.fixture
def sent(site, send, village, client_as):
    client_as("village").post(f"/collections/{site.collection.pk}/fill/", post(TYPED))
    send(pdf())
    site.explain(village, "site.area", "120.5", version=1)
    return site.submit(village)


def test_locked_cell_takes_no_file_and_still_opens_it(site, sent, send, client_as, village):
    page = send(pdf("新.docx", DOCX), version=1)
    assert "您选的“新.docx”没有保存" in page
    assert the_cell().content == "批文.pdf"
    sheet = client_as("village").get(f"/collections/{site.collection.pk}/fill/").content.decode()
    assert the_cell().file_url in sheet
    assert f'name="cell-{PAPER}"' not in sheet


def test_reviewer_sees_opens_and_returns_the_file(site, sent, send, client_as, village):
    page = client_as("township").get(f"/submissions/{sent.pk}/").content.decode()
    assert f'<a class="cell-file-name" href="{the_cell().file_url}">' in page
    assert f'name="tick-{PAPER}"' in page
    site.give_back(sent, PAPER)
    sheet = site.sheet(village)
    assert sheet.editable == {PAPER}
    assert next(r.mark for r in sheet.rows if r.item.key == PAPER) == ("returned", "请修改")
    assert "已改，已保存" in send(pdf("新.docx", DOCX), version=1)
    site.approve(site.submit(village))
    assert the_cell().content == "新.docx"


def test_file_is_named_on_paper_in_totals_and_before_sending(site, sent, client_as, village):
    site.approve(sent)
    paper = client_as("village").get(f"/collections/{site.collection.pk}/print/").content.decode()
    assert "批文.pdf" in paper
    assert (
        "批文.pdf" in client_as("village").get(f"/collections/{site.collection.pk}/submit/").content.decode()
    )
    url = f"/collections/{site.collection.pk}/totals/?export=xlsx"
    book = CalamineWorkbook.from_filelike(BytesIO(client_as("township").get(url).content))
    rows = [r for r in book.get_sheet_by_index(0).to_python() if r[0] in ("单位", village.name)]
    assert dict(zip(map(str, rows[0]), rows[1], strict=True))["批文"] == "批文.pdf"


def test_required_file_is_missed_at_the_check_and_at_submit(site, send, client_as, village):
    with whole_province():
        Item.objects.filter(key=PAPER).update(required_at="submit")
    client_as("village").post(f"/collections/{site.collection.pk}/fill/", post(TYPED))
    site.explain(village, "site.area", "120.5", version=1)
    (found,) = [f for f in site.sheet(village).findings() if f.is_hard]
    assert (found.key, found.formula, found.message) == (PAPER, "“批文”必须上传", "请上传文件。")
    with pytest.raises(CannotSubmit, match="批文"):
        site.submit(village)
    send(pdf())
    assert site.submit(village).state == "submitted"


def test_township_sends_a_file_for_its_village(site, send, village, client_as):
    send(pdf(), who="township", code=f"units/{village.code}/")
    cell = the_cell()
    assert (cell.file.unit_id, cell.saved_by) == (village.pk, cell.file.uploaded_by)
    assert client_as("village").get(cell.file_url).content == PDF
