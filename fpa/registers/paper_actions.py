"""Every write of numbered papers: a room's own action calls these in its transaction, and tells the figures."""

from collections.abc import Sequence
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.refusals import Refusal
from fpa.registers.numbers import take_numbers
from fpa.registers.papers import Paper

P = TypeVar("P", bound=Paper)


class CannotGive(Refusal):
    """No such paper can be given, or taken back; the message says why, in Chinese."""


@transaction.atomic
def give_papers(*, papers: Sequence[P], kind: str, by: Actor) -> list[P]:
    """Number and save new papers of one unit and day, in their order: three statements. The caller's event tells of it.

    Raises `CannotNumber` where the unit has no 发文代字.
    """
    unit, year = papers[0].unit, papers[0].issued_on.year
    numbers = take_numbers(kind=kind, unit=unit, year=year, count=len(papers), by=by)
    for paper, number in zip(papers, numbers, strict=True):
        paper.path, paper.number = unit.path, number.text
    manager: Any = type(papers[0])._default_manager
    given: list[P] = manager.bulk_create(papers)
    return given


@transaction.atomic
def revoke_paper(*, paper: P, verb: str, reason: str, by: Actor) -> P:
    """Declare a paper void from today on, with its event; its number is not given again. Raises `CannotGive`."""
    paper = type(paper).objects.lock(paper)
    if paper.revoked_on:
        raise CannotGive(f"{paper}已于{date_cn(paper.revoked_on)}作废，无需重复办理。")
    paper.revoked_on = timezone.localdate()
    paper.save()
    record(verb, paper, by=by, changes={"revoked_on": [None, paper.revoked_on]}, reason=reason)
    return paper
