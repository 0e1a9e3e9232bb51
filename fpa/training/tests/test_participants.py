"""Who took part: one by one, pasted, imported; each once a session and unit."""

import pytest

from fpa.core.tests.sheets_factory import make_csv
from fpa.imports.actions import CannotImport
from fpa.imports.import_file import import_file
from fpa.imports.importer import importer_of
from fpa.training.actions import (
    CannotEnrol,
    CannotHold,
    add_participant,
    close_session,
    issue_certificates,
    remove_participant,
    reopen_session,
    revoke_certificate,
)
from fpa.training.models import Certificate, Participant
from fpa.training.tests.conftest import DAY
from tests.cast import COUNTY

HEADER = ["姓名", "身份", "职务", "考核", "村（社区）"]


@pytest.fixture
def send(settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"

    def run(session, *rows):
        file = make_csv(tmp_path / "a.csv", [HEADER, *rows])
        given = {"dry_run": False, "parent": str(session.pk)}
        return import_file(importer_of("participants"), file, COUNTY, "county", **given)

    return run


def test_add_participant_once_a_session_and_unit(hold, enrol):
    session = hold()
    enrol(session, "village", "李四")
    enrol(session, "township", "李四")
    with pytest.raises(CannotEnrol, match="已在“骨干培训”的名单里"):
        enrol(session, "village", "李 四".replace(" ", ""))


def test_add_participant_of_another_county_is_refused(hold, actor, unit_of):
    more = {"role": "staff", "title": "", "result": "", "by": actor("county")}
    with pytest.raises(CannotEnrol, match="本单位及下级"):
        add_participant(session=hold(), unit=unit_of("sibling"), name="外人", **more)


def test_import_goes_into_the_session(hold, send, unit_of, next_village):
    session, village = hold(), unit_of("village").name
    rows = [["李四", "志愿者", "组长", "合格", village], ["李四", "", "", "", next_village.name]]
    assert send(session, *rows)["new"] == 2
    found = Participant.objects.values_list("unit__name", "role", "title", "result")
    assert set(found) == {(village, "volunteer", "组长", "passed"), (next_village.name, "staff", "", "")}
    assert send(session, rows[0], ["李四", "授课老师", "", "", next_village.name])["changed"] == 1
    assert send(hold(title="另一个班"), *rows)["new"] == 2


def test_import_into_a_closed_session_is_refused(closed, send, unit_of):
    with pytest.raises(CannotImport, match="已办结"):
        send(closed, ["李四", "", "", "", unit_of("village").name])


def test_paste_page_opens_from_the_session(hold, client_as):
    session = hold()
    page = client_as("county").get(session.get_absolute_url()).text
    url = f"/imports/participants/rows/?parent={session.pk}"
    assert url in page
    assert client_as("county").get(url).status_code == 200
    assert client_as("sibling").get(url).status_code == 404


def test_remove_participant_leaves_an_event_and_no_row(hold, enrol, client_as):
    (person,) = enrol(hold(), "village", "李四")
    page = client_as("county").post(
        f"/training/participants/{person.pk}/remove/", {"reason": "录错"}, follow=True
    )
    assert "已把李四从“骨干培训”的名单移除" in page.text
    assert not Participant.objects.exists()


def test_remove_participant_with_a_certificate_or_of_a_closed_session_is_refused(closed, actor, mark_set):
    person, by = closed.attendance.filter(role="staff")[0], actor("county")
    with pytest.raises(CannotHold, match="已办结"):
        remove_participant(participant=person, reason="录错", by=by)
    issue_certificates(session=closed, issued_on=DAY, by=by)
    for certificate in Certificate.objects.all():
        revoke_certificate(certificate=certificate, reason="录错", by=by)
    session = reopen_session(session=closed, reason="更正", by=by)
    with pytest.raises(CannotEnrol, match="发过证书"):
        remove_participant(participant=person, reason="录错", by=by)
    assert close_session(session=session, by=by)


def test_participants_are_seen_where_they_work(closed, client_as):
    page = client_as("village").get("/training/participants/").text
    assert "李四" in page
    assert "赵六" not in page
