"""Flows: which version binds whom, how steps lead up, and what running cases finish on."""

import pytest

from fpa.access.models import Level
from fpa.approval import actions
from fpa.approval.actions import CannotDecide, CannotPublish, Step
from fpa.approval.models import Case, Flow
from fpa.approval.tests.conftest import SAMPLE, STEPS
from fpa.audit.models import Event

REVIEW = "submission.review"


def step(level: int, label: str = "审核") -> Step:
    return {"level": level, "permission": REVIEW, "label": label}


@pytest.fixture
def publish(province_scope, actor):
    """Publish a flow by a seat: `publish("county", step(3))`."""

    def act(name, *steps, code="own", title="流程"):
        return actions.publish_flow(code=code, name=title, steps=steps or STEPS, by=actor(name))

    return act


@pytest.mark.parametrize(
    ("publishers", "binds"),
    [
        ((), {"village": None, "sibling": None}),
        (("province",), {"village": "province", "sibling": "province", "city": "province"}),
        (("province", "county"), {"village": "county", "township": "county", "sibling": "province"}),
        (("county", "province"), {"village": "county", "county": "county", "city": "province"}),
        (("city", "county"), {"village": "county", "sibling": "city", "city": "city", "province": None}),
    ],
)
def test_the_nearest_publishers_newest_version_binds(publish, unit_of, publishers, binds):
    for name in publishers:
        publish(name)
        publish(name)
    for name, by in binds.items():
        found = Flow.objects.current_for("own", unit_of(name))
        assert (found and (found.unit, found.version)) == (by and (unit_of(by), 2)), name


def test_versions_are_counted_by_publisher_and_code(publish):
    made = [publish("county"), publish("city"), publish("county"), publish("county", code="other")]
    assert [(f.version, f.code) for f in made] == [(1, "own"), (1, "own"), (2, "own"), (1, "other")]
    assert str(made[2]) == "流程（第 2 版）"


def test_publishing_tells_what_the_steps_were_and_are(publish, actor):
    publish("county", step(3))
    publish("county", step(4), step(3))
    events = Event.objects.filter(verb="flow.published").order_by("id")
    county = "审核（县市区计生协，本级审核，不限，全部同意，都要办，意见）"
    township = county.replace("县市区", "乡镇街道")
    assert [e.changes["steps"] for e in events] == [[None, county], [county, f"{township} → {county}"]]
    assert {e.actor_name for e in events} == {actor("county").name}


@pytest.mark.parametrize(
    ("steps", "reason"),
    [
        ((), "至少要有一个"),
        ((step(1), step(4)), "从下级到上级依次"),
        ((step(4), step(3), step(4)), "从下级到上级依次"),
        ((step(0),), "从下级到上级依次"),
        ((step(6),), "从下级到上级依次"),
        ((step(3, ""),), "没有名称"),
        (({"level": 3, "permission": "", "label": "县"},), "不存在"),
        (({"level": 3, "permission": "submission.approve_all", "label": "县"},), "submission.approve_all"),
    ],
)
def test_steps_that_make_no_way_are_refused_by_name(province_scope, actor, steps, reason):
    with pytest.raises(CannotPublish, match=reason) as refusal:
        actions.publish_flow(code="own", name="流程", steps=steps, by=actor("county"))
    assert str(refusal.value).endswith("。")
    assert not Event.objects.filter(verb="flow.published").exists()


@pytest.mark.parametrize(
    ("levels", "way"),
    [
        ((4,), ["township"]),
        ((3,), ["county"]),
        ((2, 1), ["city", "province"]),
        ((4, 3, 2, 1), ["township", "county", "city", "province"]),
        ((5, 4), ["township"]),
        ((1,), ["province"]),
    ],
)
def test_a_case_climbs_the_levels_that_the_flow_names(publish, submit, actor, unit_of, levels, way):
    flow = publish("province", *(step(level) for level in levels))
    case = submit(flow=flow)
    climbed = []
    while case.state == "open":
        name = next(n for n in ("township", "county", "city", "province") if unit_of(n) == case.reviewer)
        climbed.append(name)
        case = actions.approve_case(case=case, by=actor(name))
    assert (case.state, climbed) == ("approved", way)


def test_two_steps_of_one_level_are_both_taken(publish, submit, actor, colleague):
    """初审 and 复审 at the township."""
    flow = publish("province", step(4, "初审"), step(4, "复审"))
    case = submit(flow=flow)
    labels = []
    for by in (actor("township"), colleague("township")):
        labels.append(case.step_label)
        case = actions.approve_case(case=case, by=by)
    assert (labels, case.state) == (["初审", "复审"], "approved")


@pytest.mark.parametrize("level", [Level.VILLAGE, Level.TOWNSHIP])
def test_a_flow_that_ends_at_the_units_own_level_takes_nothing_up(publish, actor, unit_of, level):
    township = unit_of("township")
    flow = publish("province", step(level))
    with pytest.raises(CannotDecide, match=r"没有.*上级审核环节，请联系省计生协办公室"):
        actions.submit_case(
            kind=SAMPLE, flow=flow, subject=township, title="表", unit=township, by=actor("township")
        )
    assert not Case.objects.exists()


def test_running_cases_finish_on_their_version_and_new_ones_take_the_next(publish, submit, actor, unit_of):
    old = publish("province", step(4), step(3))
    case = submit(flow=old)
    new = publish("province", step(1))
    case = actions.approve_case(case=case, by=actor("township"))
    assert (case.flow_id, case.reviewer) == (old.pk, unit_of("county"))
    case = actions.approve_case(case=case, by=actor("county"))
    assert case.state == "approved"
    fresh = submit(flow=Flow.objects.current_for("own", unit_of("village")))
    assert (fresh.flow_id, fresh.reviewer) == (new.pk, unit_of("province"))


def test_ensure_flow_leaves_a_countys_own_version_alone(publish, unit_of):
    own = publish("county", step(3), code="submission")
    province = actions.ensure_flow("submission", "数据上报审核", STEPS)
    assert (own.version, province.version) == (1, 1)
    assert actions.ensure_flow("submission", "数据上报审核", STEPS) == province
    assert Flow.objects.current_for("submission", unit_of("village")) == own
