"""Exports in the background: asked for, written by the worker, downloaded by one person, expired, killed."""

import os
import signal
import subprocess
import sys
import time
from datetime import date, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone
from python_calamine import CalamineWorkbook

from fpa.access.models import Appointment, Post
from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.core.crypto import sm3
from fpa.core.lists import export as core_export
from fpa.membership.models import Member
from fpa.pages import actions, export_files
from fpa.pages.actions import CannotExport
from fpa.pages.declared_lists import declared_lists, list_at
from fpa.pages.export_retention import purge_exports
from fpa.pages.export_runner import run_export, waiting_exports
from fpa.pages.models import ListExport
from fpa.people.tests.people import make_member
from tests.cast import cast_unit
from tests.journeys.server import environment
from tests.waiting import wait_for

MEMBERS = "/members/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.EXPORT_DIR = tmp_path / "exports"
    return settings.EXPORT_DIR


@pytest.fixture
def members(db, unit_of, sibling_village):
    """Three members at the cast's village, one at the sibling's, out of the county's sight."""
    with whole_province():
        for name in ("张晓梅", "王伟", "=1+1"):
            make_member(unit_of("village"), name)
        make_member(sibling_village, "外县人")


def ask(name: str, address: str = MEMBERS, way: Any = "xlsx", key: Any = None) -> ListExport:
    by = actor_for(name)
    with scoped(by.path):
        return actions.request_export(address=address, way=way, key=key or uuid4(), by=by)


def written(export: ListExport) -> ListExport:
    run_export(export.pk)
    with whole_province():
        return ListExport.objects.get(pk=export.pk)


def lines_of(export: ListExport) -> list[list[Any]]:
    book = CalamineWorkbook.from_path(str(export_files.path_of(export.pk)))
    return book.get_sheet_by_index(0).to_python()


def verbs() -> list[str]:
    with whole_province():
        return list(Event.objects.order_by("at").values_list("verb", flat=True))


def test_export_holds_what_the_list_shows_in_the_askers_scope(members):
    export = written(ask("county", f"{MEMBERS}?columns=name&columns=unit"))
    assert (export.state, export.total, export.done) == ("done", 3, 3)
    title, _, moment, head, *rows, made = lines_of(export)
    assert (title[0], head) == ("会员", ["姓名", "单位"])
    assert [row[0] for row in rows] == ["张*", "王*", "=*"]
    assert moment[0].startswith("截至时间：")
    assert "鹤城区计生协 演员county" in made[0]


def test_export_leaves_an_event_with_rows_and_digest(members):
    export = written(ask("county"))
    content = export_files.path_of(export.pk).read_bytes()
    assert export.digest == sm3(content).hex()
    assert export.size == len(content)
    with whole_province():
        event = Event.objects.get(verb="list.exported")
    assert (event.changes["rows"], event.changes["sm3"]) == (3, export.digest)
    assert event.actor_name == "演员county"


def test_export_follows_the_lists_filters(members):
    assert written(ask("county", f"{MEMBERS}?name=王")).total == 1


def test_export_as_csv_says_who_exported_it_after_the_rows(members):
    export = written(ask("county", f"{MEMBERS}?columns=name&name=张", "csv"))
    lines = export_files.path_of(export.pk).read_bytes().decode("utf-8-sig").splitlines()
    assert lines[:2] == ["姓名", "张*"]
    assert lines[2] == "筛选条件：姓名或拼音首字母：张"
    assert "鹤城区计生协 演员county" in lines[-1]


def test_export_beyond_a_sheet_becomes_csv(members, monkeypatch):
    monkeypatch.setattr("fpa.pages.export_runner.MAX_ROWS", 2)
    export = written(ask("county"))
    assert (export.format, export.total) == ("csv", 3)


def test_export_file_is_the_platforms_alone(members, folder):
    export = written(ask("county"))
    assert os.stat(export_files.path_of(export.pk)).st_mode & 0o777 == 0o600
    assert os.stat(folder).st_mode & 0o777 == 0o700
    assert [path.name for path in folder.iterdir()] == [str(export.pk)]


def test_export_asked_for_twice_with_one_key_is_one(members):
    key = uuid4()
    assert ask("county", key=key).pk == ask("county", key=key).pk
    assert verbs().count("export.requested") == 1


def test_export_run_twice_is_written_once(members):
    export = written(ask("county"))
    assert written(export).finished_at == export.finished_at
    assert verbs().count("list.exported") == 1


@pytest.mark.parametrize(
    ("name", "address", "why"),
    [
        ("auditor", MEMBERS, "权限"),
        ("county", "/units/", "没有找到要导出的列表"),
        ("county", "/nothing/", "没有找到要导出的列表"),
        ("county", "//evil.example/members/", "没有找到要导出的列表"),
        ("county", "/collections/1/units/", "没有找到"),
        ("county", f"{MEMBERS}?age_min=x", "筛选条件有误"),
        ("county", f"{MEMBERS}?name={'x' * 9000}", "太长"),
    ],
)
def test_export_of_what_may_not_be_exported_is_refused(members, name, address, why):
    with pytest.raises(CannotExport, match=why):
        ask(name, address)


def test_export_queue_of_one_person_is_bounded(members):
    for _ in range(actions.MOST_WAITING):
        ask("county")
    with pytest.raises(CannotExport, match="排队"):
        ask("county")
    ask("city")


def test_export_of_a_post_that_ended_meanwhile_is_not_written(members):
    export = ask("county")
    with whole_province():
        Appointment.objects.filter(user__username="county").update(valid_to=date(2024, 1, 1))
    stopped = written(export)
    assert stopped.state == "failed"
    assert "不在原岗位" in stopped.error
    assert not export_files.path_of(export.pk).exists()


def test_export_of_a_post_whose_right_went_meanwhile_is_not_written(members):
    export = ask("county")
    with whole_province():
        Post.objects.filter(pk=export.post_id).update(role="auditor")
    stopped = written(export)
    assert (stopped.state, export_files.path_of(export.pk).exists()) == ("failed", False)


def test_export_that_breaks_says_its_number_and_leaves_no_file(members, monkeypatch, folder):
    monkeypatch.setattr("fpa.pages.export_runner.write_list", lambda *a, **b: 1 / 0)
    stopped = written(ask("county"))
    assert stopped.state == "failed"
    assert "编号" in stopped.error
    assert list(folder.iterdir()) == []


def test_export_that_keeps_killing_its_worker_is_given_up(members, monkeypatch):
    monkeypatch.setattr("fpa.pages.progress.Progress.begin", lambda self: 6)
    assert "被中断" in written(ask("county")).error


# Download


def test_download_is_the_askers_alone(members, client_as):
    export = written(ask("county"))
    url = f"/exports/{export.pk}/file/"
    answer = client_as("county").get(url)
    assert b"".join(answer)[:2] == b"PK"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''%E4%BC%9A%E5%91%98_")
    assert {name: client_as(name).get(url).status_code for name in ("city", "township", "sibling")} == {
        "city": 404,
        "township": 404,
        "sibling": 404,
    }
    assert verbs().count("export.downloaded") == 1


def test_download_checks_the_right_again(members, client_as):
    export = written(ask("county"))
    with whole_province():
        Post.objects.filter(pk=export.post_id).update(role="auditor")
    assert client_as("county").get(f"/exports/{export.pk}/file/").status_code == 403
    assert "export.downloaded" not in verbs()


def test_download_after_the_last_day_is_refused_and_the_file_goes(members, client_as):
    export = written(ask("county"))
    with whole_province():
        ListExport.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    answer = client_as("county").get(f"/exports/{export.pk}/file/")
    assert answer.status_code == 403
    assert "过期" in answer.content.decode()


def test_purge_deletes_what_is_over_and_keeps_the_rest(
    members, folder, django_capture_on_commit_callbacks, settings
):
    old, new = written(ask("county")), written(ask("county"))
    stray = folder / "stray.part"
    stray.write_text("x")
    long_ago = time.time() - (settings.EXPORT_DAYS + 1) * 86400
    os.utime(stray, (long_ago, long_ago))
    with whole_province(), django_capture_on_commit_callbacks(execute=True):
        ListExport.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(minutes=1))
        purge_exports()
    with whole_province():
        states = {e.pk: e.state for e in ListExport.objects.all()}
    assert states == {old.pk: "expired", new.pk: "done"}
    assert [path.name for path in folder.iterdir()] == [str(new.pk)]
    assert verbs().count("export.expired") == 1


# Pages


def test_long_list_leads_to_the_background(members, client_as, monkeypatch):
    monkeypatch.setitem(core_export.LIMITS, "导出", 2)
    client = client_as("county")
    answer = client.get(f"{MEMBERS}?columns=name&page=2&export=csv", follow=True)
    assert "后台导出：会员" in answer.content.decode()
    form = answer.context["form"]
    sent = {name: form[name].value() for name in ("list", "format", "key")}
    assert sent["list"] == f"{MEMBERS}?columns=name&page=2"
    assert sent["format"] == "csv"
    page = client.post("/exports/new/", sent, follow=True)
    assert "可以离开这个页面" in page.content.decode()
    (export_id,) = waiting_exports()
    assert page.redirect_chain[-1][0] == f"/exports/{export_id}/"
    run_export(export_id)
    assert client.get(f"/exports/{export_id}/progress/")["HX-Refresh"] == "true"
    assert "只有您本人可以下载" in client.get(f"/exports/{export_id}/").content.decode()
    assert f"/exports/{export_id}/" in client.get("/exports/").content.decode()
    assert f"/exports/{export_id}/" not in client_as("city").get("/exports/").content.decode()


def test_short_list_comes_at_once_as_csv_too(members, client_as):
    answer = client_as("county").get(f"{MEMBERS}?columns=name&export=csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.decode("utf-8-sig").splitlines()[:2] == ["姓名", "张*"]


def test_list_of_exports_asks_no_more_for_many_than_for_one(members, queries_of):
    ask("county")
    one = queries_of("county", "/exports/")
    for _ in range(2):
        ask("county")
    assert queries_of("county", "/exports/") == one


def test_every_declared_list_stands_at_its_address(members, actor):
    by = actor("county")
    for declared in declared_lists().values():
        if declared.opens is None and by.may(declared.export_right):
            with scoped(by.path):
                assert declared.rows
    assert {"member_list", "staff_list", "case_list", "thread_list", "collection_list"} <= set(
        declared_lists()
    )
    with scoped(by.path):
        here, listing = list_at(MEMBERS, by)
        assert (here.key, listing.rows.count()) == ("member_list", 3)


# A worker that is killed


@pytest.fixture
def many(committed_db):
    """So many members that an export of them takes a while; written by one statement."""
    with whole_province(), connection.cursor() as cursor:
        first = make_member(cast_unit("village"))
        cursor.execute(
            "INSERT INTO membership_member (person_id, name, initials, unit_id, path, kind, joined_on, left_on,"
            " left_reason) SELECT person_id, name, initials, unit_id, path, kind, joined_on, joined_on, 'mistake'"
            " FROM membership_member, generate_series(1, 30000) WHERE id = %s",
            [first.pk],
        )
        assert Member.objects.count() == 30_001
    return committed_db


def test_export_worker_killed_in_the_middle_begins_again(many, folder):
    export = ask("county")
    known = environment(many) | {"FPA_EXPORTS": str(django_settings.EXPORT_DIR)}
    command = [sys.executable, "-m", "fpa", "worker"]

    def seen() -> ListExport:
        with whole_province():
            return ListExport.objects.get(pk=export.pk)

    process = subprocess.Popen(command, env=known)
    wait_for(lambda: seen().done > 0, 60)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert seen().state == "waiting"
    assert not export_files.path_of(export.pk).exists()
    assert subprocess.run([*command, "--once"], env=known, check=True).returncode == 0
    assert (seen().state, seen().total, seen().attempts) == ("done", 30_001, 2)
    assert len(CalamineWorkbook.from_filelike(BytesIO(export_files.path_of(export.pk).read_bytes()))
               .get_sheet_by_index(0).to_python()) == 30_001 + 5  # fmt: skip
