"""An import's states: which step leads where, what each leaves in the audit, and which steps are refused."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from fpa.access.models import Unit
from fpa.access.scope import scoped
from fpa.audit import record as auditing
from fpa.audit.models import Event
from fpa.core.actor import SYSTEM
from fpa.core.crypto import sm3
from fpa.imports import files
from fpa.imports.actions import CannotImport, cancel_import, confirm_import, stop_import, upload_import
from fpa.imports.importer import importer_of
from fpa.imports.models import ImportRow, Job, RowOutcome, State
from fpa.imports.tests.conftest import again
from fpa.imports.tests.posts import HEADER, VILLAGE
from tests.cast import CITY, COUNTY, PROVINCE, SIBLING

COUNTS = {"new": 2, "changed": 0, "unchanged": 0, "rejected": 1}


def events(verb):
    return list(Event.objects.filter(verb=verb))


def queued(job):
    return ProcrastinateJob.objects.filter(args__job_id=str(job.pk)).count()


def put(job, state, **values):
    """The job, put into a state as it is found in the database."""
    Job.objects.filter(pk=job.pk).update(state=state, **values)
    job.refresh_from_db()
    return job


def test_upload_is_kept_queued_and_told(province_scope, uploaded, actor):
    job = uploaded(b"content", name="岗位.csv")
    assert (job.state, job.words, job.done, job.counts, job.notes) == (
        State.UPLOADED,
        "排队等候",
        0,
        {},
        [],
    )
    assert (job.path, job.unit.code, job.user_id) == ("/12/02/", COUNTY, actor("county").user_id)
    assert queued(job) == 1
    (event,) = events("import.uploaded")
    assert (event.object_id, event.path, event.actor_name) == (str(job.pk), job.path, "演员county")
    assert event.changes == {"file": "岗位.csv", "sm3": sm3(b"content").hex(), "unit": "鹤城区"}


UPLOADS = {
    "the unit above": ("county", CITY),
    "the sibling": ("county", SIBLING),
    "the whole province from a county": ("county", PROVINCE),
    "its own unit without the permission": ("village", "431202001001"),
    "the province by its auditor": ("auditor", PROVINCE),
}


@pytest.mark.parametrize("case", UPLOADS)
def test_upload_is_refused_where_the_seat_may_not(province_scope, uploaded, settings, case):
    by, unit = UPLOADS[case]
    with pytest.raises(CannotImport) as refused:
        uploaded(by=by, unit=unit)
    assert str(refused.value) == "只能为本单位及下级现有单位导入岗位，请重新选择单位。"
    assert not Job.objects.exists()
    assert not list(settings.UPLOAD_DIR.glob("*"))
    assert not events("import.uploaded")


@pytest.mark.parametrize(("by", "unit"), [("province", COUNTY), ("city", COUNTY), ("township", None)])
def test_upload_is_taken_for_the_own_unit_and_below(province_scope, uploaded, unit_of, by, unit):
    target = unit_of("village").code if unit is None else unit
    assert uploaded(by=by, unit=target).unit.code == target


def test_upload_for_a_closed_unit_is_refused(province_scope, uploaded):
    Unit.objects.filter(code="431202001001").update(valid_to=timezone.localdate())
    with pytest.raises(CannotImport, match="现有单位"):
        uploaded(unit="431202001001")


def test_upload_by_the_platform_itself_is_refused(province_scope, importer, unit_of):
    with pytest.raises(CannotImport, match="只能为本单位"):
        upload_import(
            importer=importer, unit=unit_of("county"), filename="a.csv", pieces=[], key=uuid4(), by=SYSTEM
        )


def test_upload_of_the_same_form_again_is_the_same_import(province_scope, uploaded):
    key = uuid4()
    first, second = uploaded(b"first", key=key), uploaded(b"second", key=key)
    assert first.pk == second.pk
    assert files.path_of(first.pk).read_bytes() == b"first"
    assert (len(events("import.uploaded")), queued(first)) == (1, 1)


def test_upload_with_a_key_that_another_person_used_is_another_import(province_scope, uploaded):
    key = uuid4()
    assert uploaded(key=key).pk != uploaded(key=key, by="city").pk


def test_upload_key_is_one_persons_once_in_the_database_too(province_scope, uploaded):
    job = uploaded()
    job.pk = uuid4()
    with pytest.raises(IntegrityError, match="job_upload_once"), transaction.atomic():
        job.save(force_insert=True)


def test_upload_of_the_same_form_again_is_the_same_import_whoever_confirmed_it(
    province_scope, uploaded, checked, actor
):
    key = uuid4()
    job = checked(key=key)
    confirm_import(job=job, by=actor("city"))
    assert uploaded(key=key).pk == job.pk
    assert Job.objects.count() == 1


def test_upload_keeps_the_end_of_a_long_name_for_its_extension(province_scope, uploaded):
    job = uploaded(name="名" * 300 + ".csv")
    assert (len(job.filename), job.filename[-4:]) == (200, ".csv")


def test_upload_without_content_has_the_digest_of_nothing(province_scope, uploaded):
    assert uploaded(b"").digest == sm3(b"").hex()


def test_checked_import_waits_with_its_counts_and_rows(province_scope, checked):
    job = checked()
    assert (job.state, job.words, job.done, job.counts) == (State.READY, "", 3, COUNTS)
    assert job.finished_at is None
    assert list(job.rows.order_by("position").values_list("position", "row", "outcome")) == [
        (1, 2, "new"),
        (2, 3, "new"),
        (3, 4, "rejected"),
    ]
    assert set(job.rows.values_list("path", flat=True)) == {job.path}


CONFIRMED_AS_IT_WAS = (State.CONFIRMED, State.DONE)
CANNOT_CONFIRM = {
    State.UPLOADED: "这次导入现在是“正在检查”，不能确认。",
    State.REFUSED: "这次导入现在是“文件不能导入”，不能确认。",
    State.FAILED: "这次导入现在是“出错，已停止”，不能确认。",
    State.CANCELLED: "这次导入现在是“已取消”，不能确认。",
}
CANNOT_CANCEL = {
    State.CONFIRMED: "这次导入现在是“正在导入”，不能取消。",
    State.DONE: "这次导入现在是“已导入”，不能取消。",
    State.REFUSED: "这次导入现在是“文件不能导入”，不能取消。",
    State.FAILED: "这次导入现在是“出错，已停止”，不能取消。",
}


NOT_NOW = [(confirm_import, *case) for case in CANNOT_CONFIRM.items()]
NOT_NOW += [(cancel_import, *case) for case in CANNOT_CANCEL.items()]


@pytest.mark.parametrize(("step", "state", "reason"), NOT_NOW)
def test_step_is_refused_in_other_states(province_scope, checked, actor, step, state, reason):
    job = put(checked(), state)
    with pytest.raises(CannotImport) as refused:
        step(job=job, by=actor("county"))
    assert str(refused.value) == reason
    assert Job.objects.get().state == state
    assert ImportRow.objects.count() == 3
    assert not events("import.confirmed") + events("import.cancelled")


@pytest.mark.parametrize("state", CONFIRMED_AS_IT_WAS)
def test_confirmation_again_changes_nothing(province_scope, checked, actor, state):
    job = put(checked(), state, words="正在写入", attempts=2)
    assert confirm_import(job=job, by=actor("city")).pk == job.pk
    now = Job.objects.get()
    assert (now.state, now.words, now.attempts, now.confirmed_by) == (state, "正在写入", 2, None)
    assert not events("import.confirmed")


def test_confirmation_queues_the_writing_and_says_who_did(province_scope, checked, actor):
    job = put(checked(), State.READY, attempts=4)
    ProcrastinateJob.objects.all()._raw_delete("default")
    by = replace(actor("city"), ip="10.9.9.9")
    confirm_import(job=job, by=by)
    now = Job.objects.get()
    assert (now.state, now.words, now.attempts) == (State.CONFIRMED, "排队等候", 0)
    assert (now.confirmed_by_id, now.confirmed_post_id, now.confirmed_ip) == (
        by.user_id,
        by.post_id,
        "10.9.9.9",
    )
    assert (now.user_id, now.post_id, now.ip) == (job.user_id, job.post_id, None)
    assert queued(job) == 1
    (event,) = events("import.confirmed")
    assert (event.changes, event.actor_name, event.path) == (COUNTS, "演员city", job.path)


@pytest.mark.parametrize(("new", "changed", "taken"), [(0, 0, False), (1, 0, True), (0, 1, True)])
def test_confirmation_needs_something_to_write(province_scope, checked, actor, new, changed, taken):
    job = put(checked(), State.READY, counts={**COUNTS, "new": new, "changed": changed})
    if taken:
        assert confirm_import(job=job, by=actor("county")).state == State.CONFIRMED
        return
    with pytest.raises(CannotImport, match="没有可导入的行：没有新增，也没有更新。"):
        confirm_import(job=job, by=actor("county"))


def test_confirmation_needs_a_person_in_a_post(province_scope, checked):
    with pytest.raises(CannotImport, match="导入须由在岗人员办理。"):
        confirm_import(job=checked(), by=SYSTEM)


def test_written_import_tells_what_was_done_and_forgets_the_rest(province_scope, written):
    job = written()
    assert (job.state, job.words, job.counts) == (State.DONE, "", COUNTS)
    assert job.finished_at is not None
    (event,) = events("member.imported")
    assert event.changes == {**COUNTS, "file": "岗位.csv", "sm3": job.digest, "unit": "鹤城区"}
    assert (event.object_id, event.actor_name) == (str(job.pk), "演员county")
    (row,) = job.rows.all()
    assert (row.outcome, row.data, row.key) == (RowOutcome.REJECTED, {"title": "站长"}, None)
    assert (row.row, row.column, row.reason) == (4, "岗位名称", "没有这样的岗位")


@pytest.mark.parametrize(
    ("grid", "kept"), [([["专干", VILLAGE], ["站长", VILLAGE]], True), ([["专干", VILLAGE]], False)]
)
def test_written_import_keeps_its_file_only_for_rows_to_be_returned(
    province_scope, written, django_capture_on_commit_callbacks, grid, kept
):
    with django_capture_on_commit_callbacks(execute=True):
        job = written([HEADER, *grid])
    assert files.path_of(job.pk).exists() == kept


@pytest.mark.parametrize("state", [State.UPLOADED, State.READY])
def test_cancelling_drops_rows_and_file(
    province_scope, checked, actor, django_capture_on_commit_callbacks, state
):
    job = put(checked(), state)
    with django_capture_on_commit_callbacks(execute=True):
        cancelled = cancel_import(job=job, by=actor("county"))
    assert (cancelled.state, cancelled.words) == (State.CANCELLED, "")
    assert cancelled.finished_at is not None
    assert not ImportRow.objects.exists()
    assert not files.path_of(job.pk).exists()
    (event,) = events("import.cancelled")
    assert (event.object_id, event.changes) == (str(job.pk), {})


def test_cancelling_again_is_told_once(province_scope, checked, actor):
    job = checked()
    for _ in range(2):
        assert cancel_import(job=job, by=actor("county")).state == State.CANCELLED
    assert len(events("import.cancelled")) == 1


def test_cancelling_that_is_undone_keeps_the_file(province_scope, checked, actor):
    job = checked()
    with transaction.atomic():
        cancel_import(job=job, by=actor("county"))
        transaction.set_rollback(True)
    assert files.path_of(job.pk).exists()
    assert ImportRow.objects.filter(job=job).count() == 3


def test_stopping_does_nothing_to_an_import_that_has_moved_on(province_scope, checked):
    job = checked()
    seen_before = Job.objects.get(pk=job.pk)
    seen_before.state = State.UPLOADED
    stop_import(job=seen_before, state=State.FAILED, error="太迟")
    now = Job.objects.get()
    assert (now.state, now.error, now.rows.count()) == (State.READY, "", 3)


def test_stopping_keeps_as_much_of_the_reason_as_there_is_room(province_scope, checked):
    stop_import(job=checked(), state=State.REFUSED, error="长" * 1500)
    now = Job.objects.get()
    assert (now.state, now.error, now.rows.count()) == (State.REFUSED, "长" * 1000, 0)
    assert now.finished_at is not None


STEPS = {
    "upload": lambda job, by: upload_import(
        importer=importer_of(job.kind), unit=job.unit, filename="b.csv", pieces=[b"x"], key=uuid4(), by=by
    ),
    "confirm": lambda job, by: confirm_import(job=job, by=by),
    "cancel": lambda job, by: cancel_import(job=job, by=by),
}


@pytest.mark.parametrize("step", STEPS)
def test_step_without_its_audit_event_has_not_happened(province_scope, checked, actor, monkeypatch, step):
    job, by = checked(), actor("county")
    monkeypatch.setattr(auditing, "mac_of", lambda event: None)
    with pytest.raises(DatabaseError, match="mac"):
        STEPS[step](job, by)
    assert list(Job.objects.values_list("state", flat=True)) == [State.READY]
    assert (ImportRow.objects.count(), queued(job)) == (3, 1)


def test_job_of_a_foreign_unit_is_refused_by_the_database(province_scope, uploaded):
    job = uploaded()
    job.pk, job.key = uuid4(), uuid4()
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        scoped(Unit.objects.get(code=SIBLING).path),
    ):
        job.save(force_insert=True)


def test_staged_row_has_its_place_once(province_scope, checked):
    row = checked().rows.get(position=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportRow.objects.create(
            job=row.job, position=1, path=row.path, sheet="", row=9, outcome="new", column="", reason=""
        )


def test_inbox_is_kept_out_of_the_write_ahead_log(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'imports_importinbox'")
        assert cursor.fetchone() == ("u",)


def test_checking_again_what_is_ready_does_nothing(province_scope, checked):
    job = checked()
    before = list(job.rows.order_by("position").values())
    assert again(job).state == State.READY
    assert list(job.rows.order_by("position").values()) == before
