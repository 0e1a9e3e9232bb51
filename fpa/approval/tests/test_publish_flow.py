"""Flows: versions, what makes a way up, and which one binds a unit."""

import pytest
from django.db import connection, transaction

from fpa.approval import actions
from fpa.approval.actions import CannotPublish
from fpa.approval.models import Flow
from fpa.approval.tests.conftest import STEPS
from fpa.audit.models import Event


def test_ensure_flow_publishes_once(flow):
    assert actions.ensure_flow("submission", "数据上报审核", STEPS) == flow
    assert (flow.version, flow.path) == (1, "/")
    assert Event.objects.filter(verb="flow.published").count() == 1


@pytest.mark.parametrize(("name", "steps"), [("改了名", STEPS), ("数据上报审核", STEPS[1:])])
def test_ensure_flow_makes_a_version_of_a_change(flow, name, steps):
    newer = actions.ensure_flow("submission", name, steps)
    assert (newer.version, newer.name, newer.steps) == (2, name, steps)
    assert Flow.objects.get(pk=flow.pk).steps == STEPS


@pytest.mark.parametrize(
    ("steps", "match"),
    [
        ([], "至少"),
        ([STEPS[1], STEPS[0]], "依次"),
        ([STEPS[0] | {"level": 9}], "依次"),
        ([STEPS[0] | {"permission": "submission.juggle"}], "不存在"),
        ([STEPS[0] | {"label": ""}], "没有名称"),
    ],
)
def test_publish_flow_refuses_what_leads_nowhere(province_scope, actor, steps, match):
    with pytest.raises(CannotPublish, match=match):
        actions.publish_flow(code="x", name="流程", steps=steps, by=actor("county"))
    assert not Flow.objects.filter(code="x").exists()


def test_publish_flow_binds_the_publishers_subtree(flow, actor, unit_of, as_seat):
    with as_seat("county"):
        own = actions.publish_flow(code="submission", name="本区流程", steps=STEPS, by=actor("county"))
    assert Flow.objects.current_for("submission", unit_of("village")) == own
    assert Flow.objects.current_for("submission", unit_of("sibling")) == flow
    assert Flow.objects.current_for("other", unit_of("village")) is None


@pytest.mark.parametrize(("name", "sees"), [("village", 2), ("province", 2), ("sibling", 1)])
def test_flow_is_published_down(flow, actor, as_seat, name, sees):
    actions.publish_flow(code="own", name="本区流程", steps=STEPS, by=actor("county"))
    with as_seat(name):
        assert Flow.objects.count() == sees


def test_flow_is_never_edited(flow):
    refused = pytest.raises(Exception, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE approval_flow SET name = 'x'")
