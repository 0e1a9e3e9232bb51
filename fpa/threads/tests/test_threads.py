"""Talk on a matter: opening, answering, settling, and who sees it."""

import pytest

from fpa.approval.tests.conftest import in_days
from fpa.audit.models import Event
from fpa.threads import actions as talk
from fpa.threads.actions import CannotOpen, CannotReply, CannotSettle
from fpa.threads.models import Thread
from fpa.threads.queries import threads_awaiting, threads_on


@pytest.fixture
def ask(province_scope, actor, unit_of):
    """Open a thread on the village's subject: `ask(by="county", assignee=…)`."""

    def act(by="county", **changes):
        village = unit_of("village")
        given = {"subject": village, "unit": village, "title": "走访慰问", "body": "为什么少了一户？"}
        return talk.open_thread(**given | changes | {"by": actor(by)})

    return act


def test_open_thread_asks_the_matters_unit(ask, unit_of, actor):
    thread = ask(place="visit.households", place_label="走访户数", due_on=in_days(2))
    assert (thread.assignee, thread.awaiting) == (unit_of("village"), unit_of("village"))
    assert (thread.opened_unit_id, thread.opened_by_name) == (actor("county").unit_id, actor("county").name)
    assert thread.messages.get().body == "为什么少了一户？"
    assert thread.standing == f"等{unit_of('village').association}答复"
    assert Event.objects.get(verb="thread.opened").path == unit_of("village").path


@pytest.mark.parametrize(("changes", "match"), [({"body": " "}, "写明"), ({"assignee": "sibling"}, "看不到")])
def test_open_thread_refuses(ask, unit_of, changes, match):
    if "assignee" in changes:
        changes = {"assignee": unit_of(changes["assignee"])}
    with pytest.raises(CannotOpen, match=match):
        ask(**changes)
    assert not Thread.objects.exists()


@pytest.mark.parametrize(
    ("by", "awaiting"), [("village", "county"), ("county", "village"), ("province", "village")]
)
def test_reply_thread_turns_the_wait(ask, actor, unit_of, by, awaiting):
    thread = ask()
    message = talk.reply_thread(thread=thread, body=" 已核对 ", by=actor(by))
    thread.refresh_from_db()
    assert (message.body, message.actor_unit_name) == ("已核对", actor(by).unit_name)
    assert thread.awaiting == unit_of(awaiting)
    assert Event.objects.filter(verb="thread.replied").count() == 1


def test_reply_thread_comes_back_when_asked_again(ask, actor):
    thread = ask()
    talk.reply_thread(thread=thread, body="已改", by=actor("village"))
    talk.reply_thread(thread=thread, body="还差一户", by=actor("county"))
    assert [t.last_body for t in threads_awaiting(actor("village"))] == ["还差一户"]
    assert not threads_awaiting(actor("county"))


def test_reply_thread_needs_words_and_an_open_matter(ask, actor):
    thread = ask()
    with pytest.raises(CannotReply, match="写明"):
        talk.reply_thread(thread=thread, body="\n", by=actor("village"))
    talk.settle_thread(thread=thread, by=actor("county"))
    with pytest.raises(CannotReply, match="已经办结"):
        talk.reply_thread(thread=thread, body="再说", by=actor("village"))
    assert thread.messages.count() == 1


@pytest.mark.parametrize("by", ["county", "city", "province"])
def test_settle_thread_by_the_opener_or_above(ask, actor, by):
    thread = talk.settle_thread(thread=ask(), by=actor(by), note="已核实")
    assert (thread.state, thread.settled_by_name) == ("settled", actor(by).name)
    assert thread.messages.latest("id").body == "已核实"
    assert Event.objects.filter(verb="thread.settled").count() == 1


@pytest.mark.parametrize("by", ["village", "township", "sibling"])
def test_settle_thread_is_not_for_the_asked_or_below(ask, actor, by):
    with pytest.raises(CannotSettle, match="只有发起单位"):
        talk.settle_thread(thread=ask(), by=actor(by))


def test_settle_thread_is_not_for_an_asked_unit_above(ask, actor, unit_of):
    thread = ask(by="village", assignee=unit_of("township"))
    with pytest.raises(CannotSettle):
        talk.settle_thread(thread=thread, by=actor("township"))
    assert not talk.settle_thread(thread=thread, by=actor("village")).is_open


def test_settle_thread_twice_is_refused(ask, actor):
    thread = talk.settle_thread(thread=ask(), by=actor("county"))
    with pytest.raises(CannotSettle, match="已经办结"):
        talk.settle_thread(thread=thread, by=actor("county"))


def test_threads_on_counts_its_queries(ask, unit_of, django_assert_num_queries):
    village = unit_of("village")
    for _ in range(3):
        ask()
    with django_assert_num_queries(2):
        shown = [
            (t.assignee.name, t.opened_unit.name, [m.body for m in t.messages.all()])
            for t in threads_on(village)
        ]
    assert len(shown) == 3
