"""The state of a record that goes up the levels, where it has no other."""

from django.db import models

from fpa.access.models import Level, Unit
from fpa.core.lists import Status, Tone
from fpa.pages.rows import Record


class ReviewState(models.TextChoices):
    DRAFT = "draft", "未报送"
    SUBMITTED = "submitted", "审核中"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已批准"
    REJECTED = "rejected", "未批准"


OPEN_TO_CHANGE = (ReviewState.DRAFT, ReviewState.RETURNED)
TONES: dict[str, Tone] = {
    ReviewState.DRAFT: "plain",
    ReviewState.SUBMITTED: "waiting",
    ReviewState.RETURNED: "returned",
    ReviewState.APPROVED: "done",
    ReviewState.REJECTED: "off",
}


def status_of(state: str) -> Status:
    """A state by word and shape."""
    return Status(ReviewState(state).label, TONES[state])


class Reviewed(Record):
    """A record whose state follows its case (`subjects.hooks_of`).

    The province's has nobody above to review it: it is in force as soon as it is written down, and stays open to
    change.
    """

    state = models.CharField("状态", max_length=10, choices=ReviewState, default=ReviewState.DRAFT)

    class Meta:
        abstract = True

    @staticmethod
    def first_state(unit: Unit) -> ReviewState:
        """The state of a new record of a unit."""
        return ReviewState.APPROVED if unit.level == Level.PROVINCE else ReviewState.DRAFT

    @property
    def is_province(self) -> bool:
        """Whether it is the province's own."""
        return self.unit.level == Level.PROVINCE

    @property
    def is_open(self) -> bool:
        """Whether it is neither under review nor decided on by anyone above."""
        return self.is_province or self.state in OPEN_TO_CHANGE

    @property
    def status(self) -> Status:
        """Where it stands, by word and shape; the province's was decided on by nobody."""
        return Status("已生效", "done") if self.is_province else status_of(self.state)
