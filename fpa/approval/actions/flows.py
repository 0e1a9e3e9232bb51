"""Publishing flows: each edit is a new version, and running cases finish on theirs."""

from collections.abc import Sequence

from django.db import transaction

from fpa.access.models import Unit
from fpa.approval.flow_words import step_row
from fpa.approval.kinds import terms_of_flow
from fpa.approval.models import Flow
from fpa.approval.steps import CannotPublish, Step, check_steps
from fpa.audit.record import record
from fpa.core.actor import SYSTEM, Actor


@transaction.atomic
def publish_flow(
    *, code: str, name: str, steps: Sequence[Step], by: Actor, follows: int | None = None
) -> Flow:
    """Publish the next version of a flow for the actor's unit and all below; running cases finish on theirs.

    `follows` is the version that was edited. Raises CannotPublish where the steps are empty, go downwards, one of them
    is not whole or names what the kind does not tell, nothing has changed, or another version came in between.
    """
    check_steps(steps, terms_of_flow(code))
    unit = Unit.objects.select_for_update(no_key=True).of_actor(by)
    last = Flow.objects.filter(unit=unit, code=code).order_by("-version").first()
    if last and follows is not None:
        _check_follows(last, follows, name, steps)
    flow = Flow.objects.create(
        unit=unit, code=code, version=last.version + 1 if last else 1, name=name, steps=list(steps),
        published_by=by.name if by.user_id else "",
    )  # fmt: skip
    changes = {"steps": [_in_words(last) if last else None, _in_words(flow)]}
    record("flow.published", flow, by=by, changes=changes)
    return flow


def _in_words(flow: Flow) -> str:
    return " → ".join(f"{label}（{'，'.join(rest)}）" for label, *rest in map(step_row, flow.steps))


def _check_follows(last: Flow, follows: int, name: str, steps: Sequence[Step]) -> None:
    if last.version != follows:
        raise CannotPublish(
            f"“{last.name}”刚刚已由{last.published_by or '平台'}发布第 {last.version} 版，请返回流程页面核对后再改。"
        )
    if (last.name, last.steps) == (name, list(steps)):
        raise CannotPublish("没有改动任何内容，没有需要发布的新版本。")


def ensure_flow(code: str, name: str, steps: Sequence[Step]) -> Flow:
    """The province's flow of a module: published where it is missing, or where the platform's own last version has
    another name or other steps. What a person has published stays.

    Needs the scope of the whole province. Raises CannotPublish.
    """
    last = Flow.objects.filter(unit__parent=None, code=code).order_by("-version").first()
    if last and (last.published_by or (last.name, last.steps) == (name, list(steps))):
        return last
    return publish_flow(code=code, name=name, steps=steps, by=SYSTEM)
