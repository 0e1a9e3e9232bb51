"""The table of members comes over from organization: renamed, not copied, so it costs a moment's lock."""

import django.db.models.deletion
from django.db import migrations, models

import fpa.access.models
import fpa.core.ids

THERE = "ALTER TABLE organization_member RENAME TO membership_member"
BACK = "ALTER TABLE membership_member RENAME TO organization_member"


class Migration(migrations.Migration):
    initial = True

    dependencies = [("people", "0001_person_comes_from_organization")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Member",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "path",
                            fpa.access.models.PathField(db_collation="C", editable=False, max_length=64),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("ordinary", "普通会员"), ("core", "骨干会员")],
                                default="ordinary",
                                max_length=10,
                                verbose_name="会员类别",
                            ),
                        ),
                        ("joined_on", models.DateField(verbose_name="入会日期")),
                        ("left_on", models.DateField(blank=True, null=True, verbose_name="退会日期")),
                        (
                            "left_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("request", "本人申请退会"),
                                    ("moved_away", "迁出本省"),
                                    ("death", "去世"),
                                    ("mistake", "登记有误"),
                                ],
                                default="",
                                max_length=12,
                                verbose_name="退会原因",
                            ),
                        ),
                        (
                            "unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.unit",
                                verbose_name="所属单位",
                            ),
                        ),
                        (
                            "person",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="memberships",
                                to="people.person",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "会员",
                        "ordering": ["path", "id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="member",
                    index=models.Index(fields=["path", "id"], name="member_path"),
                ),
                migrations.AddConstraint(
                    model_name="member",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("left_on", None)), fields=("person",), name="member_one_open"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="member",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("left_on", None), ("left_on__gte", models.F("joined_on")), _connector="OR"
                        ),
                        name="member_in_order",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="member",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("left_on", None), ("left_reason", "")),
                            models.Q(
                                ("left_on__isnull", False), models.Q(("left_reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="member_leaves_with_a_reason",
                    ),
                ),
            ],
            database_operations=[
                migrations.RunSQL(THERE, BACK),
            ],
        ),
    ]
