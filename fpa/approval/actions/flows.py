"""Publishing flows: each edit is a new version, and running cases finish on theirs."""

from collections.abc import Sequence

from django.db import models, transaction

from fpa.access.models import Unit
from fpa.approval.models import Flow
from fpa.approval.steps import Step, check_steps
from fpa.audit.record import record
from fpa.core.actor import SYSTEM, Actor


@transaction.atomic
def publish_flow(*, code: str, name: str, steps: Sequence[Step], by: Actor) -> Flow:
    """Publish the next version of a flow for the actor's unit and all below; running cases finish on theirs.

    Raises CannotPublish where the steps are empty, go downwards, or one of them is not whole.
    """
    check_steps(steps)
    unit = unit_of(by, Unit.objects.select_for_update(no_key=True))
    last = Flow.objects.filter(unit=unit, code=code).order_by("-version").first()
    version = last.version + 1 if last else 1
    flow = Flow.objects.create(unit=unit, code=code, version=version, name=name, steps=list(steps))
    record("flow.published", flow, by=by, changes={"steps": [last.steps if last else None, flow.steps]})
    return flow


def ensure_flow(code: str, name: str, steps: Sequence[Step]) -> Flow:
    """The province's flow of a module: published where it is missing or its name or steps have changed.

    Needs the scope of the whole province. Raises CannotPublish.
    """
    last = Flow.objects.filter(unit__parent=None, code=code).order_by("-version").first()
    if last and (last.name, last.steps) == (name, list(steps)):
        return last
    return publish_flow(code=code, name=name, steps=steps, by=SYSTEM)


def unit_of(by: Actor, units: models.QuerySet[Unit]) -> Unit:
    """The actor's unit; the platform itself stands at the province."""
    return units.get(pk=by.unit_id) if by.unit_id else units.get(parent=None)
