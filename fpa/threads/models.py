"""Threads that stand on a matter, and what is said in them (design §7). Their tables are called as they were when they
belonged to approval."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from fpa.access.models import ScopedModel, Unit
from fpa.core.actor import Actor
from fpa.core.lists.parts import Tone

TONES: dict[str, Tone] = {"open": "waiting", "settled": "done"}


class Signed(ScopedModel):
    """An insert-only row with who wrote it, in which post, for which unit, and when."""

    append_only = True

    actor_id = models.BigIntegerField("账号", null=True)
    actor_name = models.CharField("经办人", max_length=40)
    post_title = models.CharField("岗位", max_length=60, blank=True)
    actor_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name="经办单位")
    actor_unit_name = models.CharField("经办单位名称", max_length=80, blank=True)
    at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        abstract = True

    def sign(self, by: Actor) -> None:
        """Put the actor's name under the row."""
        self.actor_id, self.actor_name, self.post_title = by.user_id, by.name, by.post_title
        self.actor_unit_id, self.actor_unit_name = by.unit_id, by.unit_name


class ThreadState(models.TextChoices):
    OPEN = "open", "待办结"
    SETTLED = "settled", "已办结"


class ThreadQuerySet(models.QuerySet["Thread"]):
    def on(self, subject_type: str, subject_id: str) -> "ThreadQuerySet":
        """The threads that stand on a subject."""
        return self.filter(subject_type=subject_type, subject_id=subject_id)

    def open(self) -> "ThreadQuerySet":
        """Threads that are not settled."""
        return self.filter(state=ThreadState.OPEN)

    def whole(self) -> "ThreadQuerySet":
        """With what every line about a thread shows."""
        return self.select_related("unit", "assignee", "opened_unit", "awaiting")


class Thread(ScopedModel):
    """Talk about one matter: a record (`place` is empty) or a cell of it. Its unit is the subject's, so that the
    subject's unit and all above it see the talk. `awaiting` is whose word is awaited, `case` what returned it."""

    subject_type = models.CharField("事项类型", max_length=60)
    subject_id = models.CharField("事项编号", max_length=64)
    place = models.CharField("位置", max_length=80, blank=True, default="")
    place_label = models.CharField("位置名称", max_length=80, blank=True, default="")
    title = models.CharField("事项", max_length=120)
    url = models.CharField("所在页面", max_length=250, blank=True, default="")
    case = models.ForeignKey(
        "approval.Case", models.PROTECT, null=True, related_name="threads", verbose_name="退回它的审核事项"
    )
    opened_by_id = models.BigIntegerField("发起账号", null=True)
    opened_by_name = models.CharField("发起人", max_length=40)
    opened_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="发起单位")
    opened_at = models.DateTimeField("发起时间", auto_now_add=True)
    assignee = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    awaiting = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="等待")
    due_on = models.DateField("办理期限", null=True, blank=True)
    state = models.CharField("状态", max_length=8, choices=ThreadState, default=ThreadState.OPEN)
    settled_at = models.DateTimeField("办结时间", null=True, blank=True)
    settled_by_id = models.BigIntegerField("办结账号", null=True)
    settled_by_name = models.CharField("办结人", max_length=40, blank=True, default="")

    objects = ThreadQuerySet.as_manager()

    class Meta:
        db_table = "approval_thread"
        verbose_name = "讨论"
        ordering = ["state", "due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | Q(state="settled", settled_at__isnull=False),
                name="thread_settled_with_its_time",
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="thread_path"),
            models.Index(fields=["subject_type", "subject_id"], name="thread_subject"),
            models.Index(fields=["awaiting", "state"], name="thread_awaiting"),
        ]

    def __str__(self) -> str:
        return f"{self.title}：{self.place_label}" if self.place_label else self.title

    def get_absolute_url(self) -> str:
        """The thread's own page."""
        return reverse("thread_detail", args=[self.pk])

    @property
    def standing(self) -> str:
        """Where the talk stands, in words that name whose answer is awaited."""
        return f"等{self.awaiting.association}答复" if self.is_open else self.get_state_display()

    @property
    def tone(self) -> Tone:
        """The tone of the state."""
        return TONES[self.state]

    @property
    def is_open(self) -> bool:
        """Whether the matter is still to be settled."""
        return self.state == ThreadState.OPEN


class Message(Signed):
    """One word in a thread; never edited."""

    thread = models.ForeignKey(Thread, models.PROTECT, related_name="messages", verbose_name="讨论")
    body = models.CharField("内容", max_length=1000)

    class Meta:
        db_table = "approval_message"
        verbose_name = "讨论发言"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["path"], name="message_path")]

    def __str__(self) -> str:
        return self.body[:40]
