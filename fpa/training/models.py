"""Training: yearly plans, sessions, who took part, materials, certificates."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from fpa.approval.states import Reviewed, ReviewState
from fpa.core.bounds import at_least, between
from fpa.files.models import RecordFile
from fpa.pages.attendance import Attendee
from fpa.pages.closing import Closable
from fpa.pages.held import Held
from fpa.pages.rows import RecordQuerySet
from fpa.registers.models import entry_key
from fpa.registers.papers import Paper

MOST = 1_000_000


class Plan(Reviewed):
    """What training a unit plans for a year."""

    page = "plan_detail"
    measures = {"year": "年", "sessions": "场", "participants": "人次"}

    year = models.PositiveSmallIntegerField("年度", validators=between(2000, 2099))
    title = models.CharField("计划名称", max_length=80)
    sessions = models.PositiveIntegerField("计划场次", validators=between(1, MOST))
    participants = models.PositiveIntegerField("计划人次", validators=between(0, MOST))

    class Meta:
        verbose_name = "培训计划"
        ordering = ["-year", "path"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="plan_one_a_year"),
            models.CheckConstraint(condition=Q(sessions__gte=1), name="plan_has_sessions"),
        ]
        indexes = [models.Index(fields=["path"], name="plan_path")]


class SessionKind(models.TextChoices):
    GENERAL = "general", "能力建设"
    INSTRUCTOR = "instructor", "家庭健康指导员师资"
    YOUTH = "youth", "青春健康师资"
    OPERATOR = "operator", "平台操作人员"
    OTHER = "other", "其他"


class Session(Held, Closable):
    """One training session. Its unit is the 主办, where alone it counts, once closed."""

    page = "session_detail"
    measures = {"cost": "元", "hours": "学时"}
    blanks = {**Held.blanks, "plan": "计划外"}

    plan = models.ForeignKey(
        Plan,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="held",
        verbose_name="所属计划",
        limit_choices_to={"state": ReviewState.APPROVED},
    )
    title = models.CharField("培训名称", max_length=80)
    kind = models.CharField("对象", max_length=12, choices=SessionKind, default=SessionKind.GENERAL)
    task = entry_key("key_tasks", "重点任务")
    hours = models.DecimalField(
        "学时", max_digits=5, decimal_places=1, validators=between(Decimal("0.5"), 999)
    )
    cost = models.DecimalField(
        "经费（元）", max_digits=12, decimal_places=2, default=0, validators=at_least(0)
    )

    class Meta:
        verbose_name = "培训班"
        ordering = ["-ends_on", "path", "id"]
        constraints = [
            *Held.Meta.constraints,
            models.CheckConstraint(condition=Q(hours__gt=0, cost__gte=0), name="session_amounts"),
        ]
        indexes = [*Held.Meta.indexes, models.Index(fields=["path", "-ends_on"], name="session_path")]


class Role(models.TextChoices):
    STAFF = "staff", "工作人员"
    VOLUNTEER = "volunteer", "志愿者"
    MEMBER = "member", "会员"
    OTHER = "other", "其他学员"
    TEACHER = "teacher", "授课老师"


TRAINED = (Role.STAFF, Role.VOLUNTEER)
"""Whom the association counts as trained."""


class Result(models.TextChoices):
    PASSED = "passed", "合格"
    FAILED = "failed", "不合格"


RESULTS = [("", "未考核"), *Result.choices]


class ParticipantQuerySet(RecordQuerySet):
    def certifiable(self) -> Self:
        """Those who learned, did not fail, and have no certificate in force."""
        held = Certificate.objects.in_force().values("participant")
        return self.exclude(role=Role.TEACHER).exclude(result=Result.FAILED).exclude(pk__in=held)


class Participant(Attendee):
    """Someone at one session."""

    parent = "session"
    list_name = "participant_list"

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance", verbose_name="培训班")
    role = models.CharField("身份", max_length=10, choices=Role, default=Role.STAFF)
    result = models.CharField("考核", max_length=8, choices=RESULTS, blank=True, default="")

    objects: ClassVar = ParticipantQuerySet.as_manager()

    class Meta(Attendee.Meta):
        verbose_name = "参训人员"
        constraints = [
            *Attendee.Meta.constraints,
            models.UniqueConstraint(fields=["session", "unit", "name"], name="participant_once_a_session"),
        ]


class Material(RecordFile):
    """A file of a session: notice, agenda, slides."""

    parent = "session"

    session = models.ForeignKey(Session, models.PROTECT, related_name="materials", verbose_name="培训班")

    class Meta(RecordFile.Meta):
        verbose_name = "培训材料"


class Certificate(Paper):
    """A certificate that the 主办 gave."""

    page = "certificate_detail"

    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="certificates", verbose_name="学员"
    )

    class Meta(Paper.Meta):
        verbose_name = "培训证书"
        constraints = [
            *Paper.Meta.constraints,
            models.UniqueConstraint(
                fields=["participant"], condition=Q(revoked_on=None), name="certificate_one_in_force"
            ),
        ]
