"""What the tests of approval start from: a flow up the levels, and a subject of the cast's village.

The subject is the village's own unit row: any saved row will do, and this one is always there.
"""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from fpa.access.models import User
from fpa.access.scope import scoped
from fpa.approval import actions
from fpa.approval.actions import ReturnedPlace, Step
from fpa.approval.kinds import CaseKind, ReturnablePlace, register
from fpa.core.expressions import Term

SAMPLE = CaseKind(
    code="sample",
    label="样例事项",
    subject="access.unit",
    view="case.view",
    flow=lambda unit: "submission",
    summary=lambda unit: [("单位", unit.name), ("层级", unit.get_level_display())],
    places=lambda unit: [ReturnablePlace("name", "名称"), ReturnablePlace("code", "区划代码")],
    facts=lambda unit: {"level": unit.level},
    terms=(Term("level", "单位层级"),),
    enter="thread.write",
)
"""A kind whose subjects are units: any saved row will do, and they are always there."""

register(SAMPLE)

STEPS: list[Step] = [
    {"level": 4, "permission": "submission.review", "label": "乡镇审核"},
    {"level": 3, "permission": "submission.review", "label": "县级审核"},
    {"level": 1, "permission": "submission.review", "label": "省级汇总"},
]


def in_days(days):
    return timezone.localdate() + timedelta(days=days)


@pytest.fixture
def flow(province_scope):
    return actions.ensure_flow("submission", "数据上报审核", STEPS)


@pytest.fixture
def submit(flow, actor, unit_of):
    """Submit the village's subject: `submit()`; or as somebody else: `submit(by=…)`."""

    def act(**changes):
        village = unit_of("village")
        given = {
            "kind": SAMPLE,
            "flow": flow,
            "subject": village,
            "title": "走访慰问（2023年上半年）",
            "unit": village,
        }
        return actions.submit_case(**given | {"by": actor("village")} | changes)

    return act


@pytest.fixture
def returned(submit, actor):
    """A case that the township returned with two cells to mend."""
    places: list[ReturnedPlace] = [
        {"place": "visit.households", "label": "走访户数", "reason": "比上期多十倍，请核对"},
        {"place": "visit.money", "label": "慰问金额"},
    ]
    return actions.return_case(
        case=submit(), by=actor("township"), reason="数字有误", due_on=in_days(3), places=places
    )


@pytest.fixture
def colleague(actor):
    """Another person in the same seat: `colleague("county")`."""

    def made(name):
        user, _ = User.objects.get_or_create(username=f"{name}-2", defaults={"name": "同事"})
        return replace(actor(name), user_id=user.pk, name=user.name)

    return made


@pytest.fixture
def as_seat(actor):
    """Run a block in the scope of a member of the cast's seat."""
    return lambda name: scoped(actor(name).path)
