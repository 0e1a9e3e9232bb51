"""Registers that every room reads: dictionaries, parameters, the calendar, and the counters of numbers."""

from datetime import date
from functools import partial
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from fpa.access.models import ScopedModel
from fpa.core.visibility import Visibility
from fpa.registers.catalogue import PARAMETERS, ParameterKind, Value

FIRST_YEAR, LAST_YEAR = 1949, 2999


class Dictionary(models.Model):
    """A list of words that records choose from. The province keeps it, and everybody reads it."""

    visibility = Visibility.REFERENCE

    code = models.SlugField("代码", max_length=40, unique=True)
    name = models.CharField("名称", max_length=60)
    note = models.CharField("说明", max_length=200, blank=True, default="")

    class Meta:
        verbose_name = "字典"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class EntryQuerySet(models.QuerySet["Entry"]):
    def on(self, day: date) -> "EntryQuerySet":
        """Entries that may be chosen on a day."""
        return self.filter(_valid_on(day))


def _valid_on(day: date) -> Q:
    return Q(valid_from__lte=day) & (Q(valid_to=None) | Q(valid_to__gte=day))


def chosen_today(code: str) -> Q:
    """Entries of a dictionary that may be chosen today."""
    return Q(dictionary__code=code) & _valid_on(timezone.localdate())


class Entry(models.Model):
    """One word of a dictionary, from a day to a day, both included. Records keep its code, which never changes."""

    visibility = Visibility.REFERENCE

    dictionary = models.ForeignKey(Dictionary, models.PROTECT, related_name="entries", verbose_name="字典")
    code = models.SlugField("代码", max_length=40)
    label = models.CharField("名称", max_length=60)
    order = models.PositiveSmallIntegerField("顺序")
    valid_from = models.DateField("自")
    valid_to = models.DateField("至", null=True, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = "字典项"
        ordering = ["dictionary_id", "order", "id"]
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "code"], name="entry_code_unique"),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="entry_in_order"
            ),
        ]

    def __str__(self) -> str:
        return self.label


def entry_key(code: str, label: str) -> models.ForeignKey:
    """A record's key to an entry of a dictionary; forms offer those that may be chosen today."""
    limit = partial(chosen_today, code)
    return models.ForeignKey(
        Entry, models.PROTECT, related_name="+", verbose_name=label, limit_choices_to=limit
    )


class Parameter(ScopedModel):
    """What one unit has laid down for a key, from a year on. Those below it go by it unless a nearer unit has its own.

    The value stands in the one column of its kind: `number` (numbers and 元), `text` or `day`.
    """

    visibility: ClassVar[Visibility] = Visibility.PUBLISHED_DOWN

    key = models.CharField("参数", max_length=60, db_collation="C")
    from_year = models.PositiveSmallIntegerField("自（年度）")
    to_year = models.PositiveSmallIntegerField("至（年度）", null=True, blank=True)
    number = models.DecimalField("数值", max_digits=18, decimal_places=4, null=True, blank=True)
    text = models.CharField("文字", max_length=200, blank=True, default="")
    day = models.DateField("日期", null=True, blank=True)
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "参数"
        ordering = ["key", "path", "-from_year"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "key", "from_year"], name="parameter_one_a_year"),
            models.CheckConstraint(
                condition=Q(to_year=None) | Q(to_year__gte=F("from_year")), name="parameter_years_in_order"
            ),
            models.CheckConstraint(
                condition=Q(number__isnull=False, text="", day=None)
                | (Q(number=None, day=None) & ~Q(text=""))
                | Q(number=None, text="", day__isnull=False),
                name="parameter_has_one_value",
            ),
        ]
        indexes = [models.Index(fields=["key", "path"], name="parameter_key_path")]

    def __str__(self) -> str:
        return self.kind.label if self.kind else self.key

    @property
    def kind(self) -> ParameterKind | None:
        """What the key means; None where no room declares it any more."""
        return PARAMETERS.get(self.key)

    @property
    def value(self) -> Value:
        """The value, whichever its kind."""
        if self.number is not None:
            return self.number
        return self.day if self.day is not None else self.text


class CalendarDay(models.Model):
    """A day that is not what its weekday says, by the State Council's yearly notice; it goes before the library."""

    visibility = Visibility.REFERENCE

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("节日", max_length=40)
    basis = models.CharField("依据", max_length=200)

    class Meta:
        verbose_name = "放假调休日"
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.name}（{'上班' if self.is_working else '放假'}）"


class Counter(ScopedModel):
    """The last number that a unit has given out of a kind in a year."""

    kind = models.CharField("编号种类", max_length=40, db_collation="C")
    year = models.PositiveSmallIntegerField("年度")
    last = models.PositiveIntegerField("最后一号")

    class Meta:
        verbose_name = "编号计数"
        ordering = ["path", "kind", "year"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "year"], name="counter_one_a_year"),
            models.CheckConstraint(condition=Q(last__gte=1), name="counter_begins_at_one"),
        ]
        indexes = [models.Index(fields=["path"], name="counter_path")]
