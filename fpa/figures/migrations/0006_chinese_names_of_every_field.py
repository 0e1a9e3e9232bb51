import django.db.models.functions.datetime
from django.db import migrations, models

import fpa.access.models


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0005_statements"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stale",
            name="at",
            field=models.DateTimeField(
                db_default=django.db.models.functions.datetime.Now(), verbose_name="标记时间"
            ),
        ),
        migrations.AlterField(
            model_name="stale",
            name="figure",
            field=models.CharField(db_collation="C", max_length=60, verbose_name="指标"),
        ),
        migrations.AlterField(
            model_name="stale",
            name="path",
            field=fpa.access.models.PathField(db_collation="C", max_length=64, verbose_name="单位路径"),
        ),
        migrations.AlterField(
            model_name="stale",
            name="since",
            field=models.DateField(null=True, verbose_name="从哪天起"),
        ),
        migrations.AlterField(
            model_name="stale",
            name="subtree",
            field=models.BooleanField(verbose_name="含下级"),
        ),
        migrations.AlterField(
            model_name="stockday",
            name="day",
            field=models.DateField(unique=True, verbose_name="日期"),
        ),
    ]
