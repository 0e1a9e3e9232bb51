"""`fpa audit`: what it prints and with which code it ends."""

import json
import re
import shutil
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from fpa.access.models import UnknownName
from fpa.audit import chain
from fpa.audit.tests.log import begin_log, head_lines, owner, seal_now, write_events, write_head_lines
from fpa.system.tasks import daily_upkeep


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


def verify_with(*heads):
    """How `fpa audit verify --head …` ends."""
    try:
        call_command("audit", "verify", *[word for head in heads for word in ("--head", head)])
    except SystemExit as stop:
        return stop.code
    return 0


@pytest.fixture
def kept(committed_db, capsys):
    """A head that somebody wrote down when three events were sealed."""
    write_events(3)
    seal_now()
    call_command("audit", "head")
    return capsys.readouterr().out.strip()


def cut_database_and_file():
    """What the owner of the machine can do: the log looks as if its last two events had never been."""
    with owner() as them:
        last = "SELECT event_id FROM audit_leaf WHERE position >= 3"
        them.execute(f"DELETE FROM audit_event WHERE id IN ({last})")
        them.execute("DELETE FROM audit_leaf WHERE position >= 3")
        them.execute("DELETE FROM audit_treehead WHERE size > 3")
    write_head_lines(head_lines()[:1])
    shutil.rmtree(chain.folder())


def test_audit_command_holds_the_log_against_a_head_that_was_kept_elsewhere(kept, capsys):
    assert re.fullmatch(r"3:[0-9a-f]{64}", kept)
    assert verify_with(kept) == 0
    write_events(2)
    seal_now()
    assert verify_with(kept, kept.upper()) == 0
    assert "核对无误" in capsys.readouterr().out


def test_audit_command_finds_database_and_file_cut_together(kept, capsys):
    write_events(2)
    seal_now()
    call_command("audit", "head")
    later = capsys.readouterr().out.strip()
    cut_database_and_file()
    assert verify_with() == verify_with(kept) == 0
    capsys.readouterr()
    assert verify_with(later) == 1
    assert "另存的树头有 5 条，日志只有 3 条：末尾被截断" in capsys.readouterr().out


def test_audit_command_finds_a_log_that_was_written_anew(kept, capsys):
    write_head_lines([])
    with owner() as them:
        them.execute("TRUNCATE audit_event, audit_leaf, audit_treehead, audit_unsealed")
    begin_log()
    write_events(4)
    seal_now()
    assert verify_with() == 0
    assert verify_with(kept) == 1
    assert "日志第 3 条处的根与另存的不同" in capsys.readouterr().out


def test_audit_command_reads_heads_from_files(kept, tmp_path):
    for n, content in enumerate([f"2026-11-27 {kept} 值班：张\n", head_lines()[0].decode()]):
        (tmp_path / str(n)).write_text(content)
        assert verify_with(str(tmp_path / str(n))) == 0
    (tmp_path / "false").write_text(f"{kept}\n3:{'ab' * 32}\n")
    assert verify_with(str(tmp_path / "false")) == 1


@pytest.mark.parametrize("given", ["3", "3:abc", "/no/such/file", "/", "x" * 5000, "\0"])
def test_audit_command_says_how_a_head_is_written(kept, given):
    with pytest.raises(CommandError, match="条数:根") as stop:
        verify_with(given)
    assert stop.value.returncode == 2


def test_audit_head_of_an_empty_log_is_contained_in_every_log(committed_db, capsys):
    call_command("audit", "head")
    empty = capsys.readouterr().out.strip()
    assert empty.startswith("0:")
    write_events(1)
    seal_now()
    assert verify_with(empty) == 0


def test_daily_upkeep_prints_the_head_and_forgets_what_counts_no_more(kept, caplog):
    UnknownName.objects.create(index="?x", failed_at=timezone.now() - timedelta(days=2))
    daily_upkeep(timestamp=0)
    assert f"审计树头 {kept}" in caplog.text
    assert not UnknownName.objects.exists()
