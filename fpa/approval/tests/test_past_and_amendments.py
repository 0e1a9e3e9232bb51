"""补录 and amendments: what was approved before the platform, and what changes what was approved."""

import pytest
from django.utils import timezone

from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.kinds import CaseKind, register
from fpa.approval.models import Case, Task
from fpa.approval.tests.conftest import SAMPLE, in_days
from fpa.audit.models import Event
from fpa.files.actions import CannotKeepDocument, NewDocument
from fpa.files.queries import resting_on

APPLIED: list[str] = []


def _apply(case, decision, by):
    APPLIED.append(case.subject_id)
    return {"applied": [None, case.title]}


CHANGE = CaseKind(
    code="sample_change", label="申请变更", subject="access.unit", view="case.view", flow=lambda unit: "submission",
    summary=lambda unit: [("单位", unit.name)], amends="sample", changes=("name",), enter="thread.write",
    on_approved=_apply,
)  # fmt: skip
register(CHANGE)

WAY = ("township", "county", "province")
BASIS = NewDocument("湘计生协〔2021〕8号", "省计生协", timezone.localdate())


@pytest.fixture
def past(province_scope, actor, unit_of):
    """What the township enters afterwards."""

    def act(**changes):
        township = unit_of("township")
        given = {
            "kind": SAMPLE,
            "subject": township,
            "title": "2021年项目",
            "unit": township,
            "document": BASIS,
        }
        return actions.record_past_case(**given | {"by": actor("township")} | changes)

    return act


def test_past_case_is_checked_by_a_second_person_and_marked(past, actor, colleague, unit_of):
    case = past()
    assert case.standing == f"待{unit_of('township').short_name}补录复核"
    assert [row.url for row in resting_on(case.basis)] == [case.get_absolute_url()]
    with pytest.raises(CannotDecide, match="双人复核"):
        actions.approve_case(case=case, by=actor("township"))
    case = actions.approve_case(case=case, by=colleague("township"))
    assert (case.state, case.is_past, case.flow, case.due_on) == ("approved", True, None, None)
    assert Task.objects.get().due_on is None


def test_past_case_that_is_returned_is_not_late(past, actor, colleague):
    case = actions.return_case(case=past(), by=colleague("township"), reason="文号不符", due_on=in_days(0))
    assert (case.due_on, case.decisions.latest("id").due_on) == (None, None)


def test_past_case_needs_a_basis_that_can_be(past):
    with pytest.raises(CannotKeepDocument, match="不能晚于今天"):
        past(document=NewDocument("湘计生协〔2021〕8号", "省计生协", in_days(3)))
    assert not Case.objects.exists()


@pytest.mark.parametrize("state", ["open", "approved"])
def test_past_case_of_what_is_known_is_refused(past, colleague, state):
    case = past()
    if state == "approved":
        actions.approve_case(case=case, by=colleague("township"))
    with pytest.raises(CannotDecide, match="正在审核" if state == "open" else "不需要补录"):
        past()


@pytest.mark.parametrize("name", ["village", "sibling"])
def test_past_case_is_not_entered_for_a_unit_outside(past, actor, name):
    with pytest.raises(CannotDecide, match="不在您的管理范围内"):
        past(by=actor(name))


@pytest.fixture
def approved(submit, actor):
    """The village's matter, approved at every level."""
    case = submit()
    for name in WAY:
        case = actions.approve_case(case=case, by=actor(name))
    return case


def amend(case, by, name="改后的名称", reason="撤并更名"):
    return actions.amend_case(case=case, kind=CHANGE, values={"name": name}, reason=reason, by=by)


def test_amendment_is_a_case_of_its_own_and_changes_the_subject(approved, actor, unit_of):
    APPLIED.clear()
    before = unit_of("village").name
    change = amend(approved, actor("village"))
    assert (change.amends, change.kind, change.changes) == (
        approved,
        "sample_change",
        {"name": [before, "改后的名称"]},
    )
    assert ("变更：名称", f"{before} → 改后的名称") in CHANGE.facts_of(change, unit_of("village"))
    for name in WAY:
        assert unit_of("village").name == before
        change = actions.approve_case(case=change, by=actor(name))
    assert (unit_of("village").name, APPLIED) == ("改后的名称", [change.subject_id])
    changes = Event.objects.filter(object_id=str(change.pk)).latest("id").changes
    assert (changes["name"], changes["applied"]) == ([before, "改后的名称"], [None, change.title])


def test_amendment_that_came_back_goes_up_with_other_values(approved, actor):
    change = amend(approved, actor("village"))
    actions.return_case(case=change, by=actor("township"), reason="名称有误", due_on=in_days(2))
    again = amend(approved, actor("village"), name="再改的名称")
    assert (again.pk, again.round, again.changes["name"][1]) == (change.pk, 2, "再改的名称")


def test_amendment_of_what_has_changed_meanwhile_is_refused(approved, actor, unit_of):
    change = amend(approved, actor("village"))
    village = unit_of("village")
    village.name = "另改的名称"
    village.save()
    for name in WAY[:2]:
        change = actions.approve_case(case=change, by=actor(name))
    with pytest.raises(CannotDecide, match="又有改动"):
        actions.approve_case(case=change, by=actor("province"))
    assert Case.objects.get(pk=change.pk).state == "open"


def test_amendments_are_not_approved_unseen(approved, actor):
    change = amend(approved, actor("village"))
    result = actions.decide_cases(cases=[change], verdict="approve", by=actor("township"))
    assert (result.done, "单独办理" in result.failed[0][1]) == ([], True)


@pytest.mark.parametrize(("given", "match"), [({"name": None}, "没有改动"), ({"reason": " "}, "理由")])
def test_amendment_needs_a_change_and_a_reason(approved, actor, unit_of, given, match):
    given = {"name": unit_of("village").name} if "name" in given else given
    with pytest.raises(CannotDecide, match=match):
        amend(approved, actor("village"), **given)


def test_only_what_is_approved_is_amended(submit, actor):
    with pytest.raises(CannotDecide, match="还没有通过"):
        amend(submit(), actor("village"))
