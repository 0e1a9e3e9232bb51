"""The state of a record that follows its case, and what a kind of case takes from its model."""

import pytest

from fpa.access.models import Level, Unit
from fpa.approval.forms import AmendForm
from fpa.approval.kinds import CaseKind
from fpa.approval.models import Case, Flow
from fpa.approval.states import OPEN_TO_CHANGE, ReviewState, status_of
from fpa.approval.subjects import (
    amendment_of,
    ensure_flows_above,
    hooks_of,
    review_note,
    state_fact,
    submit_reviewed,
    told_of,
)
from fpa.core.refusals import Refusal
from fpa.training.cases import PLAN
from fpa.training.models import Plan


@pytest.fixture
def plan(province_scope, unit_of):
    return Plan.objects.create(unit=unit_of("county"), year=2023, title="计划", sessions=6, participants=300)


@pytest.mark.parametrize(
    ("state", "word", "tone"),
    [
        ("draft", "未报送", "plain"),
        ("submitted", "审核中", "waiting"),
        ("returned", "退回修改", "returned"),
        ("approved", "已批准", "done"),
        ("rejected", "未批准", "off"),
    ],
)
def test_status_of_has_a_word_and_a_shape(state, word, tone):
    assert (status_of(state).word, status_of(state).tone) == (word, tone)


@pytest.mark.parametrize("state", ReviewState.values)
def test_record_is_open_to_change_until_it_is_sent_up(state):
    row = Plan(unit=Unit(level=Level.COUNTY), state=state)
    assert row.is_open == (state in OPEN_TO_CHANGE)
    assert row.status == status_of(state)


def test_record_of_the_province_is_in_force_at_once_and_stays_open():
    province, county = Unit(level=Level.PROVINCE), Unit(level=Level.COUNTY)
    assert (Plan.first_state(province), Plan.first_state(county)) == ("approved", "draft")
    row = Plan(unit=province, state="approved")
    assert row.is_open
    assert (row.status.word, row.status.tone) == ("已生效", "done")
    assert "省级培训计划没有上级审核" in review_note(row)
    assert review_note(Plan(unit=county)) == ""


@pytest.mark.parametrize(
    ("hook", "state"),
    [
        ("on_submitted", "submitted"),
        ("on_approved", "approved"),
        ("on_returned", "returned"),
        ("on_rejected", "rejected"),
        ("on_withdrawn", "draft"),
    ],
)
def test_hooks_make_of_the_state_what_was_decided(plan, actor, hook, state):
    Plan.objects.update(state="returned" if state != "returned" else "submitted")
    before = Plan.objects.get().state
    case = Case(subject_id=str(plan.pk))
    assert hooks_of(Plan)[hook](case, None, actor("city")) == {"state": [before, state]}
    assert Plan.objects.get().state == state


def test_told_of_tells_words_and_measures_of_the_model(plan):
    told = told_of(Plan, "year", numbers=("sessions", "participants"))
    assert told["summary"](plan) == [("年度", "2023 年"), ("计划场次", "6 场"), ("计划人次", "300 人次")]
    assert [(place.key, place.label) for place in told["places"](plan)] == [
        ("sessions", "计划场次"),
        ("participants", "计划人次"),
    ]
    assert told["facts"](plan) == {"sessions": 6, "participants": 300}
    assert [(term.key, term.label, term.unit) for term in told["terms"]] == [
        ("sessions", "计划场次", "场"),
        ("participants", "计划人次", "人次"),
    ]


def test_amendment_goes_up_by_the_flow_of_what_it_amends():
    change = amendment_of(PLAN, code="trial", label="变更", changes=("sessions",), verb="plan.amended")
    assert isinstance(change, CaseKind)
    assert (change.amends, change.subject, change.enter) == (
        "training_plan",
        "training.plan",
        "training.edit",
    )
    assert change.flow(Unit(level=Level.COUNTY)) == "training_plan.3"
    assert change.verb_of("approve") == "plan.amended"


def test_ensure_flows_above_publishes_one_step_a_level_once(province_scope):
    for _ in range(2):
        ensure_flows_above("trial", "试验", "training.review")
    flows = Flow.objects.filter(code__startswith="trial.").order_by("code")
    assert [(flow.code, flow.name) for flow in flows] == [
        ("trial.2", "市州试验"),
        ("trial.3", "县市区试验"),
        ("trial.4", "乡镇街道试验"),
    ]
    assert [[step["level"] for step in flow.steps] for flow in flows] == [[1], [2], [3]]


def test_submit_reviewed_refuses_what_is_sent_up_and_the_provinces(plan, actor, unit_of):
    ensure_flows_above("training_plan", "培训计划", "training.review")
    case = submit_reviewed(plan, kind=PLAN, refusal=Refusal, by=actor("county"))
    fact = state_fact(Plan.objects.get())
    assert fact.value.word == "审核中"
    assert fact.more.url == case.get_absolute_url()
    with pytest.raises(Refusal, match="审核中，不能修改"):
        submit_reviewed(plan, kind=PLAN, refusal=Refusal, by=actor("county"))
    own = Plan.objects.create(
        unit=unit_of("province"), year=2023, title="省计划", sessions=6, participants=9, state="approved"
    )
    with pytest.raises(Refusal, match="没有上级审核"):
        submit_reviewed(own, kind=PLAN, refusal=Refusal, by=actor("province"))


def test_state_of_what_was_never_sent_up_leads_to_no_case(plan):
    assert state_fact(plan).more is None


def test_amendment_holds_to_the_bounds_of_the_model(plan):
    given = {"subject": plan, "names": ("sessions",), "proposed": {}}
    form = AmendForm({"sessions": "0", "reason": "压减"}, **given)
    assert "计划场次不能小于 1" in form.errors["sessions"][0]
    assert AmendForm({"sessions": "5", "reason": "压减"}, **given).is_valid()
