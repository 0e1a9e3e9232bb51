"""The table of people comes over from organization: renamed, not copied, so it costs a moment's lock."""

import django.db.models.deletion
from django.db import migrations, models

import fpa.access.models
import fpa.core.ids

THERE = "ALTER TABLE organization_person RENAME TO people_person"
BACK = "ALTER TABLE people_person RENAME TO organization_person"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("organization", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "path",
                            fpa.access.models.PathField(db_collation="C", editable=False, max_length=64),
                        ),
                        (
                            "id",
                            models.UUIDField(default=fpa.core.ids.uuid7, primary_key=True, serialize=False),
                        ),
                        ("name", models.CharField(db_collation="C", max_length=40, verbose_name="姓名")),
                        (
                            "initials",
                            models.CharField(db_collation="C", max_length=40, verbose_name="拼音首字母"),
                        ),
                        (
                            "sex",
                            models.CharField(
                                choices=[("male", "男"), ("female", "女")], max_length=6, verbose_name="性别"
                            ),
                        ),
                        ("birth_date", models.DateField(verbose_name="出生日期")),
                        ("id_cipher", models.BinaryField(verbose_name="证件号码")),
                        ("id_index", models.BinaryField(unique=True, verbose_name="证件号码索引")),
                        ("phone_cipher", models.BinaryField(null=True, verbose_name="手机号")),
                        ("phone_index", models.BinaryField(null=True, verbose_name="手机号索引")),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="登记时间")),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.unit",
                                verbose_name="所属单位",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "个人档案",
                    },
                ),
                migrations.AddIndex(
                    model_name="person",
                    index=models.Index(fields=["path"], name="person_path"),
                ),
                migrations.AddIndex(
                    model_name="person",
                    index=models.Index(fields=["name"], name="person_name"),
                ),
                migrations.AddIndex(
                    model_name="person",
                    index=models.Index(fields=["initials"], name="person_initials"),
                ),
                migrations.AddIndex(
                    model_name="person",
                    index=models.Index(
                        condition=models.Q(("phone_index__isnull", False)),
                        fields=["phone_index"],
                        name="person_phone",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(THERE, BACK),
            ],
        ),
    ]
