"""What people fill in on a thread, and what the list of threads is filtered by."""

from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from fpa.core.forms import Form
from fpa.threads.models import Thread, ThreadState


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

    MINE = (("waiting", "等我单位答复"), ("assignee", "由我单位办理"), ("opened", "我单位发起"))
    _FIELD = {"waiting": "awaiting", "assignee": "assignee", "opened": "opened_unit"}

    state = django_filters.ChoiceFilter(label="状态", choices=ThreadState, empty_label="全部")
    mine = django_filters.ChoiceFilter(
        label="与我单位有关", choices=MINE, empty_label="不限", method="filter_mine"
    )

    class Meta:
        model = Thread
        fields: list[str] = []

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data and data.get("mine") == "asked":  # as addresses and saved views have it from before
            data = data.copy()
            data["mine"] = "assignee"
        super().__init__(data, *args, **kwargs)

    def filter_mine(self, rows: QuerySet[Thread], _name: str, value: str) -> QuerySet[Thread]:
        """Threads in which the own unit has that part; only open ones can wait."""
        found = rows.filter(**{self._FIELD[value]: self.request.actor.unit_id})
        return found.filter(state=ThreadState.OPEN) if value == "waiting" else found
