"""组织建设管理: staff, and the standing of each association."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from fpa.access.models import ScopedModel
from fpa.files.models import Document
from fpa.pages.querysets import ScopedQuerySet
from fpa.people.models import Person, PersonRole, PersonRoleQuerySet


class StaffKind(models.TextChoices):
    """As the association counts its people; never added to each other."""

    AUTHORIZED = "authorized", "在编工作人员"
    PART_TIME = "part_time", "兼职聘用人员"
    VILLAGE_PART_TIME = "village_part_time", "村级兼职人员"


class StaffQuerySet(PersonRoleQuerySet):
    """Staff by what they are and when."""

    def active(self) -> Self:
        """Staff who are in office."""
        return self.filter(valid_to=None)

    def ended(self) -> Self:
        """Staff who were."""
        return self.filter(valid_to__isnull=False)


class Staff(PersonRole):
    """A person who works for an association, from a day to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="staff_roles")
    kind = models.CharField("人员类别", max_length=20, choices=StaffKind)
    title = models.CharField("职务", max_length=40)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)

    objects = StaffQuerySet.as_manager()

    class Meta:
        verbose_name = "工作人员"
        ordering = ["path", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="staff_has_a_name"),
            models.UniqueConstraint(
                fields=["person", "unit", "kind"], condition=Q(valid_to=None), name="staff_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="staff_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], include=["name", "initials"], name="staff_path_names"),
            models.Index(fields=["kind", "path"], name="staff_kind_path"),
        ]

    def __str__(self) -> str:
        return self.name


class StandingKind(models.TextChoices):
    """What an association has reached, each since a day and by a document."""

    LISTED = "listed", "入序"
    CIVIL_SERVICE = "civil_service", "参公"
    THREE_FIX = "three_fix", "出台“三定”方案"


class Standing(ScopedModel):
    """One standing of one association."""

    kind = models.CharField("事项", max_length=20, choices=StandingKind)
    since = models.DateField("自")
    until = models.DateField("至", null=True, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)
    basis = models.ForeignKey(
        Document, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="依据文件"
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = "入序、参公、三定事项"
        ordering = ["path", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"], condition=Q(until=None), name="standing_one_open"
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")), name="standing_in_order"
            ),
        ]
        indexes = [models.Index(fields=["path"], name="standing_path")]

    def __str__(self) -> str:
        return self.get_kind_display()
