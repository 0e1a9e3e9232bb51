"""Numbered papers that a unit gives (certificates, letters of appointment): checked by anyone, void when taken back."""

from datetime import date
from typing import ClassVar, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.core.lists import Status
from fpa.pages.rows import Record, RecordQuerySet


class PaperQuerySet(RecordQuerySet):
    def in_force(self) -> Self:
        """Those that were not taken back."""
        return self.filter(revoked_on=None)


class Paper(Record):
    """A paper with its unit's number. `code` stands in its QR, and can't be guessed; a number is not given again."""

    named_by = "number"
    unit_label = "发证单位"

    number = models.CharField("证书编号", max_length=60, db_collation="C")
    code = models.UUIDField("验证码", default=uuid4, unique=True, editable=False)
    issued_on = models.DateField("发证日期", default=timezone.localdate)
    revoked_on = models.DateField("作废日期", null=True, blank=True)

    objects: ClassVar = PaperQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["path", "-issued_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="%(class)s_number_once"),
            models.CheckConstraint(
                condition=Q(revoked_on=None) | Q(revoked_on__gte=F("issued_on")), name="%(class)s_in_order"
            ),
        ]
        indexes = [models.Index(fields=["path", "-issued_on"], name="%(class)s_path")]

    def is_valid_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.issued_on <= day and (self.revoked_on is None or day < self.revoked_on)

    @property
    def status(self) -> Status:
        """Whether it is in force, by word and shape."""
        return Status("已作废", "off") if self.revoked_on else Status("有效", "done")


def is_valid(model: type[Paper], code: UUID) -> bool:
    """Whether a paper with this code is in force today; one that is not known is not."""
    with whole_province():  # whoever holds a paper may have it checked; nothing of the row is shown
        paper = model._default_manager.filter(code=code).first()
        return paper is not None and paper.is_valid_on(timezone.localdate())
