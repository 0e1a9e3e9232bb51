"""Facts, and the marks of what has changed since they were computed."""

from django.db import models
from django.db.models.functions import Now

from fpa.access.models import PathField, ScopedModel, Unit
from fpa.core.visibility import Visibility


class Fact(ScopedModel):
    """A figure's value at a unit in a period: `own` from the unit's own records, `value` with all below it.

    A missing row is zero. A stock has facts for half-years only; a year's value is that of its second half.
    """

    pk = models.CompositePrimaryKey("figure", "period", "unit")
    # Written only by statements that take the unit from its table, by the hundred thousand: the primary key is the
    # one index to keep, and the reference needs no second look-up.
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name="所属单位", db_index=False, db_constraint=False
    )
    figure = models.CharField("指标", max_length=60, db_collation="C")
    period = models.CharField("期间", max_length=7, db_collation="C")
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

    figure = models.CharField(max_length=60, db_collation="C")
    path = PathField()
    subtree = models.BooleanField()
    since = models.DateField(null=True)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "待重算标记"
        indexes = [models.Index(fields=["figure", "at"], name="stale_figure")]


class StockDay(models.Model):
    """The last day for which stocks were counted; a later day opens new values, records changed or not."""

    visibility = Visibility.REFERENCE

    day = models.DateField(unique=True)

    class Meta:
        verbose_name = "存量计数日"
