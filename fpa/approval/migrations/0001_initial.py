import django.db.models.deletion
from django.db import migrations, models

import fpa.access.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("access", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Flow",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                ("code", models.CharField(max_length=40, verbose_name="代码")),
                ("version", models.PositiveIntegerField(verbose_name="版本")),
                ("name", models.CharField(max_length=60, verbose_name="名称")),
                ("steps", models.JSONField(verbose_name="环节")),
                ("published_at", models.DateTimeField(auto_now_add=True, verbose_name="发布时间")),
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
                "verbose_name": "审核流程",
                "ordering": ["path", "code", "version"],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                ("subject_type", models.CharField(max_length=60, verbose_name="事项类型")),
                ("subject_id", models.CharField(max_length=64, verbose_name="事项编号")),
                ("subject_url", models.CharField(blank=True, max_length=200, verbose_name="事项地址")),
                ("title", models.CharField(max_length=120, verbose_name="事项")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "审核中"),
                            ("returned", "退回修改"),
                            ("approved", "已通过"),
                            ("rejected", "不予通过"),
                            ("withdrawn", "已撤回"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("round", models.PositiveSmallIntegerField(default=1, verbose_name="轮次")),
                ("step", models.PositiveSmallIntegerField(verbose_name="环节")),
                ("permission", models.CharField(max_length=60, verbose_name="审核权限")),
                ("reviewer_path", fpa.access.models.PathField(db_collation="C", max_length=64)),
                ("due_on", models.DateField(blank=True, null=True, verbose_name="办理期限")),
                ("submitted_at", models.DateTimeField(verbose_name="上报时间")),
                (
                    "reviewer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="审核单位",
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
                    "flow",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="approval.flow",
                        verbose_name="流程",
                    ),
                ),
            ],
            options={
                "verbose_name": "审核事项",
                "ordering": ["path", "id"],
            },
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                ("subject_type", models.CharField(max_length=60, verbose_name="事项类型")),
                ("subject_id", models.CharField(max_length=64, verbose_name="事项编号")),
                ("place", models.CharField(blank=True, default="", max_length=80, verbose_name="位置")),
                (
                    "place_label",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="位置名称"),
                ),
                ("title", models.CharField(max_length=120, verbose_name="事项")),
                ("url", models.CharField(blank=True, default="", max_length=250, verbose_name="所在页面")),
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
                    "asked",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="办理单位",
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
                (
                    "waits_for",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="等待",
                    ),
                ),
            ],
            options={
                "verbose_name": "讨论",
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
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="账号")),
                ("actor_name", models.CharField(max_length=40, verbose_name="经办人")),
                ("post_title", models.CharField(blank=True, max_length=60, verbose_name="岗位")),
                ("actor_unit_name", models.CharField(blank=True, max_length=80, verbose_name="经办单位名称")),
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
                        to="approval.thread",
                        verbose_name="讨论",
                    ),
                ),
            ],
            options={
                "verbose_name": "讨论发言",
                "ordering": ["at", "id"],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                ("actor_id", models.BigIntegerField(null=True, verbose_name="账号")),
                ("actor_name", models.CharField(max_length=40, verbose_name="经办人")),
                ("post_title", models.CharField(blank=True, max_length=60, verbose_name="岗位")),
                ("actor_unit_name", models.CharField(blank=True, max_length=80, verbose_name="经办单位名称")),
                ("at", models.DateTimeField(auto_now_add=True, verbose_name="时间")),
                ("round", models.PositiveSmallIntegerField(verbose_name="轮次")),
                ("step", models.PositiveSmallIntegerField(verbose_name="环节")),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("submit", "上报"),
                            ("approve", "审核通过"),
                            ("return", "退回修改"),
                            ("reject", "不予通过"),
                            ("withdraw", "撤回"),
                        ],
                        max_length=10,
                        verbose_name="结论",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="理由")),
                ("due_on", models.DateField(null=True, verbose_name="办理期限")),
                ("places", models.JSONField(default=list, verbose_name="退回处")),
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
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="approval.case",
                        verbose_name="事项",
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
                "verbose_name": "审核结论",
                "ordering": ["at", "id"],
                "indexes": [models.Index(fields=["path"], name="decision_path")],
            },
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.UniqueConstraint(
                fields=("unit", "code", "version"), name="flow_version_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="flow",
            constraint=models.CheckConstraint(
                condition=models.Q(("version__gte", 1)), name="flow_version_from_one"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["path", "id"], name="case_path"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["subject_type", "subject_id"], name="case_subject"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["reviewer", "state"], name="case_reviewer_state"),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["open", "returned"])),
                fields=("subject_type", "subject_id"),
                name="case_one_live",
            ),
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
            index=models.Index(fields=["waits_for", "state"], name="thread_waits_for"),
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
