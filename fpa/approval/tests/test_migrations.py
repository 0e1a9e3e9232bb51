"""What waited for a review before there were tasks has its task after the migration, and back again."""

from importlib import import_module

import pytest
from django.db import connection, transaction

from conftest import _owner_of
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.approval import actions
from fpa.approval.conditions import holds
from fpa.approval.models import Case, Flow, Task
from fpa.approval.tests.conftest import SAMPLE, STEPS
from tests.cast import cast_unit


@pytest.mark.parametrize("state", ["open", "withdrawn"])
def test_tasks_of_open_cases_are_made_by_the_migration(committed_db, state):
    filling = import_module("fpa.approval.migrations.0004_tasks_of_open_cases")
    with whole_province():
        flow = actions.ensure_flow("submission", "数据上报审核", STEPS)
        village, by = cast_unit("village"), actor_for("village")
        case = actions.submit_case(kind=SAMPLE, flow=flow, subject=village, title="表", unit=village, by=by)
        if state == "withdrawn":
            actions.withdraw_case(case=case, by=by)
    with _owner_of(committed_db), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(filling.SCOPE)
        cursor.execute("DELETE FROM approval_task")
        cursor.execute(filling.FILL)
    with whole_province():
        made = list(Task.objects.values_list("case", "assignee", "permission", "state"))
        wanted = [(case.pk, case.reviewer_id, case.permission, "open")] if state == "open" else []
        assert made == wanted
        assert Case.objects.get().state == state


def test_conditions_of_old_flows_are_read_by_the_expressions(committed_db):
    """What a flow said in the language of then it says in brackets after the migration, and back again."""
    rewriting = import_module("fpa.approval.migrations.0005_files_conditions_and_amendments")
    old = [{"level": 4, "label": "甲", "when": when} for when in ("amount >= 500000", "2026金额 = -3", "")]
    with whole_province():
        flow = Flow.objects.create(
            unit=cast_unit("province"), code="old", version=1, name="旧", steps=[*old, STEPS[0]]
        )
    for change, wanted in (
        (rewriting.BRACKET, ["[amount] >= 500000", "[2026金额] = -3", "", None]),
        (rewriting.UNBRACKET, ["amount >= 500000", "2026金额 = -3", "", None]),
    ):
        with _owner_of(committed_db), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(rewriting.SCOPE)
            cursor.execute(change)
        with whole_province():
            assert [step.get("when") for step in Flow.objects.get(pk=flow.pk).steps] == wanted
    assert holds("[amount] >= 500000", {"amount": "499999.99"}) is False
    assert holds("[2026金额] = -3", {"2026金额": -3}) is True
