"""Certificates: numbered without gaps, checked by anyone, void when taken back."""

import re
from datetime import date
from io import BytesIO
from uuid import uuid4

import pytest
from django.test import Client
from pypdf import PdfReader

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.registers.numbers import CannotNumber
from fpa.registers.paper_actions import CannotGive
from fpa.training.actions import CannotCertify, issue_certificates, revoke_certificate
from fpa.training.models import Certificate
from fpa.training.tests.conftest import DAY


@pytest.fixture
def given(closed, actor, mark_set):
    closed.attendance.filter(name="王五").update(result="failed")
    return issue_certificates(session=closed, issued_on=DAY, by=actor("county"))


def test_issue_certificates_numbers_who_passed(given):
    numbers = {c.participant.name: c.number for c in given}
    assert sorted(numbers) == ["李四", "赵六"]
    assert set(numbers.values()) == {"鹤计生协培证〔2023〕1号", "鹤计生协培证〔2023〕2号"}
    assert Event.objects.get(verb="certificate.issued").changes["certificates"] == 2


def test_issue_certificates_once(given, closed, actor):
    with pytest.raises(CannotCertify, match="没有需要发证的学员"):
        issue_certificates(session=closed, issued_on=DAY, by=actor("county"))
    revoke_certificate(certificate=given[0], reason="重发", by=actor("county"))
    again = issue_certificates(session=closed, issued_on=DAY, by=actor("county"))
    assert [c.number for c in again] == ["鹤计生协培证〔2023〕3号"]


def test_issue_certificates_needs_a_closed_session_a_day_and_a_mark(hold, closed, actor):
    with pytest.raises(CannotCertify, match="办结以后"):
        issue_certificates(session=hold(), issued_on=DAY, by=actor("county"))
    with pytest.raises(CannotCertify, match="不能早于培训结束日期"):
        issue_certificates(session=closed, issued_on=date(2023, 5, 11), by=actor("county"))
    with pytest.raises(CannotNumber, match="发文代字"):
        issue_certificates(session=closed, issued_on=DAY, by=actor("county"))


def test_a_missing_mark_is_said_before_anybody_confirms_and_leads_to_where_it_is_set(
    closed, client_as, actor
):
    client, url = client_as("county"), f"{closed.get_absolute_url()}certificates/"
    page = client.post(url, {"issued_on": DAY.isoformat()}).text
    assert 'name="confirmed"' not in page
    way = re.search('<a href="([^"]+)">[^<]*还没有设定2023年的发文代字', page)
    assert way
    assert (client.get(way[1]).status_code == 200) is actor("county").may("parameter.edit")


def test_revoke_certificate_once(given, actor):
    revoke_certificate(certificate=given[0], reason="姓名有误", by=actor("county"))
    with pytest.raises(CannotGive, match="无需重复办理"):
        revoke_certificate(certificate=given[0], reason="姓名有误", by=actor("county"))


def body(response):
    return re.findall("<main.*</main>", response.text, re.DOTALL)


def test_verify_certificate_tells_valid_or_not_and_nothing_else(given, actor):
    anyone, certificate = Client(), given[0]
    url = f"/certificates/{certificate.code}/"
    page = anyone.get(url).text
    assert "有效" in page
    for secret in (certificate.number, certificate.participant.name, "骨干培训", "鹤城"):
        assert secret not in page
    with whole_province():
        revoke_certificate(certificate=certificate, reason="姓名有误", by=actor("county"))
    void, unknown = (body(anyone.get(address)) for address in (url, f"/certificates/{uuid4()}/"))
    assert "无效" in void[0]
    assert void == unknown


def test_certificate_pages_issue_show_and_revoke(closed, mark_set, client_as):
    client = client_as("county")
    url = f"{closed.get_absolute_url()}certificates/"
    assert "发证 3 份" in client.post(url, {"issued_on": "2023-05-12"}).text
    answers = {"issued_on": "2023-05-12", "confirmed": "1"}
    assert "已发证 3 份" in client.post(url, answers, follow=True).text
    certificate = Certificate.objects.all()[0]
    page = client.get(f"/training/certificates/{certificate.pk}/").text
    assert "<svg" in page
    assert "鹤城区计生协" in page  # whom the certificate is of: a body, not a place
    assert f"/certificates/{certificate.code}/" in page
    revoke = f"/training/certificates/{certificate.pk}/revoke/"
    assert "已作废" in client.post(revoke, {"reason": "错", "confirmed": "1"}, follow=True).text
    assert client_as("township").get(revoke).status_code == 403
    assert client_as("village").get("/training/certificates/").status_code == 200


def read(response):
    return [page.extract_text() for page in PdfReader(BytesIO(response.content)).pages]


def test_print_certificate_says_who_what_when_and_where_it_is_checked(given, client_as):
    client, certificate = client_as("county"), given[0]
    (page,) = read(client.get(f"/training/certificates/{certificate.pk}/pdf/"))
    plain = "".join(page.split())
    wanted = (
        "培训证书",
        certificate.number,
        certificate.participant.name,
        "骨干培训",
        "12.5学时",
        "鹤城区计生协",
        "2023年5月12日",
    )
    for words in (*wanted, f"/certificates/{certificate.code}/"):
        assert words in plain


def test_print_certificates_of_a_session_leaves_out_what_was_revoked(given, closed, actor, client_as):
    url = f"{closed.get_absolute_url()}certificates/pdf/"
    assert len(read(client_as("county").get(url))) == 2
    with whole_province():
        assert Event.objects.filter(verb="list.exported", changes__rows=2).exists()
        revoke_certificate(certificate=given[0], reason="姓名有误", by=actor("county"))
    (page,) = read(client_as("county").get(url))
    assert given[1].number in "".join(page.split())
    assert client_as("county").get(f"/training/certificates/{given[0].pk}/pdf/").status_code == 404
    assert client_as("township").get(url).status_code == 404
