"""One human being, one record, whatever roles they hold (design §5)."""

from datetime import date
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from fpa.access.models import ScopedModel
from fpa.core.chinese import clean
from fpa.core.ids import uuid7
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
