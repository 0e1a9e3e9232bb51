"""Imports beside each other and beside the pages: one effect, and counts that say what was done."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.core.tests.sheets_factory import make_csv
from fpa.imports import runner
from fpa.imports.actions import CannotImport, confirm_import, upload_import
from fpa.imports.importer import importer_of
from fpa.imports.models import ImportInbox, ImportRow, Job, RowOutcome, State
from fpa.membership.actions import join_member, leave_member, rejoin_member, transfer_member
from fpa.membership.models import LeaveReason, Member
from fpa.membership.tests.rosters import HEADER, number, person
from fpa.people.models import Person
from tests.cast import COUNTY, SIBLING, cast_unit

ROWS = [HEADER, person(1), person(2), person(3, id=None)]


@pytest.fixture
def uploaded(tmp_path):
    """Upload rows as the county; gives the job."""

    def send(rows=ROWS, key=None):
        file = make_csv(tmp_path / "名册.csv", rows)
        with whole_province():
            return upload_import(
                importer=importer_of("members"),
                unit=Unit.objects.get(code=COUNTY),
                filename=file.name,
                pieces=[file.read_bytes()],
                key=key or uuid4(),
                by=actor_for("county"),
            )

    return send


def in_parallel(*deeds):
    """Do all at the same moment, each in a thread with its own connection; gives results or errors in order."""
    start = Barrier(len(deeds))

    def do(deed):
        start.wait()
        try:
            return deed()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return [future.result() for future in [pool.submit(do, deed) for deed in deeds]]


def confirm(job):
    with whole_province():
        return confirm_import(job=job, by=actor_for("county"))


def test_import_races_confirmed_and_run_in_parallel_once(committed_db, uploaded):
    job = uploaded()
    in_parallel(*[lambda: runner.run_import(job.pk)] * 3)
    in_parallel(*[lambda: confirm(job)] * 4)
    in_parallel(*[lambda: runner.run_import(job.pk)] * 3)
    with whole_province():
        assert Member.objects.count() == 2
        assert Event.objects.filter(verb="import.confirmed").count() == 1
        assert Event.objects.filter(verb="member.imported").count() == 1
        assert not ImportInbox.objects.exists()


def test_import_races_uploaded_in_parallel_is_one(committed_db, uploaded):
    key = uuid4()
    jobs = in_parallel(*[lambda: uploaded(key=key)] * 4)
    assert len({job.pk for job in jobs}) == 1


def test_import_races_two_files_with_the_same_people(committed_db, uploaded):
    jobs = [uploaded(), uploaded([HEADER, person(2), person(1)])]
    for job in jobs:
        runner.run_import(job.pk)
        confirm(job)
    in_parallel(*[lambda job=job: runner.run_import(job.pk) for job in jobs])
    with whole_province():
        assert Member.objects.count() == 2
        counts = [Job.objects.get(pk=job.pk).counts for job in jobs]
    assert sum(count["new"] for count in counts) == 2
    assert sum(count["rejected"] for count in counts) == 3


def ready(job):
    runner.run_import(job.pk)
    assert Job.objects.get(pk=job.pk).state == State.READY


def test_import_races_someone_joined_meanwhile(province_scope, uploaded, actor, unit_of):
    job = uploaded()
    ready(job)
    join_member(
        unit=unit_of("village"), name="张三", id_number=number(1), phone="", kind="ordinary",
        joined_on=date(2020, 1, 1), by=actor("county"),
    )  # fmt: skip
    confirm(job)
    runner.run_import(job.pk)
    job.refresh_from_db()
    assert (job.counts["new"], job.counts["rejected"]) == (1, 2)
    assert "检查之后" in ImportRow.objects.get(job=job, position=1).reason
    assert Member.objects.count() == 2


def test_import_races_someone_moved_meanwhile(province_scope, uploaded, actor):
    first = uploaded()
    ready(first)
    confirm(first)
    runner.run_import(first.pk)
    job = uploaded([HEADER, person(1, name="张小三"), person(2, phone="13900000002")])
    ready(job)
    one, other = Member.objects.order_by("person__birth_date", "id")
    transfer_member(
        member=one,
        to_unit=Unit.objects.get(code="431202001002"),
        on=date.today(),
        reason="迁居",
        by=actor("county"),
    )
    leave_member(member=other, reason=LeaveReason.REQUEST, on=date.today(), by=actor("county"))
    confirm(job)
    runner.run_import(job.pk)
    job.refresh_from_db()
    assert (job.counts["changed"], job.counts["rejected"]) == (0, 2)
    assert set(Person.objects.values_list("name", flat=True)) == {"张三"}


def test_import_races_someone_left_and_came_back_meanwhile(province_scope, uploaded, actor):
    first = uploaded([[*HEADER, "入会日期"], [*person(1), "2020-01-01"]])
    ready(first)
    confirm(first)
    runner.run_import(first.pk)
    job = uploaded([[*HEADER, "入会日期", "会员类别"], [*person(1), "2020-01-01", "骨干会员"]])
    ready(job)
    member = leave_member(
        member=Member.objects.get(), reason=LeaveReason.REQUEST, on=date(2024, 1, 1), by=actor("county")
    )
    rejoin_member(member=member, unit=member.unit, joined_on=date(2025, 1, 1), by=actor("county"))
    confirm(job)
    runner.run_import(job.pk)
    job.refresh_from_db()
    assert (job.counts["changed"], job.counts["rejected"]) == (0, 1)
    assert Member.objects.get(left_on=None).joined_on == date(2025, 1, 1)


def test_import_races_right_lost_before_writing(province_scope, uploaded):
    job = uploaded()
    ready(job)
    confirm(job)
    job.refresh_from_db()
    job.post.role = "auditor"
    job.post.save()
    runner.run_import(job.pk)
    job.refresh_from_db()
    assert (job.state, "没有导入权限" in job.error) == (State.FAILED, True)
    assert not Member.objects.exists()


def test_import_races_cancelled_while_it_is_checked(province_scope, uploaded, monkeypatch):
    job = uploaded()
    stage = runner.check_import.__globals__["stage"]

    def stage_and_cancel(*args):
        stage(*args)
        Job.objects.filter(pk=job.pk).update(state=State.CANCELLED)

    monkeypatch.setitem(runner.check_import.__globals__, "stage", stage_and_cancel)
    runner.run_import(job.pk)
    assert not ImportRow.objects.exists()


def test_import_races_a_job_that_kills_its_worker_ends(province_scope, uploaded, monkeypatch):
    job = uploaded()
    monkeypatch.setattr("fpa.pages.progress.Progress.begin", lambda self: runner.MAX_STARTS + 1)
    runner.run_import(job.pk)
    job.refresh_from_db()
    assert (job.state, "中断" in job.error) == (State.FAILED, True)


def test_import_races_lost_database_leaves_the_job_waiting(province_scope, uploaded, monkeypatch):
    job = uploaded()

    def lost(*args):
        raise OperationalError("the server closed the connection")

    monkeypatch.setitem(runner.check_import.__globals__, "stage", lost)
    with pytest.raises(OperationalError):
        runner.run_import(job.pk)
    job.refresh_from_db()
    assert job.is_waiting


def test_import_races_nothing_to_write_is_not_confirmed(province_scope, uploaded):
    job = uploaded([HEADER, person(1, id=None)])
    ready(job)
    with pytest.raises(CannotImport, match="没有可导入"):
        confirm(job)


def test_import_scope_of_job_and_staged_rows(province_scope, uploaded):
    job = uploaded()
    ready(job)
    rows = len(ROWS) - 1
    for code, count in ((COUNTY, rows), (SIBLING, 0)):
        with scoped(Unit.objects.get(code=code).path):
            assert (Job.objects.count(), ImportRow.objects.count()) == (int(count > 0), count)
    with scoped(cast_unit("township").path):
        assert (Job.objects.count(), ImportRow.objects.count()) == (0, 0)


def test_import_scope_refuses_staged_rows_for_another_unit(province_scope, uploaded):
    job = uploaded()
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        scoped(Unit.objects.get(code=SIBLING).path),
    ):
        ImportRow.objects.create(
            job=job, position=1, path=job.path, sheet="", row=1, outcome=RowOutcome.NEW, column="", reason=""
        )
