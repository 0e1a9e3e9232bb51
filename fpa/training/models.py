"""Training: yearly plans, sessions, who took part, materials, certificates."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from fpa.access.models import Level, PathField, ScopedModel
from fpa.approval.states import OPEN_TO_CHANGE, ReviewState
from fpa.core.visibility import Visibility
from fpa.files.models import Attachment
from fpa.pages.rows import Record, RecordQuerySet
from fpa.registers.models import Entry
from fpa.registers.papers import Paper


class Plan(Record):
    """What training a unit plans for a year. Its state follows its case; the province's, with nobody above, is in
    force at once and stays open to change."""

    page = "plan_detail"

    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("计划名称", max_length=80)
    sessions = models.PositiveIntegerField("计划场次")
    participants = models.PositiveIntegerField("计划人次")
    state = models.CharField("状态", max_length=10, choices=ReviewState, default=ReviewState.DRAFT)

    class Meta:
        verbose_name = "培训计划"
        ordering = ["-year", "path"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year"], name="plan_one_a_year"),
            models.CheckConstraint(condition=Q(sessions__gte=1), name="plan_has_sessions"),
        ]
        indexes = [models.Index(fields=["path"], name="plan_path")]

    @property
    def is_province(self) -> bool:
        """Whether it is the province's own."""
        return self.unit.level == Level.PROVINCE

    @property
    def is_open_to_change(self) -> bool:
        """Whether it is neither under review nor decided on by anyone above."""
        return self.is_province or self.state in OPEN_TO_CHANGE


class SessionLevel(models.IntegerChoices):
    """By whom a session is held, as the association counts: classes held with 中国计生协 are the nation's."""

    NATION = 0, "国家级"
    PROVINCE = 1, "省级"
    CITY = 2, "市级"
    COUNTY = 3, "县级"
    TOWNSHIP = 4, "乡级"
    VILLAGE = 5, "村级"


class SessionKind(models.TextChoices):
    GENERAL = "general", "能力建设"
    INSTRUCTOR = "instructor", "家庭健康指导员师资"
    YOUTH = "youth", "青春健康师资"
    OPERATOR = "operator", "平台操作人员"
    OTHER = "other", "其他"


class SessionState(models.TextChoices):
    OPEN = "open", "进行中"
    CLOSED = "closed", "已办结"


class Session(Record):
    """One training session. Its unit is the 主办, where alone it counts, once closed.

    Units below see it, and those that hold it with the 主办 (`co_holders`: what 承办 and 协办 name of the tree).
    """

    visibility: ClassVar[Visibility] = Visibility.CO_HELD
    page = "session_detail"

    plan = models.ForeignKey(
        Plan, models.PROTECT, null=True, blank=True, related_name="held", verbose_name="所属计划"
    )
    title = models.CharField("培训名称", max_length=80)
    level = models.PositiveSmallIntegerField("级别", choices=SessionLevel)
    kind = models.CharField("对象", max_length=12, choices=SessionKind, default=SessionKind.GENERAL)
    task = models.ForeignKey(Entry, models.PROTECT, related_name="+", verbose_name="重点任务")
    organizer = models.CharField("承办单位", max_length=80, blank=True, default="")
    partners = models.CharField("协办单位", max_length=200, blank=True, default="")
    co_holders = ArrayField(PathField(), default=list, editable=False, verbose_name="承办、协办单位的路径")
    place = models.CharField("地点", max_length=80)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")
    hours = models.DecimalField("学时", max_digits=5, decimal_places=1)
    cost = models.DecimalField("经费（元）", max_digits=12, decimal_places=2, default=0)
    state = models.CharField("状态", max_length=8, choices=SessionState, default=SessionState.OPEN)

    class Meta:
        verbose_name = "培训班"
        ordering = ["-ends_on", "path", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="session_in_order"),
            models.CheckConstraint(condition=Q(hours__gt=0, cost__gte=0), name="session_amounts"),
        ]
        indexes = [
            models.Index(fields=["path", "-ends_on"], name="session_path"),
            GinIndex(fields=["co_holders"], name="session_co_holders"),
        ]

    @property
    def is_open(self) -> bool:
        """Whether who took part may still be changed."""
        return self.state == SessionState.OPEN


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


class ParticipantQuerySet(RecordQuerySet):
    def certifiable(self) -> Self:
        """Those who learned, did not fail, and have no certificate in force."""
        held = Certificate.objects.in_force().values("participant")
        return self.exclude(role=Role.TEACHER).exclude(result=Result.FAILED).exclude(pk__in=held)


class Participant(ScopedModel):
    """Someone at one session, from the unit they work at. Name and post only: no ID number, no place, no check-in."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="attendance", verbose_name="培训班")
    name = models.CharField("姓名", max_length=40, db_collation="C")
    role = models.CharField("身份", max_length=10, choices=Role, default=Role.STAFF)
    title = models.CharField("职务", max_length=60, blank=True, default="")
    result = models.CharField("考核", max_length=8, choices=Result, blank=True, default="")

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = "参训人员"
        ordering = ["path", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="participant_has_a_name"),
            models.UniqueConstraint(fields=["session", "unit", "name"], name="participant_once_a_session"),
        ]
        indexes = [models.Index(fields=["path", "id"], name="participant_path")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The list that it stands on."""
        return f"{reverse('participant_list')}?session={self.session_id}"


class Material(ScopedModel):
    """A file of a session: notice, agenda, slides."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="materials", verbose_name="培训班")
    title = models.CharField("材料名称", max_length=80)
    attachment = models.OneToOneField(Attachment, models.PROTECT, related_name="+", verbose_name="附件")

    class Meta:
        verbose_name = "培训材料"
        ordering = ["id"]
        indexes = [models.Index(fields=["path"], name="material_path")]

    def __str__(self) -> str:
        return self.title


class Certificate(Paper):
    """A certificate that the 主办 gave."""

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

    def get_absolute_url(self) -> str:
        """Its page."""
        return reverse("certificate_detail", args=[self.pk])
