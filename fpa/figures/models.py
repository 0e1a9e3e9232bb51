"""Facts, the marks of what has changed since they were computed, and what is stated by a document."""

from typing import ClassVar, Self
from urllib.parse import urlencode

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.urls import reverse

from fpa.access.models import PathField, ScopedModel, Unit
from fpa.core.chinese import date_cn
from fpa.core.periods import Period
from fpa.core.visibility import Visibility
from fpa.figures import catalogue
from fpa.files.models import Document
from fpa.pages.querysets import ScopedQuerySet


class Fact(ScopedModel):
    """A figure's value at a unit in a period: `own` from the unit's own records, `value` with all below it.

    A missing row is zero. `cut` names a value of one of the figure's dimensions ("sex:female"); empty is the whole.
    A stock has facts by month, each as at the month's end; its cuts have them by half-year (fact_periods).

    The table is partitioned by year: a period's code begins with its year, so a range of codes is a year
    (`fpa.figures.partitions`).
    """

    pk = models.CompositePrimaryKey("figure", "period", "unit", "cut")
    # Written only by statements that take the unit from its table, by the hundred thousand: the primary key is the
    # one index to keep, and the reference needs no second look-up.
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name="所属单位", db_index=False, db_constraint=False
    )
    figure = models.CharField("指标", max_length=60, db_collation="C")
    period = models.CharField("报告期", max_length=7, db_collation="C")
    cut = models.CharField("分组", max_length=60, db_collation="C", db_default="", default="")
    own = models.DecimalField("本级数", max_digits=20, decimal_places=2, default=0)
    value = models.DecimalField("合计数", max_digits=20, decimal_places=2, default=0)

    class Meta:
        verbose_name = "指标数"


class Stale(models.Model):
    """A mark that a figure's records changed at a unit (or anywhere below it) from a day on.

    Inserted in the transaction that changes the records, deleted by the refresh that has counted them. It names no
    person and holds no value, so it is not scoped: an action may mark a unit that it does not see.
    """

    visibility = Visibility.REFERENCE

    figure = models.CharField("指标", max_length=60, db_collation="C")
    path = PathField(verbose_name="单位路径")
    subtree = models.BooleanField("含下级")
    since = models.DateField("从哪天起", null=True)
    at = models.DateTimeField("标记时间", db_default=Now())

    class Meta:
        verbose_name = "待重算标记"
        indexes = [models.Index(fields=["figure", "at"], name="stale_figure")]


class CountedFigure(models.Model):
    """A figure that has been counted from all its records, in the shape that it was declared in then.

    One that is declared anew, or with other cuts, is counted from all its records by the next refresh.
    """

    visibility = Visibility.REFERENCE

    figure = models.CharField("指标", max_length=60, db_collation="C", unique=True)
    shape = models.CharField("口径版本", max_length=64)

    class Meta:
        verbose_name = "已计数指标"


class StockDay(models.Model):
    """The last day for which stocks were counted; a later day opens new values, records changed or not."""

    visibility = Visibility.REFERENCE

    day = models.DateField("日期", unique=True)

    class Meta:
        verbose_name = "存量计数日"


class Qualifier(models.TextChoices):
    """How exact a stated number is: as a document writes it (design §6)."""

    EXACT = "exact", "准确数"
    ODD = "余", "余（略多于此数）"
    MORE = "多", "多（多于此数）"
    STATED = "stated", "按文件表述"


class StatementQuerySet(ScopedQuerySet):
    def current(self) -> Self:
        """Statements that no later one corrects."""
        return self.filter(correction=None)

    def whole(self) -> Self:
        """With what every line about a statement shows; `is_corrected` tells those that no longer hold."""
        corrected = Exists(Statement.objects.filter(corrects=OuterRef("pk")))
        return self.select_related("unit", "document").annotate(is_corrected=corrected)


class Statement(ScopedModel):
    """A number that a document states and no record can yield: a row is never changed, a correction is one more."""

    append_only: ClassVar[bool] = True

    figure = models.CharField("指标", max_length=60, db_collation="C")
    period = models.CharField("报告期", max_length=7, db_collation="C")
    value = models.DecimalField("数值", max_digits=20, decimal_places=4)
    qualifier = models.CharField("准确程度", max_length=8, choices=Qualifier, default=Qualifier.EXACT)
    whose = models.CharField("范围说明", max_length=100, blank=True, default="")
    document = models.ForeignKey(Document, models.PROTECT, related_name="+", verbose_name="依据文件")
    entered_by = models.CharField("登记人", max_length=40)
    entered_at = models.DateTimeField("登记时间", db_default=Now())
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="correction", verbose_name="更正的登记"
    )
    reason = models.CharField("更正原因", max_length=200, blank=True, default="")

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = "文件数"
        ordering = ["path", "figure", "-period", "-id"]
        indexes = [models.Index(fields=["path", "figure", "period"], name="statement_path_figure")]
        constraints = [
            models.UniqueConstraint(
                fields=["figure", "unit", "period"], condition=Q(corrects=None), name="statement_stated_once"
            ),
            models.CheckConstraint(
                condition=Q(corrects=None, reason="") | (Q(corrects__isnull=False) & ~Q(reason="")),
                name="statement_corrected_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(qualifier__in=Qualifier.values), name="statement_qualifier_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{catalogue.get(self.figure).name}（{self.period_label}）"

    @property
    def period_label(self) -> str:
        """2023年上半年."""
        return Period.parse(self.period).label

    @property
    def source(self) -> str:
        """The document as one names it: issuer, number, date."""
        document = self.document
        day = date_cn(document.issued_on) if document.issued_on else ""
        return "，".join(part for part in (document.issuer, document.number, day) if part)

    def get_absolute_url(self) -> str:
        """The figure's page where it stands."""
        query = urlencode({"unit": self.unit.code, "period": self.period})
        return f"{reverse('figure_detail', args=[self.figure])}?{query}"
