"""Requests for records that stand out of the asker's sight: what is sent, what is received, how many are tried."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import fpa.access.models


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_sign_in_tries"),
        ("people", "0002_names_are_found_by_roles"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="OutsideTries",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
                ("day", models.DateField(verbose_name="日期")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="次数")),
            ],
            options={
                "verbose_name": "范围外号码的尝试次数",
            },
        ),
        migrations.CreateModel(
            name="SentRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("join", "入会"), ("appoint", "登记任职")],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="填写的姓名")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待答复"), ("agreed", "已同意"), ("refused", "已退回")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("answer", models.CharField(blank=True, default="", max_length=500, verbose_name="答复")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="请求时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "to_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="办理单位",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="请求人",
                    ),
                ),
            ],
            options={
                "verbose_name": "发出的档案请求",
            },
        ),
        migrations.CreateModel(
            name="ReceivedRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("path", fpa.access.models.PathField(db_collation="C", editable=False, max_length=64)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("join", "入会"), ("appoint", "登记任职")],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="填写的姓名")),
                ("wanted", models.JSONField(default=dict, verbose_name="办理内容")),
                ("post_title", models.CharField(blank=True, max_length=60, verbose_name="请求人岗位")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "待答复"), ("agreed", "已同意"), ("refused", "已退回")],
                        default="open",
                        max_length=10,
                        verbose_name="状态",
                    ),
                ),
                ("reason", models.CharField(blank=True, default="", max_length=500, verbose_name="答复")),
                ("asked_at", models.DateTimeField(auto_now_add=True, verbose_name="请求时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="答复时间")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
                    ),
                ),
                (
                    "from_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="请求单位",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                        verbose_name="个人档案",
                    ),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="办理单位",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="请求人",
                    ),
                ),
                (
                    "sent",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.sentrequest",
                        verbose_name="发出的请求",
                    ),
                ),
            ],
            options={
                "verbose_name": "收到的档案请求",
            },
        ),
        migrations.AddIndex(
            model_name="sentrequest",
            index=models.Index(fields=["path", "asked_at"], name="sent_request_path"),
        ),
        migrations.AddConstraint(
            model_name="sentrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("decided_at__isnull", False), _connector="XOR"),
                name="sent_request_has_its_time",
            ),
        ),
        migrations.AddIndex(
            model_name="receivedrequest",
            index=models.Index(fields=["path", "asked_at"], name="received_request_path"),
        ),
        migrations.AddConstraint(
            model_name="receivedrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state", "open"), ("decided_at__isnull", False), _connector="XOR"),
                name="received_request_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="receivedrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("person", "from_unit", "to_unit", "purpose", "name"),
                name="received_request_one_open",
            ),
        ),
    ]
