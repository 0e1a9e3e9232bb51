"""补录 and amendments: what was approved before the platform, and what changes what was approved."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.kinds import CaseKind, register
from fpa.approval.links import subject_links
from fpa.approval.models import Case, Task
from fpa.approval.tests.conftest import SAMPLE, in_days
from fpa.audit.models import Event
from fpa.files.actions import CannotKeepDocument, NewDocument
from fpa.files.queries import resting_on
from fpa.files.tests.samples import PDF
from fpa.training.actions import submit_plan
from fpa.training.cases import PLAN, ensure_flows
from fpa.training.models import Plan

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
    assert case.standing == f"待{unit_of('township').association}补录复核"
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


@pytest.fixture
def plan(province_scope, unit_of):
    """A county's training plan of a year before the platform."""
    return Plan.objects.create(
        unit=unit_of("county"), year=2021, title="2021年培训计划", sessions=3, participants=90
    )


def test_a_plan_is_entered_afterwards_on_its_page(plan, client_as, colleague):
    client = client_as("county")
    assert f"/cases/past/training_plan/{plan.pk}/" in client.get(plan.get_absolute_url()).content.decode()
    url = f"/cases/past/training_plan/{plan.pk}/"
    assert "请填写发文机关" in client.post(url, {"document": "湘计生协〔2021〕8号"}).content.decode()
    told = {"document": "湘计生协〔2021〕8号", "issuer": "省计生协", "issued_on": "2021-03-01"}
    client.post(url, told | {"upload": SimpleUploadedFile("批复.pdf", PDF)})
    case = Case.objects.get()
    page = client.get(f"/cases/{case.pk}/").content.decode()
    assert all(words in page for words in ("补录", "湘计生协〔2021〕8号", "下载扫描件"))
    actions.approve_case(case=case, by=colleague("county"))
    plan.refresh_from_db()
    assert plan.state == "approved"
    assert url not in client.get(plan.get_absolute_url()).content.decode()


def test_what_nobody_reviews_is_not_offered_for_entering(plan, actor):
    by = actor("county")
    assert [link.label for link in subject_links(PLAN, plan, by)] == ["补录"]
    assert subject_links(replace(PLAN, flow=lambda unit: None), plan, by) == []


def test_a_plan_is_amended_from_its_case(plan, client_as, colleague, actor):
    ensure_flows()
    case = actions.record_past_case(
        kind=PLAN, subject=plan, title=plan.title, unit=plan.unit, document=BASIS, by=actor("county")
    )
    actions.approve_case(case=case, by=colleague("county"))
    client, url = client_as("county"), f"/cases/{case.pk}/amend/training_plan_change/"
    assert url in client.get(f"/cases/{case.pk}/").content.decode()
    told = {"sessions": 5, "participants": 90, "reason": "增加两场"}
    asked = client.post(url, told).content.decode()
    assert ("仍按原来批准的内容执行" in asked, "变更：计划场次：3 → 5" in asked) == (True, True)
    assert "90 → 90" not in asked
    client.post(url, told | {"confirmed": "1"})
    change = Case.objects.get(amends=case)
    for address in (f"/cases/{change.pk}/decide/", f"/cases/{change.pk}/"):
        page = client_as("city").get(address).content.decode()
        assert all(words in page for words in ("变更：计划场次", "3 → 5", "增加两场"))
    actions.approve_case(case=change, by=actor("city"))
    plan.refresh_from_db()
    assert (plan.sessions, plan.state) == (5, "approved")
    assert Event.objects.get(verb="plan.amended").changes["sessions"] == [3, 5]


def test_a_plan_is_withdrawn_on_the_page_of_its_case(plan, client_as, actor):
    ensure_flows()
    case = submit_plan(plan=plan, by=actor("county"))
    client = client_as("county")
    assert f"/cases/{case.pk}/withdraw/" in client.get(f"/cases/{case.pk}/").content.decode()
    client.post(f"/cases/{case.pk}/withdraw/", {"reason": "数字有误"})
    plan.refresh_from_db()
    assert (Case.objects.get().state, plan.state) == ("withdrawn", "draft")


@pytest.mark.parametrize("name", ["sibling", "village"])
def test_pages_of_entering_are_for_who_may(plan, client_as, name):
    status = 404 if name == "sibling" else 403
    assert client_as(name).get(f"/cases/past/training_plan/{plan.pk}/").status_code == status
    assert client_as(name).get(f"/cases/past/submission/{plan.pk}/").status_code == 404


@pytest.mark.parametrize(("query", "count"), [("past=True", 1), ("past=False", 0), ("mine=all", 1)])
def test_case_list_tells_what_was_entered_afterwards(past, client_as, query, count):
    past()
    assert f"共 {count} 条" in client_as("county").get(f"/cases/?{query}").content.decode()
