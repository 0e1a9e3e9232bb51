"""The table shape of a field definition; whoever keeps fields makes a model of its own from it."""

from django.db import models

from fpa.forms.fields import Kind, Sensitivity, TypedField


class FieldDefinition(models.Model):
    """A typed field as a row; `typed` is what the engine reads."""

    order = models.PositiveSmallIntegerField("序号")
    key = models.CharField("指标", max_length=60, db_collation="C")
    label = models.CharField("项目", max_length=60)
    kind = models.CharField("类型", max_length=10, choices=Kind, default=Kind.INTEGER)
    decimals = models.PositiveSmallIntegerField("小数位数", default=2)
    measure = models.CharField("计量单位", max_length=10, blank=True, default="")
    definition = models.CharField("口径", max_length=300, blank=True, default="")
    options = models.JSONField("选项", default=list, blank=True)
    dictionary = models.CharField("字典", max_length=40, blank=True, default="", db_collation="C")
    required_at = models.CharField("必填环节", max_length=20, blank=True, default="", db_collation="C")
    sensitivity = models.CharField(
        "敏感程度", max_length=10, choices=Sensitivity, default=Sensitivity.ORDINARY
    )
    prefilled_from = models.CharField("已有数据", max_length=60, blank=True, default="", db_collation="C")
    formula = models.CharField("算式", max_length=500, blank=True, default="")
    table = models.CharField("所在明细表", max_length=60, blank=True, default="", db_collation="C")
    allows_negative = models.BooleanField("可为负数", default=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    @property
    def typed(self) -> TypedField:
        """The definition that the engine reads."""
        return TypedField(
            key=self.key,
            label=self.label,
            kind=self.kind,
            unit=self.measure,
            decimals=self.decimals,
            definition=self.definition,
            options=tuple((str(code), str(word)) for code, word in self.options),
            dictionary=self.dictionary,
            required_at=self.required_at,
            sensitivity=self.sensitivity,
            prefilled_from=self.prefilled_from,
            formula=self.formula,
            table=self.table or "",
            allows_negative=self.allows_negative,
        )
