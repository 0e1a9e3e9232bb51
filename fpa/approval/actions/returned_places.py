"""The places that a return asks to mend: each has a thread until it is settled."""

from django.db import models

from fpa.approval.models import Case
from fpa.core.actor import Actor
from fpa.threads.actions import new_thread, say
from fpa.threads.models import Thread


def ask_to_mend(case: Case, place: dict[str, str], by: Actor) -> None:
    """Ask the case's unit to mend a cell: in the cell's open thread, or in a new one."""
    known = return_threads(case).filter(place=place["place"], opened_unit=case.reviewer)
    thread = known.select_for_update(of=("self",)).first()
    if thread is None:
        thread = new_thread(
            case.subject_type, case.subject_id, case.unit, case.unit, by,
            place=place["place"], place_label=place["label"], title=case.title,
            url=f"{case.subject_url}#cell-{place['place']}" if case.subject_url else "",
        )  # fmt: skip
    thread.case, thread.due_on, thread.awaiting = case, case.due_on, case.unit
    thread.save()
    say(thread, place["reason"], by)


def return_threads(case: Case) -> models.QuerySet[Thread]:
    """The open threads that returns of the case's subject opened, in this case or one of its kind before."""
    on_subject = Thread.objects.on(case.subject_type, case.subject_id)
    return on_subject.open().filter(case__kind=case.kind)


def cells_asked_of(case: Case) -> models.QuerySet[Thread]:
    """Those of them that ask the case's own unit to mend something."""
    return return_threads(case).filter(assignee=case.unit)
