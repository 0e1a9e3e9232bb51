"""The standard forms: whole, in step with the catalogue of figures, and with checks that can be run."""

import pytest

from fpa.access.models import Level
from fpa.access.scope import scoped
from fpa.approval.models import Flow
from fpa.audit.models import Event
from fpa.core.periods import KINDS
from fpa.figures import catalogue
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.checks import BadCheck, check_rule
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
        assert (form.items.count(), form.checks.count()) == (2, 4)
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
