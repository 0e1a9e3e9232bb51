"""Every verdict at every place on the way: one table says where it leads, or why it is refused."""

from dataclasses import replace
from itertools import product

import pytest

from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.kinds import CASE_VERBS
from fpa.approval.models import Case, Decision
from fpa.approval.tests.conftest import in_days
from fpa.audit.models import Event
from tests.undoing import undone

WAY = ("township", "county", "province")

ACTS = {
    "submit": lambda case, by, submit: submit(by=by),
    "approve": lambda case, by, submit: actions.approve_case(case=case, by=by),
    "return": lambda case, by, submit: actions.return_case(case=case, by=by, reason="改", due_on=in_days(1)),
    "reject": lambda case, by, submit: actions.reject_case(case=case, by=by, reason="不符"),
    "withdraw": lambda case, by, submit: actions.withdraw_case(case=case, by=by),
}
PLACES = ("sent", "at county", "at province", "returned", "sent again", "approved", "rejected", "withdrawn")

LEADS_TO = {
    ("sent", "approve", "township"): ("open", "county"),
    ("sent", "return", "township"): ("returned", "township"),
    ("sent", "reject", "township"): ("rejected", "township"),
    ("sent", "withdraw", "village"): ("withdrawn", "township"),
    ("at county", "approve", "county"): ("open", "province"),
    ("at county", "return", "county"): ("returned", "county"),
    ("at county", "reject", "county"): ("rejected", "county"),
    ("at province", "approve", "province"): ("approved", "province"),
    ("at province", "return", "province"): ("returned", "province"),
    ("at province", "reject", "province"): ("rejected", "province"),
    ("returned", "submit", "village"): ("open", "township"),
    ("returned", "submit", "township"): ("open", "township"),
    ("returned", "submit", "county"): ("open", "township"),
    ("returned", "submit", "province"): ("open", "township"),
    ("sent again", "approve", "township"): ("open", "county"),
    ("sent again", "return", "township"): ("returned", "township"),
    ("sent again", "reject", "township"): ("rejected", "township"),
    ("sent again", "withdraw", "village"): ("withdrawn", "township"),
}
"""ReturnedPlace, verdict, seat → state and reviewer. Whatever is not named here is refused."""

AFTER_THE_END = ("approved", "rejected", "withdrawn")
SEATS = ("village", *WAY)


@pytest.fixture
def at(submit, actor):
    """A case that has come to a place: `at("returned")`."""

    def arrive(place: str) -> Case:
        case = submit()
        climbs = {"at county": 1, "at province": 2, "approved": 3}
        for name in WAY[: climbs.get(place, 0)]:
            case = actions.approve_case(case=case, by=actor(name))
        if place in ("returned", "sent again"):
            case = ACTS["return"](case, actor("township"), submit)
        if place == "rejected":
            case = ACTS["reject"](case, actor("township"), submit)
        if place == "withdrawn":
            case = ACTS["withdraw"](case, actor("village"), submit)
        return submit() if place == "sent again" else case

    return arrive


@pytest.mark.parametrize("place", PLACES)
def test_verdict_leads_where_the_table_says(at, submit, actor, unit_of, place):
    """Each seat tries each verdict on the case, which is then as it was before."""
    here = at(place)
    before = here.decisions.count()
    for verdict, seat in product(ACTS, SEATS):
        with undone():
            case = Case.objects.get(pk=here.pk)
            expected = LEADS_TO.get((place, verdict, seat))
            if place in AFTER_THE_END and verdict == "submit":
                expected = ("open", "township")
            if expected is None:
                with pytest.raises(CannotDecide, match=r"。$"):
                    ACTS[verdict](case, actor(seat), submit)
                assert case.decisions.count() == before
            else:
                after = ACTS[verdict](case, actor(seat), submit)
                assert expected == (after.state, seat_of(after, unit_of)), (verdict, seat)
                assert after.decisions.latest("id").verdict == verdict


def seat_of(case, unit_of):
    return next(name for name in WAY if unit_of(name).pk == case.reviewer_id)


@pytest.mark.parametrize("place", PLACES)
def test_case_is_live_until_its_end(at, place):
    case = at(place)
    live = Case.objects.of(case.unit).live().filter(pk=case.pk).exists()
    assert live is (place not in AFTER_THE_END)


@pytest.mark.parametrize("place", PLACES)
def test_case_says_where_it_stands(at, unit_of, place):
    case = at(place)
    words = {
        "returned": "退回修改",
        "approved": "已通过",
        "rejected": "不予通过",
        "withdrawn": "已撤回",
        "at county": f"待{unit_of('county').association}审核",
        "at province": f"待{unit_of('province').association}汇总",
    }
    assert case.standing == words.get(place, f"待{unit_of('township').association}审核")
    assert case.tone
    assert str(case) == "走访慰问（2023年上半年）"


@pytest.mark.parametrize("place", PLACES)
def test_case_has_an_event_for_each_decision(at, place):
    case = at(place)
    verbs = Event.objects.filter(object_id=str(case.pk), verb__startswith="case.").order_by("id")
    done = [CASE_VERBS[d.verdict] for d in case.decisions.order_by("id")]
    assert list(verbs.values_list("verb", flat=True)) == done
    assert set(verbs.values_list("path", flat=True)) == {case.path}


@pytest.mark.parametrize("place", PLACES)
def test_decisions_are_signed_by_who_made_them(at, actor, place):
    known = {actor(name).user_id: actor(name) for name in SEATS}
    for decision in Decision.objects.filter(case=at(place)):
        by = known[decision.actor_id]
        assert (decision.actor_name, decision.post_title) == (by.name, by.post_title)
        assert (decision.actor_unit_id, decision.actor_unit_name) == (by.unit_id, by.unit_name)
        assert str(decision).startswith(decision.get_verdict_display())


@pytest.mark.parametrize("place", ["sent", "at county", "at province", "sent again"])
@pytest.mark.parametrize("verdict", ["approve", "return", "reject"])
def test_verdict_needs_the_right_of_the_step_wherever_it_stands(at, submit, actor, place, verdict):
    case = at(place)
    seat = {"at county": "county", "at province": "province"}.get(place, "township")
    powerless = replace(actor(seat), permissions=frozenset({"case.view"}))
    with pytest.raises(CannotDecide, match="没有审核权限"):
        ACTS[verdict](case, powerless, submit)


@pytest.mark.parametrize("seat", WAY)
def test_two_persons_are_needed_at_every_step(submit, actor, colleague, seat):
    """Whoever sent a matter up decides on it at no level; a colleague of the same seat may."""
    case = submit(by=actor(seat))
    for name in WAY[: WAY.index(seat)]:
        case = actions.approve_case(case=case, by=actor(name))
    with pytest.raises(CannotDecide, match="双人复核"):
        actions.approve_case(case=case, by=actor(seat))
    case = actions.approve_case(case=case, by=colleague(seat))
    assert case.decisions.latest("id").actor_name == "同事"


@pytest.mark.parametrize("verdict", ["return", "reject"])
def test_one_person_may_send_back_what_he_sent_up(submit, actor, verdict):
    """The rule guards approval; undoing one's own mistake needs nobody else."""
    by = actor("township")
    case = ACTS[verdict](submit(by=by), by, submit)
    assert case.state in ("returned", "rejected")


def test_stale_copies_of_a_case_decide_nothing(submit, actor):
    """Two tabs hold the same case; what the second one shows is over."""
    first, second = submit(), Case.objects.get()
    actions.approve_case(case=first, by=actor("township"))
    with pytest.raises(CannotDecide, match="还没有轮到您的单位，或者已经过了您的环节"):
        actions.reject_case(case=second, by=actor("township"), reason="不符")
    assert Case.objects.get().reviewer_id == actor("county").unit_id
