from django.db import migrations, models

# An item is a typed field now: what was required is required at the one step of a report. Back again, a unit of measure
# is cut to the four characters that it had, and what cells hold beside numbers goes with its column.
SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
FORTH = "UPDATE reporting_item SET required_at = '' WHERE NOT required"
BACK = "UPDATE reporting_item SET required = (required_at <> '')"
SHORTEN = "UPDATE reporting_item SET measure = left(measure, 4)"
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table with checks still to come cannot be altered


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0004_temporary_passwords_end"),
        ("reporting", "0001_initial"),
    ]

    operations = [
        migrations.RenameField(
            model_name="item",
            old_name="known_from",
            new_name="prefilled_from",
        ),
        migrations.AddField(
            model_name="cell",
            name="content",
            field=models.JSONField(null=True, verbose_name="内容"),
        ),
        migrations.AddField(
            model_name="cellhistory",
            name="content",
            field=models.JSONField(null=True, verbose_name="内容"),
        ),
        migrations.AddField(
            model_name="item",
            name="allows_negative",
            field=models.BooleanField(default=False, verbose_name="可为负数"),
        ),
        migrations.AddField(
            model_name="item",
            name="decimals",
            field=models.PositiveSmallIntegerField(default=2, verbose_name="小数位数"),
        ),
        migrations.AddField(
            model_name="item",
            name="dictionary",
            field=models.CharField(
                blank=True, db_collation="C", default="", max_length=40, verbose_name="字典"
            ),
        ),
        migrations.AddField(
            model_name="item",
            name="formula",
            field=models.CharField(blank=True, default="", max_length=500, verbose_name="算式"),
        ),
        migrations.AddField(
            model_name="item",
            name="options",
            field=models.JSONField(blank=True, default=list, verbose_name="选项"),
        ),
        migrations.AddField(
            model_name="item",
            name="required_at",
            field=models.CharField(
                blank=True, db_collation="C", default="submit", max_length=20, verbose_name="必填环节"
            ),
        ),
        migrations.RunSQL([SCOPE, FORTH, CHECK_NOW], [SCOPE, BACK, CHECK_NOW]),
        migrations.RemoveField(
            model_name="item",
            name="required",
        ),
        migrations.AddField(
            model_name="item",
            name="sensitivity",
            field=models.CharField(
                choices=[("ordinary", "普通"), ("personal", "个人"), ("sensitive", "敏感")],
                default="ordinary",
                max_length=10,
                verbose_name="敏感程度",
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="definition",
            field=models.CharField(blank=True, default="", max_length=300, verbose_name="口径"),
        ),
        migrations.AlterField(
            model_name="item",
            name="kind",
            field=models.CharField(
                choices=[
                    ("integer", "整数"),
                    ("decimal", "小数"),
                    ("money", "金额"),
                    ("percent", "百分数"),
                    ("text", "文字"),
                    ("long_text", "长文字"),
                    ("choice", "单选"),
                    ("choices", "多选"),
                    ("date", "日期"),
                    ("yes_no", "是否"),
                    ("file", "附件"),
                    ("table", "明细表"),
                ],
                default="integer",
                max_length=10,
                verbose_name="类型",
            ),
        ),
        migrations.AlterField(
            model_name="item",
            name="measure",
            field=models.CharField(blank=True, default="", max_length=10, verbose_name="计量单位"),
        ),
        migrations.AlterField(
            model_name="item",
            name="order",
            field=models.PositiveSmallIntegerField(verbose_name="序号"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decimals__lte", 2),
                    (
                        "kind__in",
                        (
                            "integer",
                            "decimal",
                            "money",
                            "percent",
                            "text",
                            "choice",
                            "date",
                            "yes_no",
                            "file",
                        ),
                    ),
                ),
                name="item_fits_a_cell",
            ),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "file"), _negated=True), ("required_at", ""), _connector="OR"
                ),
                name="item_file_is_not_required",
            ),
        ),
        migrations.RunSQL(migrations.RunSQL.noop, [SCOPE, SHORTEN, CHECK_NOW]),
    ]
