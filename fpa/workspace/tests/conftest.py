"""Work for the cast to find: a flow, matters on their way, a collection that is due."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.approval import actions
from fpa.approval.actions import ReturnedPlace, Step
from fpa.approval.tests.conftest import SAMPLE
from fpa.reporting.actions.collections import issue_collection
from fpa.threads import actions as talk

STEPS: list[Step] = [
    {"level": n, "permission": "submission.review", "label": f"{n}级审核"} for n in (4, 3, 2, 1)
]


@pytest.fixture
def today() -> date:
    return timezone.localdate()


@pytest.fixture
def submit(province_scope, actor, unit_of):
    """Send the village's matter up: `submit(title)`; each title is a matter of its own."""
    flow = actions.ensure_flow("test", "测试流程", STEPS)
    subjects = iter(unit_of("county").children.all())

    def act(title="走访慰问", by="village"):
        return actions.submit_case(
            kind=SAMPLE, flow=flow, subject=next(subjects), title=title, unit=unit_of("village"), by=actor(by)
        )

    return act


@pytest.fixture
def give_back(actor, today):
    """Return a case from the township: `give_back(case, "cell", …, days=3)`."""

    def act(case, *cells, days=3):
        places: list[ReturnedPlace] = [{"place": c, "label": f"格{c}", "reason": f"{c}不对"} for c in cells]
        due_on = today + timedelta(days=days)
        return actions.return_case(
            case=case, by=actor("township"), reason="整表有误", due_on=due_on, places=places
        )

    return act


@pytest.fixture
def ask(province_scope, actor, unit_of):
    """Ask the village something: `ask("county")`."""

    def act(by, body="请说明情况", **more):
        village = unit_of("village")
        return talk.open_thread(
            subject=village, unit=village, title="情况核实", body=body, by=actor(by), **more
        )

    return act


@pytest.fixture
def collection(standard_forms, actor, today):
    """A form that the county asks of its villages, due in five days."""
    form = standard_forms["visit"]
    return issue_collection(
        form=form,
        title="集中宣传服务活动情况",
        period="2023H1" if form.period_kind == "half" else "2023",
        fill_level=5,
        opens_on=today,
        due_on=today + timedelta(days=5),
        locks_on=today + timedelta(days=9),
        by=actor("county"),
    )
