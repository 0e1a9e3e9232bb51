"""Files and documents of decisions: sent in on the pages, and handed to whoever may see the case."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.approval import actions
from fpa.approval.models import Decision, Dossier
from fpa.approval.tests.test_granted import account
from fpa.approval.tests.test_steps import COUNTY, OUTSIDE, PUBLIC, TOWNSHIP
from fpa.audit.models import Event
from fpa.files.fields import MAX_FILES
from fpa.files.models import Attachment
from fpa.files.tests.samples import PDF
from tests.clients import KeyedClient

SEES = [("village", 200), ("township", 200), ("county", 200), ("sibling", 404), ("auditor", 403)]


def scan():
    return SimpleUploadedFile("批复.pdf", PDF)


def sees(client_as, url):
    return [(name, client_as(name).get(url).status_code) for name, _ in SEES]


@pytest.fixture
def sent(province_scope, submit):
    return lambda *steps: submit(flow=actions.ensure_flow("submission", "流程", list(steps)))


def test_an_outside_result_comes_with_its_scan(sent, client_as):
    case = sent(OUTSIDE, COUNTY)
    client = client_as("township")
    page = client.get(f"/cases/{case.pk}/outside/").content.decode()
    assert 'enctype="multipart/form-data"' in page
    assert "财政所" in page
    told = {"verdict": "approve", "document": "财字[2026]3号", "issuer": "财政所", "note": "同意"}
    lacking = client.post(f"/cases/{case.pk}/outside/", told).content.decode()
    assert "请填写成文日期" in lacking
    told |= {"issued_on": timezone.localdate().isoformat(), "upload": scan()}
    assert client.post(f"/cases/{case.pk}/outside/", told).status_code == 302
    document = Decision.objects.get(verdict="approve").document
    assert (document.number, document.issuer, document.attachment.name) == (
        "财字〔2026〕3号",
        "财政所",
        "批复.pdf",
    )
    page = client_as("village").get(f"/cases/{case.pk}/").content.decode()
    assert all(
        words in page for words in ("财政所财字〔2026〕3号", "下载扫描件", document.get_absolute_url())
    )
    assert sees(client_as, document.attachment.get_absolute_url()) == SEES


def test_a_decision_keeps_the_files_that_its_step_asks_for(sent, client_as):
    case = sent(TOWNSHIP | {"asks": ["file", "score"]}, COUNTY)
    told = {"verdict": "approve", "score": "90", "file": SimpleUploadedFile("评分表.exe", PDF)}
    assert "评分表.exe" in client_as("township").post(f"/cases/{case.pk}/decide/", told).content.decode()
    assert not Attachment.objects.exists()

    def sheets(many):
        return [SimpleUploadedFile(f"评分表{n}.pdf", PDF) for n in range(many)]

    page = (
        client_as("township")
        .post(f"/cases/{case.pk}/decide/", told | {"file": sheets(MAX_FILES + 1)})
        .content.decode()
    )
    assert f"一次最多 {MAX_FILES} 个附件，现选了 {MAX_FILES + 1} 个" in page
    assert not Attachment.objects.exists()
    client_as("township").post(f"/cases/{case.pk}/decide/", told | {"file": [scan(), *sheets(1)]})
    files = Decision.objects.get(verdict="approve").attachments
    assert [file.name for file in files] == ["批复.pdf", "评分表0.pdf"]
    assert Event.objects.get(verb="case.approved").changes["file"] == "批复.pdf、评分表0.pdf"
    page = client_as("village").get(f"/cases/{case.pk}/").content.decode()
    for file in files:
        assert file.get_absolute_url() in page
        assert sees(client_as, file.get_absolute_url()) == SEES


def test_an_objection_keeps_its_letter(sent, client_as):
    case = sent(PUBLIC, COUNTY)
    client_as("township").post(f"/cases/{case.pk}/objection/", {"reason": "村民来信", "file": scan()})
    assert [file.name for file in Decision.objects.get(verdict="object").attachments] == ["批复.pdf"]


def test_an_expert_without_a_seat_sends_a_file(sent, client_as, actor):
    client = KeyedClient()
    case, expert = sent(TOWNSHIP | {"kind": "persons", "asks": ["file"]}, COUNTY), account("first")
    actions.name_experts(case=case, users=[expert], until=timezone.localdate(), by=actor("township"))
    client.force_login(expert)
    client.post(f"/opinions/{Dossier.objects.get().pk}/", {"agrees": "yes", "file": scan()})
    with whole_province():
        file = Decision.objects.get(verdict="approve").attachments[0]
    assert (file.uploaded_by, file.unit) == (expert.name, case.unit)
    assert sees(client_as, file.get_absolute_url()) == SEES
