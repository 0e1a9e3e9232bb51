"""`fpa audit`: what it prints and with which code it ends."""

import json

import pytest
from django.core.management import CommandError, call_command

from fpa.audit.tests.log import owner, seal_now, write_events


def test_audit_command_seals_and_verifies(committed_db, capsys):
    write_events(3)
    call_command("audit", "verify")
    call_command("audit", "seal")
    call_command("audit", "verify")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "事件 3 条，已封存 0 条，等待封存 3 条。"
    assert lines[2:] == ["已封存 3 条事件。", "事件 3 条，已封存 3 条，等待封存 0 条。", "核对无误。"]


def test_audit_command_ends_with_1_and_names_the_event(committed_db, capsys):
    event = write_events(1)[0]
    seal_now()
    with owner() as them:
        them.execute("UPDATE audit_event SET reason = 'x'")
    with pytest.raises(SystemExit) as stop:
        call_command("audit", "verify")
    assert stop.value.code == 1
    assert f"被改动　{event.id}　内容与封存时不同" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("audit", "verify", "--format", "json")
    verdict = json.loads(capsys.readouterr().out)
    assert verdict["problems"] == [
        {"kind": "edited", "event_id": str(event.id), "detail": "内容与封存时不同"}
    ]


def test_audit_command_ends_with_2_where_it_must_not_seal(committed_db):
    write_events(1)
    seal_now()
    with owner() as them:
        them.execute("DELETE FROM audit_treehead")
    with pytest.raises(CommandError, match="暂停封存") as stop:
        call_command("audit", "seal")
    assert stop.value.returncode == 2
