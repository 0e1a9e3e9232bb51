"""系统管理: the audit as the auditor reads it."""

import json
import re
from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone

from fpa.access.models import Appointment, Post, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.audit.models import Event
from fpa.audit.record import mac_of, record
from fpa.audit.tests.log import owner, seal_now
from tests.cast import cast_unit


def text(response):
    assert response.status_code == 200
    return response.content.decode()


def rows(page):
    return re.findall(r'href="/events/[0-9a-f-]{36}/"[^>]*>([^<]+)<', page)


@pytest.fixture
def events(province_scope, actor):
    """A rename in the county, a lock in the sibling county, and something nobody has named."""
    county, sibling = cast_unit("county"), cast_unit("sibling")
    changes = {"name": ["旧名", "新名"], "valid_from": [None, "2026-05-01"]}
    renamed = record("unit.renamed", county, by=actor("city"), changes=changes, reason="区划调整")
    locked = record(
        "user.locked",
        User.objects.get(username="sibling"),
        by=actor("sibling"),
        changes={"is_active": [True, False]},
    )
    unknown = record("thing.turned", sibling, by=actor("sibling"))
    return renamed, locked, unknown


def test_event_list_speaks_plain_chinese_and_falls_back_to_the_verb(events, client_as):
    page = text(client_as("auditor").get("/events/"))
    assert rows(page) == ["thing.turned", "停用账号", "单位更名"]
    assert "区划调整" in page


def test_event_list_filters(events, client_as):
    client = client_as("auditor")
    day = f"{timezone.localdate():%Y-%m-%d}"
    tomorrow = f"{timezone.localdate() + timedelta(days=1):%Y-%m-%d}"
    cases = {
        "verb=unit.renamed": ["单位更名"],
        "actor_name=演员sibling": ["thing.turned", "停用账号"],
        "path=431202000000": ["单位更名"],
        "path=431221000000": ["thing.turned", "停用账号"],
        f"at_after={day}&at_before={day}": ["thing.turned", "停用账号", "单位更名"],
        f"at_after={tomorrow}": [],
        f"at_before={timezone.localdate() - timedelta(days=1):%Y-%m-%d}": [],
        "object_type=access.user": ["停用账号"],
        f"object_name={cast_unit('county').name}": ["单位更名"],
    }
    for query, wanted in cases.items():
        assert rows(text(client.get(f"/events/?{query}"))) == wanted, query


def test_event_list_filter_by_unit_and_time_reads_an_index(events):
    """Of both, the planner takes the one or the other by what it knows of the rows; by the unit there is one."""
    of_unit = Event.objects.filter(path__gte="/12/02/", path__lt="/12/020").order_by()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    assert "event_path_at" in of_unit.explain()
    plan = of_unit.filter(at__gte=timezone.now() - timedelta(days=1)).explain()
    assert "event_path_at" in plan or "event_at" in plan


def test_event_list_export_is_itself_recorded(events, client_as):
    response = client_as("auditor").get("/events/?export=xlsx&verb=unit.renamed")
    book = ZipFile(BytesIO(response.content))
    strings = "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    assert "单位更名" in strings
    assert "停用账号" not in strings
    with whole_province():
        export = Event.objects.get(verb="list.exported")
    assert export.changes == {"list": "审计日志", "rows": 1}


def test_event_detail_shows_every_field_and_what_changed(events, client_as):
    page = text(client_as("auditor").get(f"/events/{events[0].pk}/"))
    for words in (
        "旧名",
        "新名",
        "区划调整",
        "演员city",
        "单位",
        "unit.renamed",
        "2026年5月1日",
        "名称",
        str(events[0].pk),
    ):
        assert words in page
    assert "等待封存" in page


@pytest.mark.parametrize("address", ["/events/", "/events/seal/", "/events/{}/"])
@pytest.mark.parametrize("name", ["province", "county", "administrator"])
def test_audit_is_the_auditors_alone(events, client_as, address, name):
    assert client_as(name).get(address.format(events[0].pk)).status_code == 403


def test_event_outside_the_scope_does_not_exist(events, client_as, actor):
    """An auditor of a county sees the county's events only."""
    county = cast_unit("county")
    user = User.objects.create(username="countyauditor", name="县审计员")
    post = Post.objects.create(unit=county, title="审计员", role="auditor")
    Appointment.objects.create(unit=county, post=post, user=user, valid_from=date(2020, 1, 1))
    client = Client()
    client.force_login(user)
    assert rows(text(client.get("/events/"))) == ["单位更名"]
    assert client.get(f"/events/{events[1].pk}/").status_code == 404
    assert client.get(f"/events/{events[0].pk}/").status_code == 200


@pytest.fixture
def sealed(committed_db):
    event = rename("county")
    rename("city")
    seal_now()
    return event


def rename(name):
    with whole_province():
        return record("unit.renamed", cast_unit(name), by=actor_for("city"))


def auditor():
    client = Client()
    client.force_login(User.objects.get(username="auditor"))
    return client


def test_event_detail_verifies_the_proof(sealed):
    page = text(auditor().get(f"/events/{sealed.pk}/"))
    assert "第 0 位" in page
    assert "已验证：公布的根包含这条事件" in page
    with owner() as them:
        them.execute("UPDATE audit_event SET reason = '改过' WHERE id = %s", [sealed.pk])
    page = text(auditor().get(f"/events/{sealed.pk}/"))
    assert "验证不通过" in page
    assert "不符，内容被改动" in page


def test_seal_status_shows_head_waiting_and_published_root(sealed):
    rename("county")
    page = text(auditor().get("/events/seal/"))
    assert re.search(r"等待封存</dt>\s*<dd>1 条", page)
    assert re.search(r"已封存</dt>\s*<dd>2 条", page)
    assert "一致" in page
    assert len(set(re.findall(r"\b[0-9a-f]{64}\b", page))) == 1
    settings.TREE_HEAD_FILE.write_bytes(
        settings.TREE_HEAD_FILE.read_bytes().replace(b'"root": "', b'"root": "0')[:-1]
    )
    assert "还没有公布过" in text(auditor().get("/events/seal/"))


def test_seal_status_tells_a_file_that_is_a_moment_behind_from_one_that_differs(sealed):
    rename("county")
    seal_now()
    lines = settings.TREE_HEAD_FILE.read_bytes().splitlines(keepends=True)
    settings.TREE_HEAD_FILE.write_bytes(b"".join(lines[:-1]))
    page = text(auditor().get("/events/seal/"))
    assert "不一致" not in page
    assert "最新封存的 1 条正在写入文件" in page
    last = json.loads(lines[-1])
    other = {**last, "root": last["root"][::-1]}
    settings.TREE_HEAD_FILE.write_bytes(b"".join(lines[:-1]) + json.dumps(other).encode() + b"\n")
    assert "不一致" in text(auditor().get("/events/seal/"))


def test_seal_status_tells_of_lines_that_nobody_can_read(sealed):
    with settings.TREE_HEAD_FILE.open("ab") as file:
        file.write(b"null\n")
    page = text(auditor().get("/events/seal/"))
    assert "文件末尾有无法读取的行" in page
    assert "还没有公布过" not in page


def test_seal_status_of_an_empty_log(client_as, tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "TREE_HEAD_FILE", tmp_path / "heads.jsonl")
    assert "还没有封存过" in text(client_as("auditor").get("/events/seal/"))


def test_event_with_a_code_of_its_own_is_genuine(events):
    assert all(bytes(e.mac) == mac_of(e) for e in Event.objects.all())
