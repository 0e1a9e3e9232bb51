"""Attachments: kept once, handed out safely, to whoever may see their record, and forgotten when nothing holds them."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.core.actor import SYSTEM
from fpa.files import storage
from fpa.files.actions import add_document, keep_file
from fpa.files.fields import AttachmentField
from fpa.files.inspection import MAX_BYTES, Upload, inspect
from fpa.files.models import Attachment
from fpa.files.retention import KEPT_DAYS, purge_files
from fpa.files.tasks import purge_unused_files
from fpa.files.tests.samples import PDF, picture
from tests.cast import cast_unit

DAY_SECONDS = 86_400


def keep(name="county", upload=None, permission="document.view"):
    upload = upload or inspect("批复.pdf", PDF)
    return keep_file(upload=upload, unit=cast_unit(name), permission=permission, by=actor_for("county"))


def contents(files_dir):
    return [path for path in files_dir.rglob("*") if path.is_file()]


def test_content_is_kept_once_and_for_the_platform_alone(province_scope, files_dir):
    one, other = keep("county"), keep("sibling")
    assert one.digest == other.digest
    (path,) = contents(files_dir)
    assert path == storage.path_of(one.digest)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert storage.read(one.digest) == PDF


def test_download_has_safe_headers(client_as, province_scope):
    file = keep(upload=Upload("三定 批复.pdf", "application/pdf", PDF))
    page = client_as("county").get(file.get_absolute_url())
    assert (page.status_code, page.content) == (200, PDF)
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%B8%89")
    assert page["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert {"private", "no-store"} <= set(page["Cache-Control"].split(", "))


@pytest.mark.parametrize(
    ("name", "status"),
    [("province", 200), ("county", 200), ("sibling", 404), ("township", 404), ("auditor", 403)],
)
def test_download_is_for_who_sees_the_record(client_as, province_scope, name, status):
    assert client_as(name).get(keep().get_absolute_url()).status_code == status


def test_download_asks_for_the_records_own_right(client_as, province_scope):
    file = keep("village", permission="submission.review")
    assert client_as("township").get(file.get_absolute_url()).status_code == 200
    assert client_as("village").get(file.get_absolute_url()).status_code == 403


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_lost_content_is_said_in_plain_words(client_as, province_scope, harm, caplog):
    file = keep()
    path = storage.path_of(file.digest)
    if harm == "gone":
        path.unlink()
    else:
        path.write_bytes(b"else")
    page = client_as("county").get(file.get_absolute_url())
    assert page.status_code == 404
    assert "从备份恢复" in page.content.decode()
    assert file.digest in caplog.text


def test_nothing_stays_where_the_disk_breaks_off(province_scope, files_dir, monkeypatch):
    monkeypatch.setattr(storage.os, "fsync", lambda handle: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keep()
    assert contents(files_dir) == []
    assert not Attachment.objects.exists()


# Forgetting


def age(file, days=KEPT_DAYS + 1):
    Attachment.objects.filter(pk=file.pk).update(created_at=timezone.now() - timedelta(days=days))
    moment = time.time() - days * DAY_SECONDS
    os.utime(storage.path_of(file.digest), (moment, moment))


def test_purge_forgets_what_nothing_links(province_scope, files_dir):
    upload = inspect("照.png", picture("PNG"))
    linked = add_document(
        unit=cast_unit("county"), number="文", issuer="机关", issued_on=timezone.localdate(), title="", by=SYSTEM,
        upload=inspect("批复.pdf", PDF),
    ).attachment  # fmt: skip
    twin, loose, young = keep(), keep(upload=upload), keep(upload=inspect("照.webp", picture("WEBP")))
    for file in (linked, twin, loose):
        age(file)
    purge_unused_files(0)
    assert set(Attachment.objects.all()) == {linked, young}
    assert {path.name for path in contents(files_dir)} == {linked.digest, young.digest}


def test_purge_forgets_contents_of_actions_that_were_undone(province_scope, files_dir):
    with transaction.atomic():
        age(keep())
        transaction.set_rollback(True)
    assert len(contents(files_dir)) == 1
    assert purge_files() == 1
    assert contents(files_dir) == []


def test_purge_leaves_contents_alone_while_a_file_comes_in(committed_db, files_dir):
    def purge():
        try:
            return purge_files()
        finally:
            connection.close()

    with whole_province():
        digest = keep().digest
        moment = time.time() - 3 * DAY_SECONDS
        os.utime(storage.path_of(digest), (moment, moment))
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(purge).result() == 0
    with whole_province():
        assert storage.read(Attachment.objects.get().digest) == PDF


def test_one_content_sent_by_many_at_once_is_kept_once(committed_db, files_dir):
    path = cast_unit("county").path

    def send(_):
        try:
            with scoped(path):
                return keep().digest
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        digests = set(pool.map(send, range(12)))
    assert len(digests) == len(contents(files_dir)) == 1
    with scoped(path):
        assert Attachment.objects.count() == 12


# The field


def test_attachment_field_gives_a_checked_upload():
    field = AttachmentField(required=False)
    assert field.clean(SimpleUploadedFile("a/b\\批复.pdf", PDF)).name == "批复.pdf"
    assert field.clean(None) is None


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("批复.exe", b"MZ"), "不能上传"),
        (SimpleUploadedFile("批复.pdf", b""), "empty|空文件"),
        (SimpleUploadedFile("大.pdf", PDF + bytes(MAX_BYTES)), "超过 20 MB"),
        (None, "required|必填|必须"),
    ],
)
def test_attachment_field_says_why_not(file, words):
    with pytest.raises(ValidationError) as fault:
        AttachmentField().clean(file)
    assert any(word in str(fault.value) + str(fault.value.code) for word in words.split("|"))


BODY = (
    '--x\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n'
    "Content-Type: application/pdf\r\n\r\n{content}\r\n"
    '--x\r\nContent-Disposition: form-data; name="number"\r\n\r\n文〔2021〕1号\r\n--x--\r\n'
)
NAMES = (
    "通\0知.pdf",
    "长" * 83 + ".pdf",
    "..",
    "/",
    "",
    "通知\u202efdp.exe",
    "a.pdf/",
    "&#0;.pdf",
    "%00.pdf",
)


def send_under(name, client):
    body = BODY.format(name=name, content=PDF.decode()).encode()
    return client.post("/documents/add/", body, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_upload_of_any_name_is_answered(client_as, name):
    page = send_under(name, client_as("county"))
    assert page.status_code == 200
    assert "请填写发文机关" in page.content.decode()


def test_upload_of_a_name_that_no_disk_holds_is_answered(client_as):
    page = send_under("长" * 5000 + ".pdf", client_as("county"))
    assert page.status_code == 400
    assert "请" in page.content.decode()
