"""Approval: versioned flows, cases with insert-only decisions, and threads that stand on a matter (design §7)."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse

from fpa.access.models import PathField, ScopedModel, Unit
from fpa.core.actor import Actor
from fpa.core.lists.parts import Tone
from fpa.core.visibility import Visibility

TONES: dict[str, Tone] = {
    "submit": "waiting",
    "approve": "done",
    "return": "returned",
    "reject": "wrong",
    "withdraw": "off",
    "open": "waiting",
    "returned": "returned",
    "approved": "done",
    "rejected": "wrong",
    "withdrawn": "off",
    "settled": "done",
}
"""How each verdict and state looks beside its word: the list component turns a tone into a shape."""


class FlowQuerySet(models.QuerySet["Flow"]):
    def current_for(self, code: str, unit: Unit) -> "Flow | None":
        """The newest version of a flow as it binds a unit: its nearest publisher's; None where there is none."""
        publishers = Unit.objects.above(unit.path).values("path")
        return self.filter(code=code, path__in=publishers).order_by("-path", "-version").first()


class Flow(ScopedModel):
    """A version of how a kind of thing goes up the levels; its unit is the publisher. Never edited, only followed
    by the next version, so that running cases finish on theirs.

    `steps` is a list of `{"level": 4, "permission": "submission.review", "label": "乡镇审核"}`, the lowest first.
    """

    visibility: ClassVar[Visibility] = Visibility.PUBLISHED_DOWN
    append_only = True

    code = models.CharField("代码", max_length=40)
    version = models.PositiveIntegerField("版本")
    name = models.CharField("名称", max_length=60)
    steps = models.JSONField("环节")
    published_at = models.DateTimeField("发布时间", auto_now_add=True)

    objects = FlowQuerySet.as_manager()

    class Meta:
        verbose_name = "审核流程"
        ordering = ["path", "code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code", "version"], name="flow_version_unique"),
            models.CheckConstraint(condition=Q(version__gte=1), name="flow_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.name}（第 {self.version} 版）"


class CaseState(models.TextChoices):
    """Where a case stands. Returned is not rejected: a returned case comes back, a rejected one is over."""

    OPEN = "open", "审核中"
    RETURNED = "returned", "退回修改"
    APPROVED = "approved", "已通过"
    REJECTED = "rejected", "不予通过"
    WITHDRAWN = "withdrawn", "已撤回"


class CaseQuerySet(models.QuerySet["Case"]):
    def of(self, subject: models.Model) -> "CaseQuerySet":
        """The cases of a subject."""
        return self.filter(subject_type=subject._meta.label_lower, subject_id=str(subject.pk))

    def live(self) -> "CaseQuerySet":
        """Cases that are not over."""
        return self.filter(state__in=[CaseState.OPEN, CaseState.RETURNED])

    def whole(self) -> "CaseQuerySet":
        """With what every line about a case shows."""
        return self.select_related("flow", "unit", "reviewer")


class Case(ScopedModel):
    """One thing on its way up; its unit is the thing's. `reviewer` is whose turn it is, or was last."""

    flow = models.ForeignKey(Flow, models.PROTECT, related_name="cases", verbose_name="流程")
    subject_type = models.CharField("事项类型", max_length=60)
    subject_id = models.CharField("事项编号", max_length=64)
    subject_url = models.CharField("事项地址", max_length=200, blank=True)
    title = models.CharField("事项", max_length=120)
    state = models.CharField("状态", max_length=10, choices=CaseState, default=CaseState.OPEN)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    step = models.PositiveSmallIntegerField("环节")
    permission = models.CharField("审核权限", max_length=60)
    reviewer = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="审核单位")
    reviewer_path = PathField()
    due_on = models.DateField("办理期限", null=True, blank=True)
    submitted_at = models.DateTimeField("上报时间")

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "审核事项"
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(state__in=["open", "returned"]),
                name="case_one_live",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="case_path"),
            models.Index(fields=["subject_type", "subject_id"], name="case_subject"),
            models.Index(fields=["reviewer", "state"], name="case_reviewer_state"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        """The reviewer's path is the reviewer's, never typed in."""
        self.reviewer_path = self.reviewer.path
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        """The case's own page, with its history."""
        return reverse("case_detail", args=[self.pk])

    @property
    def tone(self) -> Tone:
        """The tone of the state."""
        return TONES[self.state]

    @property
    def step_label(self) -> str:
        """What the current step is called: 乡镇审核."""
        return self.flow.steps[self.step]["label"]

    @property
    def standing(self) -> str:
        """Where the case stands, in words that name whose turn it is."""
        if self.state == CaseState.OPEN:
            return f"待{self.reviewer.short_name}{self.step_label}"
        return self.get_state_display()


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


class Verdict(models.TextChoices):
    SUBMIT = "submit", "上报"
    APPROVE = "approve", "审核通过"
    RETURN = "return", "退回修改"
    REJECT = "reject", "不予通过"
    WITHDRAW = "withdraw", "撤回"


class Decision(Signed):
    """What was decided on a case. `places` names the faulty fields or cells of a return:
    `[{"place": "cell key", "label": "走访户数", "reason": "…"}]`."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", verbose_name="事项")
    round = models.PositiveSmallIntegerField("轮次")
    step = models.PositiveSmallIntegerField("环节")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    reason = models.CharField("理由", max_length=500, blank=True)
    due_on = models.DateField("办理期限", null=True)
    places = models.JSONField("退回处", default=list)

    class Meta:
        verbose_name = "审核结论"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["path"], name="decision_path")]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}：{self.case}"

    @property
    def tone(self) -> Tone:
        """The tone of the verdict's word, which gives its shape."""
        return TONES[self.verdict]


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
    subject's unit and all above it see the talk. `awaiting` is whose word is awaited."""

    subject_type = models.CharField("事项类型", max_length=60)
    subject_id = models.CharField("事项编号", max_length=64)
    place = models.CharField("位置", max_length=80, blank=True, default="")
    place_label = models.CharField("位置名称", max_length=80, blank=True, default="")
    title = models.CharField("事项", max_length=120)
    url = models.CharField("所在页面", max_length=250, blank=True, default="")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, related_name="threads", verbose_name="退回它的审核事项"
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
        return f"等{self.awaiting.short_name}答复" if self.is_open else self.get_state_display()

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
        verbose_name = "讨论发言"
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["path"], name="message_path")]

    def __str__(self) -> str:
        return self.body[:40]
