"""Long jobs and what they stage: a file on its way in, and its rows between check and confirmation (design §8)."""

from django.db import models
from django.db.models import Q

from fpa.access.models import PathField, Post, ScopedModel, User
from fpa.core.ids import uuid7
from fpa.core.visibility import Visibility


class State(models.TextChoices):
    """Where an import stands. Only a commit that carries the whole effect moves it on, so a killed worker leaves
    nothing to repair: what waits is done again from the start."""

    UPLOADED = "uploaded", "正在检查"
    READY = "ready", "待确认"
    CONFIRMED = "confirmed", "正在导入"
    DONE = "done", "已导入"
    REFUSED = "refused", "文件不能导入"
    FAILED = "failed", "出错，已停止"
    CANCELLED = "cancelled", "已取消"


WAITING = (State.UPLOADED, State.CONFIRMED)
"""States in which the worker has something to do."""


class RowOutcome(models.TextChoices):
    NEW = "new", "新增"
    CHANGED = "changed", "更新"
    UNCHANGED = "unchanged", "无变化"
    REJECTED = "rejected", "退回"


class Job(ScopedModel):
    """One file brought in for a unit: uploaded, checked, confirmed, done once.

    `words`, `done` are progress, written by a connection of its own while the work's transaction is still open.
    `key` comes with the upload form: the same form sent twice is one job. `user`, `post`, `ip` stay the uploader's:
    another person above may confirm the import, and its rows are written in that person's name.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    kind = models.CharField("类别", max_length=40)
    state = models.CharField("状态", max_length=12, choices=State, default=State.UPLOADED)
    filename = models.CharField("文件", max_length=200)
    digest = models.CharField("文件摘要（SM3）", max_length=64)
    words = models.CharField("进度", max_length=80, blank=True, default="排队等候")
    done = models.PositiveIntegerField("已处理行数", default=0)
    attempts = models.PositiveSmallIntegerField("开始次数", default=0)
    counts = models.JSONField("结果", default=dict)
    notes = models.JSONField("说明", default=list)
    parent = models.CharField("导入到的事项", max_length=40, blank=True, default="")
    parent_name = models.CharField("导入到的事项名称", max_length=200, blank=True, default="")
    dropped = models.JSONField("未予读取的列", default=list)
    error = models.CharField("原因", max_length=1000, blank=True, default="")
    key = models.UUIDField("防重复编号")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="经办人")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="经办岗位")
    ip = models.GenericIPAddressField("来源地址", null=True)
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name="确认人")
    confirmed_post = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name="确认岗位"
    )
    confirmed_ip = models.GenericIPAddressField("确认来源地址", null=True)
    created_at = models.DateTimeField("上传时间", auto_now_add=True)
    finished_at = models.DateTimeField("办结时间", null=True)

    class Meta:
        verbose_name = "导入"
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="job_upload_once")]
        indexes = [
            models.Index(fields=["path", "-created_at"], name="job_path"),
            models.Index(
                fields=["state"], name="job_waiting", condition=Q(state__in=["uploaded", "confirmed"])
            ),
        ]

    def __str__(self) -> str:
        return self.filename

    @property
    def is_waiting(self) -> bool:
        """Whether the worker is, or will be, at it."""
        return self.state in WAITING


class ImportRow(models.Model):
    """A row of a file after its check, seen in the scope of the job's unit.

    `data` holds the canonical values, secrets only as ciphertext and keyed index; `changes` what would become of the
    record that is there, as `field: [old, new]`. Once the job is done only rejected rows stay, for a few days and with
    no more data than tells whose they are.
    """

    visibility = Visibility.SUBTREE

    pk = models.CompositePrimaryKey("job_id", "position")
    job = models.ForeignKey(Job, models.CASCADE, related_name="rows", db_constraint=False, db_index=False)
    position = models.PositiveIntegerField("次序")
    path = PathField()
    sheet = models.CharField("工作表", max_length=200)
    row = models.PositiveIntegerField("行号")
    key = models.BinaryField("对象索引", null=True)
    outcome = models.CharField("核对结果", max_length=10, choices=RowOutcome)
    column = models.TextField("列")
    reason = models.TextField("原因")
    data = models.JSONField(default=dict)
    changes = models.JSONField(default=dict)

    class Meta:
        verbose_name = "导入的行"


class ImportInbox(models.Model):
    """Where COPY puts a file's rows: PostgreSQL refuses COPY FROM under row-level security, so here is no policy.

    Rows are copied here, judged into `ImportRow`, and deleted in one transaction: no committed row ever lies here, so
    there is never one to be seen. Unlogged, since nothing here outlives a crash anyway.
    """

    visibility = Visibility.REFERENCE

    pk = models.CompositePrimaryKey("job_id", "position")
    job_id = models.UUIDField()
    position = models.PositiveIntegerField()
    sheet = models.TextField()
    row = models.PositiveIntegerField()
    key = models.BinaryField(null=True)
    column = models.TextField()
    reason = models.TextField()
    data = models.JSONField()

    class Meta:
        verbose_name = "导入收件箱"
