"""Records of what a unit holds, alone or with others (主办、承办、协办): counted at its own unit alone."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from fpa.access.models import Level, PathField
from fpa.core.chinese import date_cn
from fpa.core.visibility import Visibility
from fpa.pages.fields import BodiesField
from fpa.pages.queries import units_named
from fpa.pages.rows import Record


class HeldLevel(models.IntegerChoices):
    """By whom something is held, as the association counts: what is held with 中国计生协 is the nation's."""

    NATION = 0, "国家级"
    PROVINCE = 1, "省级"
    CITY = 2, "市级"
    COUNTY = 3, "县级"
    TOWNSHIP = 4, "乡级"
    VILLAGE = 5, "村级"


class Held(Record):
    """What the record's unit, the 主办, holds from a day to a day at a place.

    Units below see it, and those of the tree that 承办 and 协办 name (`co_holders`).
    """

    visibility: ClassVar[Visibility] = Visibility.CO_HELD
    unit_label = "主办单位"
    blanks = {"organizer": "主办单位自办", "partners": "无"}
    form_kinds = {"organizer": BodiesField, "partners": BodiesField}

    level = models.PositiveSmallIntegerField("级别", choices=HeldLevel)
    organizer = models.CharField("承办单位", max_length=80, blank=True, default="")
    partners = models.CharField(
        "协办单位", max_length=200, blank=True, default="", help_text="同上；各项指标只在主办单位计。"
    )
    co_holders = ArrayField(PathField(), default=list, editable=False, verbose_name="承办、协办单位的路径")
    place = models.CharField("地点", max_length=80)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="%(class)s_in_order")
        ]
        indexes = [GinIndex(fields=["co_holders"], name="%(class)s_co_holders")]

    @property
    def days(self) -> str:
        """From when to when: 2023年5月10日至2023年5月12日."""
        return f"{date_cn(self.starts_on)}至{date_cn(self.ends_on)}"

    def find_co_holders(self) -> None:
        """Note the units that its 承办 and 协办 name; its own is none of them."""
        bodies = units_named(f"{self.organizer}、{self.partners}")
        self.co_holders = sorted({found[0].path for _, found in bodies if len(found) == 1} - {self.unit.path})

    @property
    def fault(self) -> str:
        """Why it can't be so, in Chinese: it ends before it begins, or stands higher than who holds it."""
        host = self.unit
        is_nations = self.level == HeldLevel.NATION and host.level == Level.PROVINCE
        if self.ends_on < self.starts_on:
            return "结束日期不能早于开始日期，请核对。"
        if self.level < host.level and not is_nations:
            return f"{host.name}主办的不能高于{host.get_level_display()}级，请核对级别。"
        return ""
