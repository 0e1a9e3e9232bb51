import django.db.models.deletion
from django.db import migrations, models

import fpa.access.models


class Migration(migrations.Migration):
    """The tables are those that approval made; nothing changes in the database."""

    initial = True

    dependencies = [
        ("access", "0005_sign_in_tries"),
        ("approval", "0008_threads_to_a_room_of_their_own"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Thread",
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
                        ("subject_type", models.CharField(max_length=60, verbose_name="事项类型")),
                        ("subject_id", models.CharField(max_length=64, verbose_name="事项编号")),
                        (
                            "place",
                            models.CharField(blank=True, default="", max_length=80, verbose_name="位置"),
                        ),
                        (
                            "place_label",
                            models.CharField(blank=True, default="", max_length=80, verbose_name="位置名称"),
                        ),
                        ("title", models.CharField(max_length=120, verbose_name="事项")),
                        (
                            "url",
                            models.CharField(blank=True, default="", max_length=250, verbose_name="所在页面"),
                        ),
                        ("opened_by_id", models.BigIntegerField(null=True, verbose_name="发起账号")),
                        ("opened_by_name", models.CharField(max_length=40, verbose_name="发起人")),
                        ("opened_at", models.DateTimeField(auto_now_add=True, verbose_name="发起时间")),
                        ("due_on", models.DateField(blank=True, null=True, verbose_name="办理期限")),
                        (
                            "state",
                            models.CharField(
                                choices=[("open", "待办结"), ("settled", "已办结")],
                                default="open",
                                max_length=8,
                                verbose_name="状态",
                            ),
                        ),
                        ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="办结时间")),
                        ("settled_by_id", models.BigIntegerField(null=True, verbose_name="办结账号")),
                        (
                            "settled_by_name",
                            models.CharField(blank=True, default="", max_length=40, verbose_name="办结人"),
                        ),
                        (
                            "assignee",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.unit",
                                verbose_name="办理单位",
                            ),
                        ),
                        (
                            "awaiting",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.unit",
                                verbose_name="等待",
                            ),
                        ),
                        (
                            "case",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="threads",
                                to="approval.case",
                                verbose_name="退回它的审核事项",
                            ),
                        ),
                        (
                            "opened_unit",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.unit",
                                verbose_name="发起单位",
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
                    ],
                    options={
                        "verbose_name": "讨论",
                        "db_table": "approval_thread",
                        "ordering": ["state", "due_on", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Message",
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
                        ("actor_id", models.BigIntegerField(null=True, verbose_name="账号")),
                        ("actor_name", models.CharField(max_length=40, verbose_name="经办人")),
                        ("post_title", models.CharField(blank=True, max_length=60, verbose_name="岗位")),
                        (
                            "actor_unit_name",
                            models.CharField(blank=True, max_length=80, verbose_name="经办单位名称"),
                        ),
                        ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                        ("body", models.CharField(max_length=1000, verbose_name="内容")),
                        (
                            "actor_unit",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="access.unit",
                                verbose_name="经办单位",
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
                            "thread",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="messages",
                                to="threads.thread",
                                verbose_name="讨论",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "讨论发言",
                        "db_table": "approval_message",
                        "ordering": ["at", "id"],
                    },
                ),
                migrations.AddIndex(
                    model_name="thread",
                    index=models.Index(fields=["path"], name="thread_path"),
                ),
                migrations.AddIndex(
                    model_name="thread",
                    index=models.Index(fields=["subject_type", "subject_id"], name="thread_subject"),
                ),
                migrations.AddIndex(
                    model_name="thread",
                    index=models.Index(fields=["awaiting", "state"], name="thread_awaiting"),
                ),
                migrations.AddConstraint(
                    model_name="thread",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("settled_at", None), ("state", "open")),
                            models.Q(("settled_at__isnull", False), ("state", "settled")),
                            _connector="OR",
                        ),
                        name="thread_settled_with_its_time",
                    ),
                ),
                migrations.AddIndex(
                    model_name="message",
                    index=models.Index(fields=["path"], name="message_path"),
                ),
            ]
        ),
    ]
