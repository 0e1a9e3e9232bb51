"""One human being, one record, whatever roles they hold (design §5)."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from fpa.access.models import ScopedModel, Unit, User
from fpa.core.chinese import clean
from fpa.core.identity import mask_name
from fpa.core.ids import uuid7
from fpa.core.visibility import Visibility
from fpa.pages.querysets import ScopedQuerySet


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
            models.Index(fields=["phone_index"], name="person_phone", condition=Q(phone_index__isnull=False)),
        ]
        verbose_name = "个人档案"

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int:
        """Full years of age on a day."""
        birth = self.birth_date
        return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


class PersonRole(ScopedModel):
    """What a person is at a unit. The person's name is kept here as well, to be searched and sorted beside the unit's
    path in one index; besides, the person's own record may stand at another unit, out of this one's sight.
    """

    person: models.ForeignKey[Person]
    name = models.CharField("姓名", max_length=40, db_collation="C", editable=False)
    initials = models.CharField("拼音首字母", max_length=40, db_collation="C", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The name is the person's from the first; from then on it follows by `rename_copies`."""
        if self._state.adding:
            self.name, self.initials = self.person.name, self.person.initials
        super().save(*args, **kwargs)


class PersonRoleQuerySet(ScopedQuerySet):
    """Roles by the person's name."""

    def called(self, text: str) -> Self:
        """Those whose name begins with `text`, or whose pinyin initials do where it is in Latin letters.

        Only beginnings: no other search on a name uses its index under row-level security (design §9).
        """
        wanted = clean(text)
        if wanted.isascii():
            return self.filter(initials__prefix=wanted.lower())
        return self.filter(name__prefix=wanted)


class Purpose(models.TextChoices):
    """What somebody's record is asked for."""

    JOIN = "join", "入会"
    APPOINT = "appoint", "登记任职"


class RequestState(models.TextChoices):
    """Where a request for a record stands."""

    OPEN = "open", "待答复"
    AGREED = "agreed", "已同意"
    REFUSED = "refused", "已退回"


class SentRequest(ScopedModel):
    """The asker's side of a request for a record that stands out of sight: what was typed, and the answer.

    It tells nothing of the record: not where it stands, nor whether the name fits. Its unit is the asker's.
    """

    purpose = models.CharField("事项", max_length=10, choices=Purpose)
    name = models.CharField("填写的姓名", max_length=40)
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="请求人")
    state = models.CharField("状态", max_length=10, choices=RequestState, default=RequestState.OPEN)
    answer = models.CharField("答复", max_length=500, blank=True, default="")
    asked_at = models.DateTimeField("请求时间", auto_now_add=True)
    decided_at = models.DateTimeField("答复时间", null=True)

    class Meta:
        verbose_name = "发出的档案请求"
        indexes = [models.Index(fields=["path", "asked_at"], name="sent_request_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN) ^ Q(decided_at__isnull=False),
                name="sent_request_has_its_time",
            )
        ]

    def __str__(self) -> str:
        return f"{mask_name(self.name)}{self.get_purpose_display()}"


class ReceivedRequest(ScopedModel):
    """The keeper's side: whose record is asked for, by whom and what for. Its unit is where the record stands."""

    sent = models.OneToOneField(SentRequest, models.PROTECT, related_name="+", verbose_name="发出的请求")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="个人档案")
    purpose = models.CharField("事项", max_length=10, choices=Purpose)
    name = models.CharField("填写的姓名", max_length=40)
    wanted = models.JSONField("办理内容", default=dict)
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="请求单位")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="请求人")
    post_title = models.CharField("请求人岗位", max_length=60, blank=True)
    state = models.CharField("状态", max_length=10, choices=RequestState, default=RequestState.OPEN)
    reason = models.CharField("答复", max_length=500, blank=True, default="")
    asked_at = models.DateTimeField("请求时间", auto_now_add=True)
    decided_at = models.DateTimeField("答复时间", null=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="答复人")

    class Meta:
        verbose_name = "收到的档案请求"
        indexes = [models.Index(fields=["path", "asked_at"], name="received_request_path")]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=RequestState.OPEN) ^ Q(decided_at__isnull=False),
                name="received_request_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["person", "from_unit", "to_unit", "purpose", "name"],
                condition=Q(state=RequestState.OPEN),
                name="received_request_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_unit.association}请求{self.get_purpose_display()}"


class OutsideTries(models.Model):
    """How many ID numbers of records out of sight an account has tried on its latest such day."""

    visibility = Visibility.REFERENCE

    user = models.OneToOneField(User, models.PROTECT, primary_key=True, related_name="+", verbose_name="账号")
    day = models.DateField("日期")
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "范围外号码的尝试次数"
