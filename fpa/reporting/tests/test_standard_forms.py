"""The standard forms: whole, in step with the catalogue of figures, and with checks that can be run."""

from decimal import Decimal

import pytest

from fpa.access.models import Level
from fpa.access.scope import scoped
from fpa.approval.models import Flow
from fpa.audit.models import Event
from fpa.core.periods import KINDS
from fpa.figures import catalogue
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.checks import BadCheck, Facts, check_rule, find
from fpa.reporting.models import Cell, Form, PeriodKind
from fpa.reporting.standard_forms import (
    FORMS,
    HARD,
    Rule,
    Standard,
    ensure_flows,
    flow_code,
    publish_standard,
)

LINES = [(standard, line) for standard in FORMS for line in standard.lines]


@pytest.mark.parametrize(("standard", "line"), LINES)
def test_line_is_a_figure_of_the_catalogue_with_the_same_unit(standard_forms, standard, line):
    figure = catalogue.get(line.key)
    assert figure.unit == line.measure
    assert figure.definition.startswith(line.definition)
    assert not figure.pending
    assert line.key.startswith(f"{standard.code}.")


def test_lines_are_the_figures_that_count_cells(standard_forms):
    assert sorted(catalogue.counting(Cell)) == sorted(line.key for _, line in LINES)


@pytest.mark.parametrize(("standard", "rule"), [(s, r) for s in FORMS for r in s.rules])
def test_rule_can_be_run_on_its_form(standard, rule):
    keys, fields = [line.key for line in standard.lines], [line.typed for line in standard.lines]
    check_rule(rule.kind, rule.params, keys, fields)
    assert rule.message.endswith("。")


MISTAKES = [
    ("visit", "金额多写一位", {"households": 3, "value": 48000}, {"households": 1, "value": 984}, "value"),
    ("visit", "金额少写两位", {"households": 3, "value": 30}, {"households": 3, "value": 3000}, "value"),
    ("visit", "金额按万元填写", {"households": 300, "value": 18}, {}, "value"),
    ("visit", "有钱没有户数", {"households": 0, "value": 600}, {}, "households"),
    ("visit", "有户数没有钱", {"households": 3, "value": 0}, {}, "value"),
    (
        "visit",
        "户数多写一位",
        {"households": 30, "value": 1800},
        {"households": 3, "value": 1800},
        "households",
    ),
    ("campaign529", "人次漏填", {"publicity_events": 3, "publicity_participants": 2}, {}, ""),
    ("campaign529", "场次填成人次", {"publicity_events": 300}, {"publicity_events": 3}, "publicity_events"),
    ("campaign529", "人次多写一位", {"publicity_participants": 9000}, {"publicity_participants": 800}, ""),
    ("campaign529", "资料多写两位", {"publicity_participants": 80, "leaflets": 20000}, {}, "leaflets"),
    ("campaign529", "有人次没有活动", {"care_events": 0, "served": 40}, {}, "care_events"),
    ("campaign529", "每场服务人次过多", {"care_events": 1, "served": 60000}, {}, "served"),
    ("campaign529", "服务人次多写一位", {"care_events": 5, "served": 900}, {"served": 70}, "served"),
    ("campaign529", "惠及人数多写一位", {"benefited": 6000}, {"benefited": 590}, "benefited"),
]
"""What a clerk may well get wrong: the form, the mistake, the values now and last, where it shows ("" for anywhere)."""
USUAL = {
    "visit": {"households": 3, "value": 1800},
    "campaign529": {
        "publicity_events": 3, "publicity_participants": 240, "care_events": 2, "leaflets": 500, "served": 80,
        "benefited": 600,
    },
}  # fmt: skip


@pytest.mark.parametrize(("code", "mistake", "now", "last", "place"), MISTAKES)
def test_a_plausible_mistake_is_asked_about(forms, code, mistake, now, last, place):
    found = findings(forms[code], USUAL[code] | now, last)
    assert found, mistake
    assert any(key.endswith(place) for key in found), (mistake, found)


@pytest.mark.parametrize("code", USUAL)
def test_usual_values_are_not_asked_about(forms, code):
    assert findings(forms[code], USUAL[code], USUAL[code]) == []


def findings(form, now, last):
    """Keys at which the form's checks find something."""
    items = {item.key: item for item in form.items.all()}

    def keyed(values):
        return {f"{form.code}.{key}": Decimal(value) for key, value in values.items()}

    facts = Facts(items, keyed(now), keyed(last))
    return [found.key for found in find(list(form.checks.all()), facts, table="", column="", explanations={})]


def test_period_kinds_are_those_of_periods():
    assert tuple(PeriodKind.values) == KINDS


def test_publish_standard_writes_items_in_order_and_an_event(forms, unit_of):
    form = forms["campaign529"]
    assert [item.order for item in form.items.all()] == [1, 2, 3, 4, 5, 6]
    assert form.checks.count() == len(FORMS[1].rules)
    event = Event.objects.filter(verb="form.published").get(object_id=str(form.pk))
    assert event.changes["checks"] == len(FORMS[1].rules)


def test_publish_standard_refuses_a_rule_that_does_not_fit(forms, unit_of):
    rule = Rule(HARD, "not_more_than", "不合适。", {"a": "visit.households", "b": "other.item"})
    broken = Standard("broken", "坏表", PeriodKind.YEAR, "", FORMS[0].lines, (rule,))
    with pytest.raises(BadCheck, match="不在这张表里"):
        publish_standard(broken, unit_of("province"))
    assert not Form.objects.filter(code="broken").exists()


def test_items_and_checks_are_read_below_and_written_above(forms, actor):
    with scoped(actor("village").path):
        form = Form.objects.get(code="visit")
        assert (form.items.count(), form.checks.count()) == (2, 5)
        assert form.items.update(label="改") == 0
        assert form.checks.update(severity="odd") == 0


def test_ensure_flows_leads_each_level_to_the_one_above(forms):
    flows = {flow.code: flow for flow in ensure_flows()}
    assert Flow.objects.count() == len(flows) == 4
    for level in (Level.CITY, Level.COUNTY, Level.TOWNSHIP, Level.VILLAGE):
        (step,) = flows[flow_code(level)].steps
        assert (step["level"], step["permission"]) == (level - 1, "submission.review")


def test_submit_submission_without_a_flow_names_who_can_help(course, village):
    course.fill(village, households=30, value=30000)
    with pytest.raises(CannotSubmit, match="联系省计生协办公室"):
        _without_flows(course, village)


def _without_flows(course, village):
    """Submit under a flow's code that nobody published."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fpa.reporting.cases.flow_code", lambda level: f"missing.{level}")
        course.submit(village)
