"""The spine: units with time, and who works where (design §4)."""

import re
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Q

from fpa.access.roles import ROLE_CHOICES, ROLES, Role
from fpa.core.actor import Actor
from fpa.core.rows import LeanModel
from fpa.core.visibility import Visibility, upper_bound

ASSOCIATION = "计生协"
COMMITTEES = ((r"(社区)?居(民)?委(员)?会$", "社区"), (r"村?村(民)?委(员)?会$", "村"))
"""How the name of a committee ends, and how its place's name does."""


class PathField(models.CharField):
    """A unit's materialised path (`/01/02/001/`), compared byte by byte so that a subtree is one index range."""

    def __init__(self, **kwargs: Any) -> None:
        usual: dict[str, Any] = {"max_length": 64, "db_collation": "C"}
        super().__init__(**usual | kwargs)


class Level(models.IntegerChoices):
    """The administrative levels, from the province down."""

    PROVINCE = 1, "省"
    CITY = 2, "市州"
    COUNTY = 3, "县市区"
    TOWNSHIP = 4, "乡镇街道"
    VILLAGE = 5, "村社区"


class Kind(models.TextChoices):
    """What a unit is; only administrative ones count as 县市区 and the like."""

    ADMINISTRATIVE = "administrative", "行政区划"
    FUNCTIONAL_ZONE = "functional_zone", "功能区"
    RESIDENTS_COMMITTEE = "residents_committee", "居民委员会"
    VILLAGE_COMMITTEE = "village_committee", "村民委员会"
    OTHER_VILLAGE = "other_village", "其他村级单位"


class UnitQuerySet(models.QuerySet["Unit"]):
    def of_actor(self, by: Actor) -> "Unit":
        """The actor's unit; the platform itself stands at the province."""
        return self.get(pk=by.unit_id) if by.unit_id else self.get(parent=None)

    def under(self, path: str) -> "UnitQuerySet":
        """The unit at `path` and all below it."""
        return self.filter(path__gte=path, path__lt=upper_bound(path))

    def above(self, path: str) -> "UnitQuerySet":
        """The unit at `path` and its ancestors, the province first."""
        steps = path.split("/")
        return self.filter(path__in=["/".join(steps[: n + 1]) + "/" for n in range(len(steps) - 1)])

    def current(self) -> "UnitQuerySet":
        """Units that exist today."""
        return self.filter(valid_to=None)


class Unit(LeanModel):
    """An association's unit in the one tree. Code and name change over time: `UnitVersion` keeps what was."""

    visibility = Visibility.REFERENCE

    code = models.CharField("区划代码", max_length=12)
    extension = models.CharField("扩展码", max_length=5, blank=True, default="")
    name = models.CharField("名称", max_length=80)
    short_name = models.CharField("简称", max_length=40)
    initials = models.CharField("拼音首字母", max_length=80, db_collation="C")
    level = models.PositiveSmallIntegerField("层级", choices=Level)
    kind = models.CharField("类别", max_length=20, choices=Kind)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", verbose_name="上级"
    )
    path = PathField(unique=True)
    valid_from = models.DateField("设立日期")
    valid_to = models.DateField("撤销日期", null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = "单位"
        ordering = ["path"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "extension"], condition=Q(valid_to=None), name="unit_code_unique_while_valid"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="unit_validity_in_order"
            ),
            models.CheckConstraint(
                condition=Q(level=1) ^ Q(parent__isnull=False), name="unit_only_the_province_is_root"
            ),
        ]
        indexes = [
            models.Index(fields=["code"], name="unit_code"),
            models.Index(fields=["parent", "path"], name="unit_parent_path"),
            models.Index(fields=["level", "path"], name="unit_level_path"),
            models.Index(fields=["initials"], name="unit_initials"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def association(self) -> str:
        """The body that works here, as one calls it: 湖南省计生协, 火炬村计生协 (of 火炬村村委会).

        What a body does, asks or signs is said of it; counts, places and addresses are the unit's, by its `name`.
        """
        place = self.name
        for committee, ending in COMMITTEES:
            place = re.sub(committee, ending, place)
        return f"{place}{ASSOCIATION}"

    @property
    def is_functional_zone(self) -> bool:
        """Functional zones stand at county level but are kept apart from the 122 counties."""
        return self.kind == Kind.FUNCTIONAL_ZONE

    def contains(self, other: "Unit") -> bool:
        """Whether `other` is this unit or stands below it."""
        return other.path.startswith(self.path)


class UnitVersion(models.Model):
    """What a unit was called and where it stood from a day to a day; the open version is how it is now."""

    visibility = Visibility.REFERENCE

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="versions")
    code = models.CharField("区划代码", max_length=12)
    name = models.CharField("名称", max_length=80)
    parent = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="上级")
    path = PathField()
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)
    reason = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "单位沿革"
        ordering = ["unit_id", "valid_from", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"], condition=Q(valid_to=None), name="unit_version_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="unit_version_in_order"
            ),
        ]


class ScopedModel(LeanModel):
    """A row that belongs to a unit; the database shows it to that unit and everything above it."""

    visibility: ClassVar[Visibility] = Visibility.SUBTREE

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="所属单位")
    path = PathField(editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The path is the unit's, never typed in."""
        self.path = self.unit.path
        super().save(*args, **kwargs)


class GrantedModel(ScopedModel):
    """A row of a small table that is shown besides to accounts named one by one, until a day (inclusive)."""

    visibility: ClassVar[Visibility] = Visibility.GRANTED

    grantees = ArrayField(models.BigIntegerField(), default=list, verbose_name="授权账号")
    granted_until = models.DateField("授权至")

    class Meta:
        abstract = True


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=username)


class User(AbstractBaseUser):
    """A login. What it may do comes from its appointments, not from the login."""

    visibility = Visibility.REFERENCE

    username = models.CharField("账号", max_length=40, unique=True)
    name = models.CharField("姓名", max_length=40)
    is_active = models.BooleanField("启用", default=True)
    failed_logins = models.PositiveSmallIntegerField("连续失败次数", default=0)
    failed_at = models.DateTimeField("上次失败时间", null=True, blank=True)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    temporary_until = models.DateTimeField("临时密码有效至", null=True, blank=True)
    created_at = models.DateTimeField("开通时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    class Meta:
        verbose_name = "账号"
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name


class LoginSession(AbstractBaseSession):
    """A login's session. It knows its account, so that one query tells who asks (`fpa.access.sessions`)."""

    visibility = Visibility.REFERENCE

    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+", verbose_name="账号")

    class Meta:
        verbose_name = "登录会话"


class UnknownName(models.Model):
    """A name that was tried at the login and that no account bears: counted and locked as an account's is.

    Known by its keyed index: what was typed may be a password, and is not kept.
    """

    visibility = Visibility.REFERENCE

    index = models.CharField("账号索引", max_length=33, primary_key=True)
    failed_logins = models.PositiveSmallIntegerField("连续失败次数", default=0)
    failed_at = models.DateTimeField("上次失败时间", null=True)
    locked_until = models.DateTimeField("锁定至", null=True)

    class Meta:
        verbose_name = "未知账号的登录失败"


class TriedAddress(models.Model):
    """A name that an address has tried, known or not: when it failed last, and when it got in last."""

    visibility = Visibility.REFERENCE

    ip = models.CharField("来源地址", max_length=45)
    index = models.CharField("账号索引", max_length=33)
    failed_at = models.DateTimeField("上次失败时间", null=True)
    entered_at = models.DateTimeField("上次登录时间", null=True)

    class Meta:
        verbose_name = "来源地址的登录尝试"
        constraints = [models.UniqueConstraint(fields=["ip", "index"], name="tried_address_name_once")]
        indexes = [
            models.Index(fields=["ip", "failed_at"], name="tried_address_failed"),
            models.Index(fields=["ip", "entered_at"], name="tried_address_entered"),
        ]


class Post(ScopedModel):
    """A post at a unit. Rights and to-dos belong to it; people pass through."""

    title = models.CharField("岗位名称", max_length=60)
    role = models.CharField("角色", max_length=20, choices=ROLE_CHOICES)

    class Meta:
        verbose_name = "岗位"
        ordering = ["path", "id"]
        indexes = [models.Index(fields=["path"], name="post_path")]

    def __str__(self) -> str:
        return self.title

    @property
    def rights(self) -> Role:
        """The role with its permissions."""
        return ROLES[self.role]


class AppointmentQuerySet(models.QuerySet["Appointment"]):
    def on(self, day: date) -> "AppointmentQuerySet":
        """Appointments in force on a day: access begins and ends with them."""
        return self.open_after(day).filter(valid_from__lte=day)

    def open_after(self, day: date) -> "AppointmentQuerySet":
        """Appointments that are not over on a day, begun or not."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=day))


class Appointment(ScopedModel):
    """A person in a post from a day until a day: on `valid_to` the access has ended."""

    post = models.ForeignKey(Post, models.PROTECT, related_name="appointments", verbose_name="岗位")
    user = models.ForeignKey(User, models.PROTECT, related_name="appointments", verbose_name="人员")
    valid_from = models.DateField("自")
    valid_to = models.DateField("止（不含当天）", null=True, blank=True)

    objects = AppointmentQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        ordering = ["path", "id"]
        indexes = [models.Index(fields=["path"], name="appointment_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="appointment_in_order"
            ),
            models.UniqueConstraint(
                fields=["post", "user"], condition=Q(valid_to=None), name="appointment_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}：{self.post}"
