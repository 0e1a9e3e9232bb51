"""What pages keep: steps that were done, exports in the background, and views of lists."""

from django.db import models
from django.db.models import Q

from fpa.access.models import Post, ScopedModel, User
from fpa.core.ids import uuid7
from fpa.core.visibility import Visibility


class DoneStep(models.Model):
    """A posted step that was done, by the key that its page carried (`{% once %}`), and where it led.

    Committed with the step's effect: a step that fails leaves none. Only a random key and an address of ours.
    """

    visibility = Visibility.REFERENCE

    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name="账号")
    key = models.UUIDField("防重复编号")
    location = models.CharField("去向", max_length=500, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "已办理的提交"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="done_step_once")]
        indexes = [models.Index(fields=["at"], name="done_step_at")]


class ExportState(models.TextChoices):
    """Where an export stands. Only the commit that carries the whole file moves it on: what waits is done again."""

    WAITING = "waiting", "正在导出"
    DONE = "done", "可以下载"
    FAILED = "failed", "出错，已停止"
    EXPIRED = "expired", "已过期，文件已删除"


class ListExport(ScopedModel):
    """A list that somebody has written to a file in the background: theirs alone, for a few days.

    `address` is the list's, with filters, order and columns. `words`, `done` are progress, written by a connection of
    its own. `key` comes with the form: the same form sent twice is one export.
    """

    id = models.UUIDField(primary_key=True, default=uuid7)
    title = models.CharField("列表", max_length=200)
    address = models.TextField("列表地址")
    format = models.CharField("格式", max_length=4, choices=[("xlsx", "Excel 工作簿"), ("csv", "CSV")])
    state = models.CharField("状态", max_length=8, choices=ExportState, default=ExportState.WAITING)
    words = models.CharField("进度", max_length=80, blank=True, default="排队等候")
    done = models.PositiveIntegerField("已写行数", default=0)
    attempts = models.PositiveSmallIntegerField("开始次数", default=0)
    total = models.PositiveIntegerField("总行数", null=True)
    size = models.PositiveBigIntegerField("文件大小", null=True)
    digest = models.CharField("文件摘要（SM3）", max_length=64, blank=True, default="")
    error = models.CharField("原因", max_length=500, blank=True, default="")
    key = models.UUIDField("防重复编号")
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="导出人")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="导出岗位")
    ip = models.GenericIPAddressField("来源地址", null=True)
    created_at = models.DateTimeField("申请时间", auto_now_add=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    expires_at = models.DateTimeField("文件保留至", null=True)

    class Meta:
        verbose_name = "列表导出"
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="export_requested_once"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(expires_at__isnull=False, size__isnull=False),
                name="export_done_has_a_file",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "-created_at"], name="export_path"),
            models.Index(fields=["state"], name="export_waiting", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        """Whether the worker is, or will be, at it."""
        return self.state == ExportState.WAITING


class SavedView(ScopedModel):
    """A list's filters, order and columns under a name: its owner's alone, or shared with everyone at the post."""

    name = models.CharField("名称", max_length=30)
    page = models.CharField("列表地址", max_length=200)
    query = models.TextField("条件", blank=True)
    is_shared = models.BooleanField("岗位共用", default=False)
    user = models.ForeignKey(User, models.PROTECT, related_name="+", verbose_name="保存人")
    post = models.ForeignKey(Post, models.PROTECT, related_name="+", verbose_name="岗位")
    created_at = models.DateTimeField("保存时间", auto_now_add=True)

    class Meta:
        verbose_name = "常用视图"
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["post", "user", "page", "name"], name="saved_view_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]
        indexes = [models.Index(fields=["path", "page"], name="saved_view_path")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The list as the view has it."""
        return f"{self.page}?{self.query}" if self.query else self.page
