"""Versioned flows: how a kind of thing goes up the levels."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from fpa.access.models import ScopedModel, Unit
from fpa.core.visibility import Visibility


class FlowQuerySet(models.QuerySet["Flow"]):
    def current_for(self, code: str, unit: Unit) -> "Flow | None":
        """The newest version of a flow as it binds a unit: its nearest publisher's; None where there is none."""
        publishers = Unit.objects.above(unit.path).values("path")
        return self.filter(code=code, path__in=publishers).order_by("-path", "-version").first()

    def newest(self) -> "FlowQuerySet":
        """The newest version of each publisher's flows."""
        versions = self.order_by("unit_id", "code", "-version").distinct("unit_id", "code")
        return self.filter(pk__in=versions.values("pk"))


class Flow(ScopedModel):
    """A version of how a kind of thing goes up the levels; its unit is the publisher. Never edited, only followed
    by the next version, so that running cases finish on theirs.

    `steps` is a list of `fpa.approval.steps.Step`, the lowest level first:
    `{"level": 4, "permission": "submission.review", "label": "乡镇审核"}`. `published_by` is empty where the platform
    published it with a release.
    """

    visibility: ClassVar[Visibility] = Visibility.PUBLISHED_DOWN
    append_only = True

    code = models.CharField("代码", max_length=40)
    version = models.PositiveIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    steps = models.JSONField("环节")
    published_at = models.DateTimeField("发布时间", auto_now_add=True)
    published_by = models.CharField("发布人", max_length=40, blank=True, default="")

    objects = FlowQuerySet.as_manager()

    class Meta:
        verbose_name = "审核流程"
        ordering = ["path", "code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code", "version"], name="flow_version_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="flow_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.version} 版）"

    def get_absolute_url(self) -> str:
        """Its page, with its steps and all versions."""
        return reverse("flow_detail", args=[self.pk])
