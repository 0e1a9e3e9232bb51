"""Files that stand with a record: kept with their event, offered by title to who sees the record."""

from datetime import date

import pytest

from fpa.audit.models import Event
from fpa.files.inspection import inspect
from fpa.files.record_files import add_file_page, files_panel, keep_record_file
from fpa.files.tests.samples import PDF
from fpa.registers.models import Entry
from fpa.training.models import Material, Session
from fpa.training.queries import SESSIONS

DAY = date(2023, 5, 12)


def trial(**_):
    """An action that does nothing."""


@pytest.fixture
def kept(province_scope, unit_of, actor, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    task, unit = Entry.objects.get(code="publicity"), unit_of("county")
    held = {"title": "班", "level": 3, "place": "党校", "starts_on": DAY, "ends_on": DAY, "hours": 8}
    session = Session.objects.create(unit=unit, task=task, **held)
    row, upload = Material(unit=unit, session=session, title="通知"), inspect("通知.pdf", PDF)
    return keep_record_file(
        row, "material.added", upload=upload, permission="training.view", by=actor("county")
    )


def test_kept_file_asks_the_right_of_its_record_and_tells_its_digest(kept):
    assert (kept.attachment.permission, kept.attachment.path) == ("training.view", kept.path)
    assert Event.objects.get(verb="material.added").changes == {
        "session": "班",
        "sm3": kept.attachment.digest,
    }


def test_panel_leads_from_titles_to_files(kept):
    panel = files_panel("培训材料", Material.objects.select_related("attachment"))
    ((title, name),) = panel.context["rows"]
    assert title == {"label": "材料", "words": "通知", "url": kept.attachment.get_absolute_url()}
    assert name["words"] == "通知.pdf"
    assert files_panel("培训材料", []).context["empty"] == "还没有上传培训材料。"


def test_page_is_called_by_what_its_files_are():
    page = add_file_page(trial, "training.edit", SESSIONS, "培训材料")
    assert (page.title, page.submit, page.label) == ("上传培训材料", "上传", "上传材料")
