"""What is to be done today, for each seat."""

from datetime import timedelta

import pytest

from fpa.access.models import Unit
from fpa.access.scope import scoped
from fpa.approval import actions
from fpa.approval.tests.conftest import SAMPLE
from fpa.threads import actions as talk
from fpa.workspace.queries import groups, todos


def seen(who, today):
    """A seat's to-dos as (kind, title), read in the seat's own scope."""
    with scoped(who.path):
        return [(todo.kind, todo.title) for todo in todos(who, today)]


def test_todos_of_returned_cells_say_why_and_by_when(submit, give_back, actor, today):
    give_back(submit(), "a", "b")
    found = todos(actor("village"), today)
    assert [(t.kind, t.title, t.detail) for t in found] == [
        ("returned", "走访慰问：格a", "a不对"),
        ("returned", "走访慰问：格b", "b不对"),
    ]
    assert {(t.due_on, t.overdue) for t in found} == {(today + timedelta(days=3), False)}


def test_todos_of_a_return_without_cells_is_the_case(submit, give_back, actor, today):
    give_back(submit())
    found = todos(actor("village"), today)
    assert [(t.kind, t.title, t.detail) for t in found] == [("returned_case", "走访慰问", "整表有误")]


def test_todos_keep_the_case_when_its_cells_are_answered(submit, give_back, actor, today):
    case = give_back(submit(), "a")
    talk.reply_thread(thread=case.threads.get(), body="已核对", by=actor("village"))
    assert seen(actor("village"), today) == [("returned_case", "走访慰问")]
    assert seen(actor("township"), today) == [("thread", "走访慰问：格a")]


def test_todos_of_a_return_go_when_it_is_sent_again(submit, give_back, actor, unit_of, today):
    case = give_back(submit(), "a")
    actions.submit_case(
        kind=SAMPLE,
        flow=case.flow,
        subject=Unit.objects.get(pk=case.subject_id),
        title="走访慰问",
        unit=unit_of("village"),
        by=actor("village"),
    )
    assert seen(actor("village"), today) == []
    assert seen(actor("township"), today) == [("review", "走访慰问")]


@pytest.mark.parametrize(
    ("name", "sees"),
    [
        ("village", []),
        ("township", [("review", "走访慰问")]),
        ("county", []),
        ("sibling", []),
        ("province", []),
    ],
)
def test_todos_of_review_are_whose_turn_it_is(submit, actor, today, name, sees):
    submit()
    assert seen(actor(name), today) == sees


def test_todos_of_review_climb(submit, actor, today):
    actions.approve_case(case=submit(), by=actor("township"))
    assert seen(actor("township"), today) == []
    assert seen(actor("county"), today) == [("review", "走访慰问")]


def test_todos_of_threads_wait_for_an_answer(ask, actor, today):
    thread = ask("county", body="少了一户？")
    found = todos(actor("village"), today)
    assert [(t.kind, t.title, t.detail, t.url) for t in found] == [
        ("thread", "情况核实", "少了一户？", f"/threads/{thread.pk}/")
    ]
    talk.reply_thread(thread=thread, body="迁走了", by=actor("village"))
    assert seen(actor("village"), today) == []
    assert seen(actor("county"), today) == [("thread", "情况核实")]
    talk.settle_thread(thread=thread, by=actor("county"))
    assert seen(actor("county"), today) == []


def test_todos_of_due_collections(collection, actor, today):
    found = [t for t in todos(actor("village"), today) if t.kind == "collection"]
    assert [(t.title, t.detail, t.due_on) for t in found] == [
        (collection.title, "待填报", today + timedelta(days=5))
    ]
    assert seen(actor("sibling"), today) == []


def test_todos_come_by_urgency(submit, give_back, ask, collection, actor, today):
    ask("county")
    give_back(submit("后办"), "x", days=9)
    give_back(submit("先办"), "y", days=1)
    kinds = [title for _, title in seen(actor("village"), today)]
    assert kinds == ["先办：格y", collection.title, "后办：格x", "情况核实"]


def test_todos_tell_what_is_overdue(submit, give_back, actor, today):
    give_back(submit(), "a", days=0)
    assert [t.overdue for t in todos(actor("village"), today)] == [False]
    assert [t.overdue for t in todos(actor("village"), today + timedelta(days=1))] == [True]


def test_groups_count_all_and_list_the_first(submit, actor, today, monkeypatch):
    monkeypatch.setattr("fpa.workspace.queries.SHOWN", 2)
    for n in range(3):
        submit(f"第{n}件")
    (group,) = groups(actor("township"), today)
    assert (group.kind, group.count, len(group.items), group.is_cut) == ("review", 3, 2, True)
    assert group.url == "/cases/?mine=turn"


def test_groups_query_count_does_not_grow(submit, give_back, actor, today, django_assert_num_queries):
    village = actor("village")
    give_back(submit("甲"), "a")
    with django_assert_num_queries(3):
        groups(village, today)
    for title in ("乙", "丙"):
        give_back(submit(title), "a", "b")
    with django_assert_num_queries(3):
        assert sum(group.count for group in groups(village, today)) == 5
