"""Tries of ID numbers whose records are out of sight: each leaves an event, and an account has so many a day."""

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from fpa.access.models import Unit
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.refusals import Refusal
from fpa.core.visibility import ROOT_PATH
from fpa.people.models import OutsideTries


class TooManyTries(Refusal):
    """The account has used up its tries of today."""

    def __init__(self) -> None:
        limit = settings.OUTSIDE_TRIES_A_DAY
        super().__init__(
            f"今天用本账号办理的范围外人员已达 {limit} 次，新登记的人员请明天再办，或请本单位其他同志办理。"
        )


def refuse_without_tries(by: Actor) -> None:
    """Raises TooManyTries where the account has none left today. Who sees the whole province needs none."""
    if by.path == ROOT_PATH:
        return
    spent = OutsideTries.objects.filter(user=by.user_id, day=timezone.localdate())
    if spent.filter(count__gte=settings.OUTSIDE_TRIES_A_DAY).exists():
        raise TooManyTries


def note_try(unit: Unit, by: Actor) -> None:
    """Count a try for something at `unit`, and leave its event at the actor's unit, without number and name.

    Raises TooManyTries.
    """
    today = timezone.localdate()
    own = OutsideTries.objects.filter(user=by.user_id)
    OutsideTries.objects.bulk_create(
        [OutsideTries(user_id=by.user_id or 0, day=today)], ignore_conflicts=True
    )
    own.exclude(day=today).update(day=today, count=0)
    if not own.filter(count__lt=settings.OUTSIDE_TRIES_A_DAY).update(count=F("count") + 1):
        raise TooManyTries
    record("person.asked_elsewhere", unit, by=by, path=by.path)
