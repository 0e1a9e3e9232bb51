"""The life of a returned cell's thread over rounds, withdrawals, new cases and new versions of the flow."""

import pytest

from fpa.approval import actions
from fpa.approval.models import Case
from fpa.approval.queries import open_cases_for, returned_cases_for
from fpa.approval.tests.conftest import SAMPLE, STEPS, in_days
from fpa.audit.models import Event
from fpa.threads import actions as talk
from fpa.threads.models import Thread
from fpa.threads.queries import threads_awaiting


def waiting(actor, name):
    """How many cells wait for a seat's word."""
    return threads_awaiting(actor(name)).count()


@pytest.fixture
def give_back(actor):
    """Return a case with named cells: `give_back(case, "county", "visit.money")`."""

    def act(case, seat, *cells, days=2):
        places = [{"place": cell, "reason": f"{cell}有误"} for cell in cells]
        return actions.return_case(
            case=case, by=actor(seat), reason="请修改", due_on=in_days(days), places=places
        )

    return act


def test_cells_wait_for_the_side_whose_turn_it_is(returned, submit, actor):
    course = [(waiting(actor, "village"), waiting(actor, "township"))]
    case = submit()
    course.append((waiting(actor, "village"), waiting(actor, "township")))
    actions.approve_case(case=case, by=actor("township"))
    course.append((waiting(actor, "village"), waiting(actor, "township")))
    assert course == [(2, 0), (0, 2), (0, 0)]


def test_withdrawing_takes_the_cells_back_to_mend(returned, submit, actor):
    case = submit()
    actions.withdraw_case(case=case, by=actor("village"))
    assert (waiting(actor, "village"), waiting(actor, "township")) == (2, 0)
    assert set(Thread.objects.values_list("state", flat=True)) == {"open"}


def test_a_case_after_a_withdrawn_one_brings_its_cells_to_the_reviewer(returned, submit, actor):
    actions.withdraw_case(case=submit(), by=actor("village"))
    again = submit()
    assert again.pk != returned.pk
    assert (waiting(actor, "village"), waiting(actor, "township")) == (0, 2)
    actions.approve_case(case=again, by=actor("township"))
    assert not Thread.objects.open().exists()


def test_a_cell_returned_in_the_next_case_goes_on_in_its_thread(returned, submit, actor, give_back):
    actions.withdraw_case(case=submit(), by=actor("village"))
    again = give_back(submit(), "township", "visit.money")
    thread = Thread.objects.get(place="visit.money")
    assert (thread.case, thread.awaiting_id) == (again, again.unit_id)
    assert [m.body for m in thread.messages.all()] == ["数字有误", "visit.money有误"]


def test_the_end_of_the_way_settles_what_any_level_asked(submit, actor, give_back):
    """The county asked; a shorter version of the flow then ends before the county."""
    case = actions.approve_case(case=submit(), by=actor("township"))
    give_back(case, "county", "visit.money")
    actions.withdraw_case(case=submit(), by=actor("village"))
    short = actions.ensure_flow("submission", "数据上报审核", STEPS[:1])
    last = actions.approve_case(case=submit(flow=short), by=actor("township"))
    assert last.state == "approved"
    assert not Thread.objects.open().exists()
    assert waiting(actor, "county") == 0


def test_levels_keep_a_thread_each_on_the_same_cell(submit, actor, give_back):
    """What the township asked is settled by the township; the county's question on the same cell is its own."""
    give_back(submit(), "township", "visit.money")
    case = actions.approve_case(case=submit(), by=actor("township"))
    give_back(case, "county", "visit.money")
    threads = Thread.objects.filter(place="visit.money").order_by("id")
    assert [t.opened_unit_id for t in threads] == [actor("township").unit_id, actor("county").unit_id]
    assert [t.state for t in threads] == ["settled", "open"]


@pytest.mark.parametrize("rounds", [1, 2, 4])
def test_rounds_are_counted_and_kept(submit, actor, give_back, rounds):
    for number in range(1, rounds + 1):
        case = submit()
        assert case.round == number
        give_back(case, "township", "visit.money", days=number)
    final = actions.approve_case(case=submit(), by=actor("township"))
    assert final.round == rounds + 1
    asked = final.decisions.filter(verdict="return").order_by("id")
    assert [d.round for d in asked] == list(range(1, rounds + 1))
    assert [d.due_on for d in asked] == [in_days(n) for n in range(1, rounds + 1)]
    assert Thread.objects.count() == 1
    assert Thread.objects.get().messages.filter(body="visit.money有误").count() == rounds


def test_a_return_without_cells_waits_as_a_case(submit, actor):
    case = actions.return_case(case=submit(), by=actor("township"), reason="全表重填", due_on=in_days(1))
    assert not Thread.objects.exists()
    assert [(c.pk, c.last_reason) for c in returned_cases_for(actor("village"))] == [(case.pk, "全表重填")]
    assert not returned_cases_for(actor("township")).exists()


def test_a_return_with_cells_waits_by_its_cells_only(returned, actor):
    assert not returned_cases_for(actor("village")).exists()
    assert waiting(actor, "village") == 2


def test_a_settled_cell_is_not_waited_for(returned, actor):
    for thread in returned.threads.all():
        talk.settle_thread(thread=thread, by=actor("township"))
    assert waiting(actor, "village") == 0
    assert returned_cases_for(actor("village")).get() == returned


def test_most_urgent_comes_first(submit, actor, give_back, unit_of):
    give_back(submit(), "township", "late", days=9)
    village = unit_of("village")
    for days, title in ((1, "soon"), (None, "someday")):
        due = None if days is None else in_days(days)
        talk.open_thread(
            subject=village, unit=village, title=title, body="请看", by=actor("county"), due_on=due
        )
    assert [t.due_on for t in threads_awaiting(actor("village"))] == [in_days(1), in_days(9), None]


def test_cases_wait_in_the_order_in_which_they_came(flow, actor, unit_of):
    villages = list(unit_of("township").children.all()[:3])
    sent = [
        actions.submit_case(kind=SAMPLE, flow=flow, subject=v, title=v.name, unit=v, by=actor("township"))
        for v in reversed(villages)
    ]
    assert [c.pk for c in open_cases_for(actor("township"))] == [c.pk for c in sent]


def test_a_reply_does_not_move_a_case(returned, actor):
    thread = returned.threads.first()
    talk.reply_thread(thread=thread, body="已改", by=actor("village"))
    assert Case.objects.get(pk=returned.pk).state == "returned"
    assert (waiting(actor, "village"), waiting(actor, "township")) == (1, 1)


def test_a_talk_beside_the_review_is_left_alone(submit, actor, unit_of):
    """A thread that no return opened is nobody's to settle but its opener's."""
    village = unit_of("village")
    thread = talk.open_thread(
        subject=village, unit=village, title="走访慰问", body="明年也这样报吗？", by=actor("village"),
        assignee=unit_of("county"),
    )  # fmt: skip
    case = submit()
    for name in ("township", "county", "province"):
        case = actions.approve_case(case=case, by=actor(name))
    assert case.state == "approved"
    assert Thread.objects.get(pk=thread.pk).is_open
    assert waiting(actor, "county") == 1


@pytest.mark.parametrize(("cells", "opened"), [((), 0), (("a",), 1), (("a", "b", "c"), 3), (("a", "a"), 1)])
def test_each_named_cell_has_one_thread_and_one_event(submit, give_back, cells, opened):
    case = give_back(submit(), "township", *cells)
    assert case.threads.count() == opened
    assert Event.objects.filter(verb="thread.opened").count() == opened
    assert [p["place"] for p in case.decisions.latest("id").places] == list(cells)


def test_a_title_changed_in_between_is_the_cases_new_one(returned, submit):
    assert submit(title="走访慰问（更正）").title == "走访慰问（更正）"
    assert Case.objects.get(pk=returned.pk).title == "走访慰问（更正）"
