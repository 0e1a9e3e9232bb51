"""Sessions: opened by the 主办, closed when over; seen by all below, changed by those who hold them."""

from datetime import date

import pytest

from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.files.inspection import inspect
from fpa.files.tests.samples import PDF
from fpa.training.actions import (
    CannotHold,
    add_material,
    close_session,
    edit_session,
    issue_certificates,
    reopen_session,
)
from fpa.training.models import Session
from fpa.training.tests.conftest import DAY, facts


def test_add_session_is_kept_with_its_event(hold, unit_of):
    session = hold()
    assert (session.path, session.is_open) == (unit_of("county").path, True)
    assert Event.objects.get(verb="session.added").changes["level"] == [None, 3]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ends_on": date(2023, 5, 9)}, "不能早于开始日期"),
        ({"level": 2}, "不能高于县市区级"),
        ({"level": 0}, "不能高于"),
    ],
)
def test_add_session_refuses(hold, changes, words):
    with pytest.raises(CannotHold, match=words):
        hold(**changes)


def test_add_session_of_the_nation_is_held_by_the_province(hold):
    assert hold("province", level=0).get_level_display() == "国家级"


def test_session_belongs_to_a_plan_of_its_unit_and_year(hold, plan):
    assert hold(plan=plan).plan == plan
    with pytest.raises(CannotHold, match="2024年的计划"):
        hold(plan=plan, ends_on=date(2024, 1, 1))


def test_close_session_counts_it(closed, unit_of):
    assert not closed.is_open
    marks = Stale.objects.filter(path=unit_of("county").path, since=DAY)
    assert {"training.sessions", "training.persons"} <= set(marks.values_list("figure", flat=True))
    assert Event.objects.get(verb="session.closed").changes == {"people": 4}


def test_close_session_needs_its_end_and_its_list(hold, actor):
    with pytest.raises(CannotHold, match="还没有登记参训人员"):
        close_session(session=hold(), by=actor("county"))
    with pytest.raises(CannotHold, match="还没有结束"):
        close_session(session=hold(ends_on=date(2999, 1, 1)), by=actor("county"))


def test_closed_session_is_changed_only_when_open_again(closed, actor, mark_set):
    with pytest.raises(CannotHold, match="已办结"):
        edit_session(session=closed, by=actor("county"), **facts(place="别处"))
    opened = reopen_session(session=closed, reason="漏了人", by=actor("county"))
    assert edit_session(session=opened, by=actor("county"), **facts(place="别处")).place == "别处"
    with pytest.raises(CannotHold, match="没有办结"):
        reopen_session(session=opened, reason="再来", by=actor("county"))
    session = close_session(session=opened, by=actor("county"))
    issue_certificates(session=session, issued_on=DAY, by=actor("county"))
    with pytest.raises(CannotHold, match="已经发证"):
        reopen_session(session=session, reason="再来", by=actor("county"))


def test_session_is_seen_below_and_changed_by_its_holder_alone(hold, client_as):
    url = hold("city", level=2).get_absolute_url()
    assert "骨干培训" in client_as("township").get(url).text
    assert "粘贴名单" not in client_as("township").get(url).text
    assert client_as("township").get(f"{url}edit/").status_code == 404
    assert client_as("city").get(f"{url}edit/").status_code == 200


def test_session_pages_open_close_and_print(province_scope, client_as, enrol):
    answers = facts(unit="431202000000", level="3") | {
        "plan": "",
        "starts_on": "2023-05-10",
        "ends_on": "2023-05-12",
    }
    answers["task"] = answers["task"].pk
    client = client_as("county")
    assert "已登记“骨干培训”" in client.post("/training/add/", answers, follow=True).text
    session = Session.objects.get()
    enrol(session, "village", "李四")
    url = session.get_absolute_url()
    assert "李四" in client.get(f"{url}sign-in/?print=1").text
    assert "名单不能再改" in client.post(f"{url}close/").text
    page = client.get(f"{url}close/").text
    assert "名单不能再改" in page, "it asks for nothing, so it begins with what will follow"
    assert 'name="confirmed"' in page
    assert Session.objects.get().is_open
    assert "已办结" in client.post(f"{url}close/", {"confirmed": "1"}, follow=True).text


def test_close_session_without_a_list_is_refused_before_anybody_confirms(hold, client_as):
    url = f"{hold().get_absolute_url()}close/"
    for page in (client_as("county").get(url).text, client_as("county").post(url).text):
        assert "还没有登记参训人员" in page
        assert "现在不能办理" in page
        assert "不用填写" not in page
        assert "<button" not in page.partition("<main")[2].partition("</main")[0]
        assert "取消，返回" in page


def test_add_material_is_downloaded_by_who_sees_training(hold, actor, client_as, settings, tmp_path):
    settings.FILES_DIR = tmp_path
    session = hold()
    add_material(session=session, title="通知", upload=inspect("通知.pdf", PDF), by=actor("county"))
    page = client_as("county").get(session.get_absolute_url()).text
    file = session.materials.get().attachment
    assert file.get_absolute_url() in page
    assert client_as("county").get(file.get_absolute_url()).status_code == 200


def test_session_list_costs_the_same_for_many(hold, queries_of):
    hold()
    few = queries_of("county", "/training/")
    for _ in range(8):
        hold()
    assert queries_of("county", "/training/") == few


def test_session_is_seen_by_the_units_that_hold_it_too(hold, client_as, unit_of):
    sibling = unit_of("sibling")
    session = hold(organizer=f"{sibling.name}计生协", partners="县卫健局")
    alone = hold(title="自办")
    assert session.co_holders == [sibling.path]
    url = session.get_absolute_url()
    page = client_as("sibling").get(url)
    assert "县卫健局" in page.text
    assert "办结" not in page.text.partition("<main")[2].partition("变动记录")[0]
    assert client_as("sibling").get(f"{url}edit/").status_code == 404
    assert alone.co_holders == []
    assert client_as("sibling").get(alone.get_absolute_url()).status_code == 404
