"""Two people at the same moment: one of them wins, the other is told."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for, guest_of
from fpa.approval import actions
from fpa.approval.actions import CannotDecide, Step
from fpa.approval.models import Case, Flow, Task
from fpa.approval.tests.conftest import SAMPLE, STEPS, in_days
from fpa.audit.models import Event
from fpa.system.keeper import pass_day
from fpa.threads import actions as talk
from fpa.threads.actions import CannotSettle
from tests.cast import cast_unit


def at_once(*acts):
    """Run the acts in parallel, each in a connection of its own; how many were done, and how many refused."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            with whole_province():
                barrier.wait(timeout=20)
                act()
            return "done"
        except (CannotDecide, CannotSettle):
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return Counter(pool.map(run, acts))


@pytest.fixture
def village_submits(committed_db):
    with whole_province():
        flow = actions.ensure_flow("submission", "数据上报审核", STEPS)
    village, by = cast_unit("village"), actor_for("village")
    return lambda: actions.submit_case(
        kind=SAMPLE, flow=flow, subject=village, title="表", unit=village, by=by
    )


def test_submit_case_at_once_makes_one_case(village_submits):
    assert at_once(village_submits, village_submits) == {"done": 1, "refused": 1}
    with whole_province():
        assert Case.objects.count() == 1


def test_decide_at_once_makes_one_decision(village_submits):
    with whole_province():
        case = village_submits()
    by = actor_for("township")
    outcome = at_once(
        lambda: actions.approve_case(case=case, by=by),
        lambda: actions.return_case(case=case, by=by, reason="请核对", due_on=in_days(1)),
    )
    assert outcome == {"done": 1, "refused": 1}
    with whole_province():
        assert case.decisions.count() == 2


def test_publish_flow_at_once_makes_two_versions(committed_db):
    def publish():
        actions.publish_flow(code="own", name="流程", steps=STEPS, by=actor_for("county"))

    assert at_once(publish, publish) == {"done": 2}
    with whole_province():
        assert sorted(Flow.objects.filter(code="own").values_list("version", flat=True)) == [1, 2]


def test_reply_at_once_keeps_both_words(village_submits):
    with whole_province():
        case = village_submits()
        actions.return_case(
            case=case, by=actor_for("township"), reason="请核对", due_on=in_days(1), places=[{"place": "a"}]
        )
        thread = case.threads.get()
    outcome = at_once(
        lambda: talk.reply_thread(thread=thread, body="已改", by=actor_for("village")),
        lambda: talk.reply_thread(thread=thread, body="补充", by=actor_for("township")),
    )
    assert outcome == {"done": 2}
    with whole_province():
        assert thread.messages.count() == 3


def test_approve_and_settle_at_once_settle_once(village_submits):
    """The approval settles its cells; a colleague who settles one by hand in the same moment adds no second end."""
    with whole_province():
        case = village_submits()
        places = [{"place": "a"}, {"place": "b"}]
        actions.return_case(
            case=case, by=actor_for("township"), reason="请核对", due_on=in_days(1), places=places
        )
        village_submits()
        thread = case.threads.get(place="b")
    outcome = at_once(
        lambda: actions.approve_case(case=case, by=actor_for("township")),
        lambda: talk.settle_thread(thread=thread, by=actor_for("township")),
    )
    assert outcome["done"] >= 1
    with whole_province():
        assert set(case.threads.values_list("state", flat=True)) == {"settled"}
        assert Event.objects.filter(verb="thread.settled").count() == 2


def test_withdraw_and_approve_at_once_end_one_way(village_submits):
    with whole_province():
        case = village_submits()
    outcome = at_once(
        lambda: actions.withdraw_case(case=case, by=actor_for("village")),
        lambda: actions.approve_case(case=case, by=actor_for("township")),
    )
    assert outcome == {"done": 1, "refused": 1}
    with whole_province():
        assert case.decisions.count() == 2
        assert Case.objects.get().state in ("withdrawn", "open")


EXPERTS: list[Step] = [
    {"level": 4, "permission": "submission.review", "label": "专家评审", "kind": "persons"},
    {"level": 3, "permission": "submission.review", "label": "县级审核"},
]


def test_last_two_opinions_at_once_close_the_step_once(committed_db):
    """Each of the two sees the other's or waits for it: the case moves on, by one step and no more."""
    with whole_province():
        flow = actions.ensure_flow("experts", "专家评审", EXPERTS)
        village, by = cast_unit("village"), actor_for("village")
        case = actions.submit_case(kind=SAMPLE, flow=flow, subject=village, title="表", unit=village, by=by)
        users = [User.objects.create(username=name, name=name) for name in ("one", "two")]
        dossier = actions.name_experts(case=case, users=users, until=in_days(1), by=actor_for("township"))
    guests = [guest_of(user) for user in users]
    outcome = at_once(
        *(lambda who=who: actions.give_opinion(dossier=dossier, agrees=True, by=who) for who in guests)
    )
    assert outcome == {"done": 2}
    with whole_province():
        assert Case.objects.get().step == 1
        assert Task.objects.open().count() == 1


def test_batch_and_single_decision_at_once_decide_once(village_submits):
    with whole_province():
        case = village_submits()
    by = actor_for("township")
    at_once(
        lambda: actions.decide_cases(cases=[case], verdict="approve", by=by),
        lambda: actions.approve_case(case=case, by=by),
    )
    with whole_province():
        assert case.decisions.filter(verdict="approve").count() == 1
        assert Task.objects.open().count() == 1


def test_keepers_at_once_escalate_once(village_submits):
    with whole_province():
        village_submits()
        Task.objects.update(due_on=in_days(-20))
    escalate = partial(pass_day, lambda today: actions.escalate_tasks(today=today))
    assert at_once(escalate, escalate) == {"done": 2}
    with whole_province():
        assert Event.objects.filter(verb="task.escalated").count() == 1
