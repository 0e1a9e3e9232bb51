"""Words of a job whose row somebody else holds: they are left out, the work goes on or begins later."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
import pytest

from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.audit.tests.log import owner
from fpa.core.limits import ran_out_of_time
from fpa.pages import actions, progress
from fpa.pages.models import ListExport


@pytest.fixture
def export(committed_db, settings, tmp_path, monkeypatch):
    """An export that waits, and a short patience."""
    settings.EXPORT_DIR = tmp_path / "exports"
    monkeypatch.setattr(progress, "WAIT_SECONDS", 0.3)
    by = actor_for("county")
    with scoped(by.path):
        return actions.request_export(address="/members/", way="xlsx", key=uuid4(), by=by)


@contextmanager
def held_by_another(export: ListExport) -> Iterator[None]:
    """Somebody else holds the row."""
    with owner() as them, them.transaction():
        them.execute("LOCK TABLE pages_listexport IN SHARE MODE")
        yield


def test_words_that_cannot_be_put_do_not_stop_the_work(export, caplog):
    with whole_province(), progress.Progress(export) as told:
        with held_by_another(export):
            told.say("正在写入", 3, now=True)
        assert "进度没有写上" in caplog.text
        told.said_at = 0
        told.say("正在写入", 4)
    with whole_province():
        assert ListExport.objects.get(pk=export.pk).done == 4


def test_work_whose_start_cannot_be_counted_begins_later_and_blames_no_file(export):
    with whole_province(), progress.Progress(export) as told:
        with held_by_another(export), pytest.raises(psycopg.OperationalError) as error:
            told.begin()
        assert not ran_out_of_time(error.value)
        assert told.begin() == 1
