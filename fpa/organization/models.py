"""组织建设管理: people, members, staff, and the standing of each association."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from fpa.access.models import ScopedModel
from fpa.core.ids import uuid7


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class Person(ScopedModel):
    """One human being, whatever roles they hold. ID number and phone are ciphertext, found by a keyed SM3 index."""

    secret_fields: ClassVar[frozenset[str]] = frozenset(
        {"id_cipher", "id_index", "phone_cipher", "phone_index"}
    )

    id = models.UUIDField(primary_key=True, default=uuid7)
    name = models.CharField("姓名", max_length=40, db_collation="C")
    initials = models.CharField("拼音首字母", max_length=40, db_collation="C")
    sex = models.CharField("性别", max_length=6, choices=Sex)
    birth_date = models.DateField("出生日期")
    id_cipher = models.BinaryField("证件号码")
    id_index = models.BinaryField("证件号码索引", unique=True)
    phone_cipher = models.BinaryField("手机号", null=True)
    phone_index = models.BinaryField("手机号索引", null=True)
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["path"], name="person_path"),
            models.Index(fields=["name"], name="person_name"),
            models.Index(fields=["initials"], name="person_initials"),
            models.Index(fields=["phone_index"], name="person_phone", condition=Q(phone_index__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class MemberKind(models.TextChoices):
    ORDINARY = "ordinary", "普通会员"
    CORE = "core", "骨干会员"


class LeaveReason(models.TextChoices):
    """Why a membership ended; never anything about births."""

    REQUEST = "request", "本人申请退会"
    MOVED_AWAY = "moved_away", "迁出本省"
    DEATH = "death", "去世"
    MISTAKE = "mistake", "登记有误"


class Member(ScopedModel):
    """A person's membership, at one unit at a time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    kind = models.CharField("会员类别", max_length=10, choices=MemberKind, default=MemberKind.ORDINARY)
    joined_on = models.DateField("入会日期")
    left_on = models.DateField("退会日期", null=True, blank=True)
    left_reason = models.CharField("退会原因", max_length=12, choices=LeaveReason, blank=True, default="")

    class Meta:
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(left_on=None), name="member_one_open"),
            models.CheckConstraint(
                condition=Q(left_on=None) | Q(left_on__gte=F("joined_on")), name="member_in_order"
            ),
            models.CheckConstraint(
                condition=Q(left_on=None, left_reason="") | (Q(left_on__isnull=False) & ~Q(left_reason="")),
                name="member_leaves_with_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["path", "id"], name="member_path")]

    def __str__(self) -> str:
        return self.person.name

    @property
    def is_active(self) -> bool:
        """Whether the membership is open."""
        return self.left_on is None


class StaffKind(models.TextChoices):
    """As the association counts its people; never added to each other."""

    AUTHORIZED = "authorized", "在编工作人员"
    PART_TIME = "part_time", "兼职聘用人员"
    VILLAGE_PART_TIME = "village_part_time", "村级兼职人员"


class Staff(ScopedModel):
    """A person who works for an association, from a day to a day."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="staff_roles")
    kind = models.CharField("人员类别", max_length=20, choices=StaffKind)
    title = models.CharField("职务", max_length=40)
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)

    class Meta:
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "unit", "kind"], condition=Q(valid_to=None), name="staff_one_open"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="staff_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="staff_path"),
            models.Index(fields=["kind", "path"], name="staff_kind_path"),
        ]

    def __str__(self) -> str:
        return self.person.name


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

    class Meta:
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
