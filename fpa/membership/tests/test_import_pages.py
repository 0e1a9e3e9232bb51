"""The import by hand: upload, progress, preview, confirm, done, rejected rows; and who may see what."""

from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.core.sheets import open_sheets
from fpa.core.tests.sheets_factory import make_csv
from fpa.imports.actions import confirm_import
from fpa.imports.files import path_of
from fpa.imports.importer import importer_of
from fpa.imports.models import ImportInbox, ImportRow, Job, State
from fpa.imports.runner import run_import
from fpa.membership.models import Member
from fpa.membership.tests.rosters import HEADER, person
from tests.cast import COUNTY

GRID = [["鹤城区会员名册"], HEADER, person(1), person(2), person(3, id="4.30102E+17")]


@pytest.fixture
def upload(client_as, tmp_path):
    """Upload a grid as a member of the cast, by default the county; gives the response."""

    def send(grid=GRID, name="county", unit=COUNTY, key=None):
        content = make_csv(tmp_path / "名册.csv", grid).read_bytes()
        form = {"unit": unit, "file": SimpleUploadedFile("名册.csv", content), "key": key or uuid4()}
        return client_as(name).post(reverse("import_members"), form)

    return send


def url(name: str, job: Job) -> str:
    return reverse(name, args=[job.pk])


def test_import_pages_whole_way(province_scope, client_as, upload):
    client = client_as("county")
    job = Job.objects.get(pk=upload().url.strip("/").rpartition("/")[2])
    assert "正在检查" in client.get(url("import_detail", job)).text
    assert "HX-Refresh" not in client.get(url("import_progress", job)).headers
    run_import(job.pk)
    assert client.get(url("import_progress", job)).headers["HX-Refresh"] == "true"
    preview = client.get(url("import_detail", job)).text
    assert "确认导入" in preview
    assert "科学计数法" in preview
    assert "新增会员 2 人" in preview
    assert "退回 1 行" in preview
    assert Member.objects.count() == 0
    assert client.post(url("confirm_import", job)).url == url("import_detail", job)
    run_import(job.pk)
    assert Member.objects.count() == 2
    done = client.get(url("import_detail", job)).text
    assert "已导入到鹤城区" in done
    assert "4.30102E" not in done


def test_import_pages_rejected_rows_come_back_in_the_own_layout(province_scope, client_as, upload, tmp_path):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    answer = client_as("county").get(url("rejected_rows", job))
    file = tmp_path / "back.xlsx"
    file.write_bytes(answer.content)
    with open_sheets(file) as book:
        rows = [row.cells for row in book.sheets[0].rows()]
    assert rows[0][0] == "鹤城区会员名册"
    assert rows[1] == [*HEADER, "原因"]
    assert rows[2][:2] == ["张三", "4.30102E+17"]
    assert "科学计数法" in rows[2][-1]
    assert Event.objects.filter(verb="import.rejected_rows_taken").exists()


def test_import_pages_rejected_rows_only_for_who_sent_them(province_scope, client_as, upload):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    assert client_as("city").get(url("import_detail", job)).status_code == 200
    assert client_as("city").get(url("rejected_rows", job)).status_code == 403


@pytest.mark.parametrize("name", ["sibling", "township"])
@pytest.mark.parametrize(
    "page", ["import_detail", "import_progress", "confirm_import", "rejected_rows", "cancel_import"]
)
def test_import_pages_are_not_there_for_foreign_units(province_scope, client_as, upload, name, page):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    assert client_as(name).post(url(page, job)).status_code == 404
    assert job.filename not in client_as(name).get(reverse("import_list")).text


@pytest.mark.parametrize("name", ["village", "auditor", "administrator"])
def test_import_pages_need_the_permission(province_scope, client_as, upload, name):
    assert upload(name=name).status_code == 403
    assert client_as(name).get(reverse("import_list")).status_code == 403


def test_import_pages_upload_for_a_foreign_unit_is_refused_on_the_form(province_scope, upload):
    answer = upload(name="sibling")
    assert answer.status_code == 200
    assert "没有找到" in answer.text
    assert not Job.objects.exists()


def test_import_pages_same_form_twice_is_one_import(province_scope, upload):
    key = uuid4()
    assert upload(key=key).url == upload(key=key).url
    assert Job.objects.count() == 1


def test_import_pages_confirmed_twice_has_one_effect(province_scope, client_as, upload):
    upload()
    job, client = Job.objects.get(), client_as("county")
    run_import(job.pk)
    for _ in range(2):
        client.post(url("confirm_import", job))
        run_import(job.pk)
        run_import(job.pk)
    assert Member.objects.count() == 2
    assert Event.objects.filter(verb="member.imported").count() == 1
    assert Event.objects.filter(verb="import.confirmed").count() == 1


@pytest.mark.parametrize("method", ["get", "head"])
def test_import_pages_looking_at_the_confirmation_confirms_nothing(province_scope, client_as, upload, method):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    assert getattr(client_as("county"), method)(url("confirm_import", job)).status_code == 405
    job.refresh_from_db()
    assert job.state == State.READY


def test_import_pages_rows_name_a_column_only_with_a_reason(province_scope, upload):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    said = list(ImportRow.objects.order_by("position").values_list("outcome", "column"))
    assert said == [("new", ""), ("new", ""), ("rejected", "身份证号")]


ODD_NAMES = [("赵六", "赵*"), ("钱1七", "钱*"), ("43120219790801502X", ""), ("", "")]


@pytest.mark.parametrize(("written", "shown"), ODD_NAMES)
def test_import_pages_rejected_rows_say_whose_they_are(province_scope, upload, written, shown):
    """As lists have it, 赵*; before the confirmation and after it; never digits, which may be an ID number."""
    upload(grid=[HEADER, person(1), person(2, name=written, id="4.30102E+17")])
    job = Job.objects.get()
    run_import(job.pk)
    _says_whose(shown)
    confirm_import(job=job, by=actor_for("county"))
    run_import(job.pk)
    _says_whose(shown)


def _says_whose(shown):
    row = ImportRow.objects.get(outcome="rejected")
    assert importer_of("members").subject(row) == (shown or "—")
    assert not any(letter.isdigit() for letter in row.data["name"])


def test_import_pages_cancelled_leaves_nothing(
    province_scope, client_as, upload, django_capture_on_commit_callbacks
):
    upload()
    job, client = Job.objects.get(), client_as("county")
    run_import(job.pk)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url("cancel_import", job))
    assert not ImportRow.objects.exists()
    assert not path_of(job.pk).exists()
    refused = client.post(url("confirm_import", job), follow=True)
    assert "不能确认" in refused.text
    run_import(job.pk)
    assert Member.objects.count() == 0


def test_import_pages_event_has_counts_and_digest_and_no_number(province_scope, client_as, upload):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    client_as("county").post(url("confirm_import", job))
    run_import(job.pk)
    event = Event.objects.get(verb="member.imported")
    assert event.changes["new"] == 2
    assert event.changes["rejected"] == 1
    assert event.changes["sm3"] == job.digest
    assert event.actor_name == "演员county"
    assert event.path == job.path


def test_import_pages_staging_holds_no_plain_number(province_scope, upload):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    staged = " ".join(str(values) for values in ImportRow.objects.values_list("data", "changes", "reason"))
    assert person(1)[1] not in staged
    assert person(1)[2] not in staged
    assert not ImportInbox.objects.exists()
    assert path_of(job.pk).stat().st_mode & 0o777 == 0o600


def test_import_pages_bad_file_is_said_on_the_page(province_scope, client_as, upload):
    upload(grid=[["姓名", "手机"], ["张三", "13800000001"]])
    job = Job.objects.get()
    run_import(job.pk)
    job.refresh_from_db()
    assert job.state == State.REFUSED
    page = client_as("county").get(url("import_detail", job)).text
    assert "证件号码" in page
    assert "重新上传" in page


def test_import_pages_unexpected_error_stops_with_a_number(province_scope, client_as, upload, settings):
    upload()
    job = Job.objects.get()
    path_of(job.pk).unlink()
    run_import(job.pk)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert "编号" in client_as("county").get(url("import_detail", job)).text


def test_import_pages_list_and_template(province_scope, client_as, upload, tmp_path):
    upload()
    client = client_as("county")
    assert "名册.csv" in client.get(reverse("import_list")).text
    file = Path(tmp_path / "t.xlsx")
    file.write_bytes(BytesIO(client.get(reverse("import_template", args=["members"])).content).getvalue())
    with open_sheets(file) as book:
        assert next(book.sheets[0].rows()).cells[:2] == ["姓名*", "证件号码*"]
    assert client.get(reverse("import_template", args=["cows"])).status_code == 404


def test_import_pages_preview_filters_by_outcome(province_scope, client_as, upload):
    upload()
    job = Job.objects.get()
    run_import(job.pk)
    page = client_as("county").get(url("import_detail", job), {"outcome": "rejected"}).text
    assert "共 1 条" in page
