"""One human being, one record, whatever roles they hold (design §5)."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

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
        verbose_name = "个人档案"

    def __str__(self) -> str:
        return self.name

    def age_on(self, day: date) -> int:
        """Full years of age on a day."""
        birth = self.birth_date
        return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))
