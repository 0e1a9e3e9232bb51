"""组织建设管理: people, members, staff, and the standing of each association."""

from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from fpa.access.models import ScopedModel
from fpa.core.chinese import clean
from fpa.core.dates import years_before
from fpa.core.ids import uuid7
from fpa.core.visibility import upper_bound


class Sex(models.TextChoices):
    MALE = "male", "男"
    FEMALE = "female", "女"


class ScopedQuerySet(models.QuerySet):
    """Filters of every list of rows that stand at units."""

    def under(self, path: str) -> Self:
        """Rows of the unit at `path` and of all units below it."""
        return self.filter(path__gte=path, path__lt=upper_bound(path))


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
        verbose_name = "个人档案"

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int:
        """Full years of age on a day."""
        birth = self.birth_date
        return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


class MemberKind(models.TextChoices):
    ORDINARY = "ordinary", "普通会员"
    CORE = "core", "骨干会员"


class LeaveReason(models.TextChoices):
    """Why a membership ended; never anything about births."""

    REQUEST = "request", "本人申请退会"
    MOVED_AWAY = "moved_away", "迁出本省"
    DEATH = "death", "去世"
    MISTAKE = "mistake", "登记有误"


class MemberQuerySet(ScopedQuerySet):
    """Members by their own facts and their persons'."""

    def active(self) -> Self:
        """Memberships that are open."""
        return self.filter(left_on=None)

    def left(self) -> Self:
        """Memberships that have ended."""
        return self.filter(left_on__isnull=False)

    def called(self, text: str) -> Self:
        """Members whose name begins with `text`, or whose pinyin initials do where it is in Latin letters.

        Only beginnings: no other search on a name uses its index under row-level security (design §9).
        """
        wanted = clean(text)
        if wanted.isascii():
            return self.filter(person__initials__prefix=wanted.lower())
        return self.filter(person__name__prefix=wanted)

    def aged(self, youngest: int | None, oldest: int | None, today: date) -> Self:
        """Members between two ages in full years, both included; None leaves that side open."""
        found = self
        if youngest is not None:
            found = found.filter(person__birth_date__lte=years_before(today, youngest))
        if oldest is not None:
            found = found.filter(person__birth_date__gt=years_before(today, oldest + 1))
        return found


class Member(ScopedModel):
    """A person's membership, at one unit at a time. The person's record stands at the same unit or below it.

    Ended memberships go with the person, so that whoever keeps the record reads its whole course.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="memberships")
    kind = models.CharField("会员类别", max_length=10, choices=MemberKind, default=MemberKind.ORDINARY)
    joined_on = models.DateField("入会日期")
    left_on = models.DateField("退会日期", null=True, blank=True)
    left_reason = models.CharField("退会原因", max_length=12, choices=LeaveReason, blank=True, default="")

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = "会员"
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


class StaffQuerySet(ScopedQuerySet):
    """Staff by what they are and when."""

    def active(self) -> Self:
        """Staff who are in office."""
        return self.filter(valid_to=None)

    def ended(self) -> Self:
        """Staff who were."""
        return self.filter(valid_to__isnull=False)

    def called(self, text: str) -> Self:
        """Staff whose name begins with `text`, or whose pinyin initials do where it is in Latin letters."""
        wanted = clean(text)
        if wanted.isascii():
            return self.filter(person__initials__prefix=wanted.lower())
        return self.filter(name__prefix=wanted)


class Staff(ScopedModel):
    """A person who works for an association, from a day to a day.

    The name is kept here as well: the person's own record may stand at another unit, out of this one's sight.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="staff_roles")
    name = models.CharField("姓名", max_length=40, db_collation="C")
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
            models.Index(fields=["path", "id"], name="staff_path"),
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
