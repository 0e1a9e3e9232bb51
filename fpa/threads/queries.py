"""Reads of threads that other modules ask for by name."""

from typing import Any

from django.db import models
from django.db.models import OuterRef, QuerySet, Subquery

from fpa.core.actor import Actor
from fpa.threads.models import Message, Thread


def threads_on(subject: models.Model) -> QuerySet[Thread]:
    """The threads on a subject, open ones first, with their messages."""
    return threads_at(subject._meta.label_lower, str(subject.pk))


def threads_at(subject_type: str, subject_id: str) -> QuerySet[Thread]:
    """The same, by what a row keeps of the subject."""
    return Thread.objects.on(subject_type, subject_id).whole().prefetch_related("messages")


def threads_awaiting(actor: Actor) -> QuerySet[Any]:
    """Open threads that wait for the word of the actor's unit, the most urgent first; with `last_body`."""
    last = Message.objects.filter(thread=OuterRef("pk")).order_by("-at", "-id")
    waiting = Thread.objects.open().filter(awaiting=actor.unit_id)
    return waiting.annotate(last_body=Subquery(last.values("body")[:1])).order_by("due_on", "id")
