"""What people fill in on a thread, and what the lists of threads and cases are filtered by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from fpa.approval.models import Case, CaseState, Thread, ThreadState
from fpa.approval.queries import open_cases_for
from fpa.core.actor import Actor
from fpa.core.forms import Form


class ReplyForm(Form):
    """A word in a thread."""

    body = forms.CharField(
        label="答复",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "请写明答复的内容。"},
    )


class ThreadFilters(django_filters.FilterSet):
    """Threads by state, and by the own unit's part in them."""

    MINE = (("waiting", "等我单位答复"), ("asked", "由我单位办理"), ("opened", "我单位发起"))
    _FIELD = {"waiting": "awaiting", "asked": "assignee", "opened": "opened_unit"}

    state = django_filters.ChoiceFilter(label="状态", choices=ThreadState, empty_label="全部")
    mine = django_filters.ChoiceFilter(
        label="与我单位有关", choices=MINE, empty_label="不限", method="filter_mine"
    )

    class Meta:
        model = Thread
        fields: list[str] = []

    def filter_mine(self, rows: QuerySet[Thread], _name: str, value: str) -> QuerySet[Thread]:
        """Threads in which the own unit has that part; only open ones can wait."""
        found = rows.filter(**{self._FIELD[value]: _actor(self).unit_id})
        return found.filter(state=ThreadState.OPEN) if value == "waiting" else found


class CaseFilters(django_filters.FilterSet):
    """Cases by whose turn it is, and by state."""

    MINE = (("turn", "待我审核"), ("sent", "本单位的事项"))

    mine = django_filters.ChoiceFilter(
        label="与我单位有关", choices=MINE, empty_label="不限", method="filter_mine"
    )
    state = django_filters.ChoiceFilter(label="状态", choices=CaseState, empty_label="全部")

    class Meta:
        model = Case
        fields: list[str] = []

    def filter_mine(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        """Cases that wait for this seat's review, or that are the own unit's."""
        actor = _actor(self)
        return rows & open_cases_for(actor) if value == "turn" else rows.filter(unit=actor.unit_id)


def _actor(filters: Any) -> Actor:
    return filters.request.actor
