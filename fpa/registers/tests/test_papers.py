"""Numbered papers: numbered at once, taken back once, printed while in force, checked by anyone."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fpa.audit.models import Event
from fpa.registers.models import Counter, Entry, Parameter
from fpa.registers.numbers import take_numbers
from fpa.registers.paper_actions import CannotGive, give_papers, revoke_paper
from fpa.registers.papers import is_valid
from fpa.training.actions import NUMBER
from fpa.training.models import Certificate, Participant, Session

DAY = date(2023, 5, 12)


@pytest.fixture
def people(province_scope, unit_of):
    """Three at a closed session of the county, which has its 发文代字."""
    unit = unit_of("county")
    Parameter.objects.create(unit=unit, key="number.mark", from_year=2020, text="鹤计生协", basis="通知")
    task = Entry.objects.get(code="publicity")
    held = {"title": "班", "level": 3, "place": "党校", "starts_on": DAY, "ends_on": DAY, "hours": 8}
    session = Session.objects.create(unit=unit, task=task, state="closed", **held)
    return [Participant.objects.create(unit=unit, session=session, name=name) for name in ("甲", "乙", "丙")]


@pytest.fixture
def papers(people, actor):
    wanted = [Certificate(participant=person, unit=person.unit, issued_on=DAY) for person in people]
    return give_papers(papers=wanted, kind=NUMBER.code, by=actor("county"))


def test_give_papers_numbers_them_in_their_order(papers, people, actor):
    assert [str(paper) for paper in papers] == [f"鹤计生协培证〔2023〕{n}号" for n in (1, 2, 3)]
    assert [paper.participant for paper in papers] == people
    assert {paper.path for paper in Certificate.objects.all()} == {people[0].unit.path}
    assert Counter.objects.get().last == 3


def test_take_numbers_go_on_where_the_last_one_stood(papers, unit_of, actor):
    more = take_numbers(kind=NUMBER.code, unit=unit_of("county"), year=2023, count=2, by=actor("county"))
    assert [number.n for number in more] == [4, 5]


def test_give_papers_counts_once_for_all(people, actor):
    wanted = [Certificate(participant=person, unit=person.unit, issued_on=DAY) for person in people]
    by = actor("county")
    with CaptureQueriesContext(connection) as queries:
        give_papers(papers=wanted, kind=NUMBER.code, by=by)
    assert sum("registers_counter" in query["sql"] for query in queries) == 1


def test_revoke_paper_once_with_its_event(papers, actor):
    paper = revoke_paper(paper=papers[0], verb="certificate.revoked", reason="姓名有误", by=actor("county"))
    assert (paper.status.word, papers[1].status.word) == ("已作废", "有效")
    event = Event.objects.get(verb="certificate.revoked")
    assert (event.reason, list(event.changes)) == ("姓名有误", ["revoked_on"])
    with pytest.raises(CannotGive, match="无需重复办理"):
        revoke_paper(paper=papers[0], verb="certificate.revoked", reason="再来", by=actor("county"))


def test_paper_is_valid_from_its_day_until_it_is_taken_back(papers, actor):
    assert is_valid(Certificate, papers[0].code)
    revoke_paper(paper=papers[0], verb="certificate.revoked", reason="错", by=actor("county"))
    assert not is_valid(Certificate, papers[0].code)
    paper = papers[1]
    assert (paper.is_valid_on(date(2023, 5, 11)), paper.is_valid_on(DAY)) == (False, True)


def test_check_page_asks_for_no_login_and_takes_no_post(papers):
    url = f"/certificates/{papers[0].code}/"
    assert "有效" in Client().get(url).text
    assert Client().post(url).status_code == 405


def test_paper_page_tells_the_paper_and_its_course(papers, client_as, actor):
    url = f"/training/certificates/{papers[0].pk}/"
    page = client_as("county").get(url).text
    for words in (
        "培训证书 鹤计生协培证〔2023〕1号",
        "发证单位",
        "2023年5月12日",
        "证书 PDF",
        "作废",
        "<svg",
    ):
        assert words in page
    revoke_paper(paper=papers[0], verb="certificate.revoked", reason="姓名有误", by=actor("county"))
    page = client_as("county").get(url).text
    assert "证书 PDF" not in page
    assert "姓名有误" in page
