"""Cases with their tasks, what experts see of them, and insert-only decisions."""

import re
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.urls import reverse

from fpa.access.models import GrantedModel, PathField, Post, ScopedModel, Unit
from fpa.approval.models.flows import Flow
from fpa.core.lists.parts import Tone
from fpa.files.models import Attachment, Document
from fpa.threads.models import Signed

TONES: dict[str, Tone] = {
    "submit": "waiting",
    "approve": "done",
    "return": "returned",
    "reject": "wrong",
    "withdraw": "off",
    "object": "late",
    "recuse": "off",
    "open": "waiting",
    "returned": "returned",
    "approved": "done",
    "rejected": "wrong",
    "withdrawn": "off",
}
"""How each verdict and state looks beside its word: the list component turns a tone into a shape."""


SUBMISSION_KIND = "submission"
"""Kind of the cases from before there were kinds."""
PAST_STEP = {"kind": "level", "label": "补录复核"}


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

    def of_subject_of(self, case: "Case") -> "CaseQuerySet":
        """The cases of another case's subject."""
        return self.filter(subject_type=case.subject_type, subject_id=case.subject_id)

    def live(self) -> "CaseQuerySet":
        """Cases that are not over."""
        return self.filter(state__in=[CaseState.OPEN, CaseState.RETURNED])

    def in_force(self) -> "CaseQuerySet":
        """Cases that are under review or were approved: what has one is not entered afterwards (补录)."""
        return self.exclude(state__in=[CaseState.REJECTED, CaseState.WITHDRAWN])

    def whole(self) -> "CaseQuerySet":
        """With what every line about a case shows."""
        return self.select_related("flow", "unit", "reviewer", "basis__attachment")

    def of_kind(self, code: str) -> "CaseQuerySet":
        """The cases of a kind: a subject may have a live one of each."""
        return self.filter(kind=code)


class Case(ScopedModel):
    """One thing on its way up; its unit is the thing's. `reviewer` is the unit in charge of the step that it stands
    at, or stood at last: it reviews itself, or sees to the experts, the outside body or the time that do.

    `facts` are what its kind told when it was sent up; conditions of steps are held against them. A case of 补录
    (`is_past`) has no flow: it rests on its `basis`, and another person of its unit checks it. `changes` is what an
    amendment asks for: field of the subject → [as it is, as it should be].
    """

    kind = models.CharField("业务", max_length=40, default=SUBMISSION_KIND)
    flow = models.ForeignKey(Flow, models.PROTECT, null=True, related_name="cases", verbose_name="流程")
    subject_type = models.CharField("事项类型", max_length=60)
    subject_id = models.CharField("事项编号", max_length=64)
    subject_url = models.CharField("事项地址", max_length=200, blank=True)
    title = models.CharField("事项", max_length=120)
    state = models.CharField("状态", max_length=10, choices=CaseState, default=CaseState.OPEN)
    round = models.PositiveSmallIntegerField("轮次", default=1)
    step = models.PositiveSmallIntegerField("环节")
    permission = models.CharField("审核权限", max_length=60)
    reviewer = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="审核单位")
    reviewer_path = PathField(verbose_name="审核单位路径")
    due_on = models.DateField("办理期限", null=True, blank=True)
    submitted_at = models.DateTimeField("上报时间")
    facts = models.JSONField("事项要素", default=dict, encoder=DjangoJSONEncoder)
    is_past = models.BooleanField("补录", default=False)
    basis = models.ForeignKey(Document, models.PROTECT, null=True, related_name="+", verbose_name="依据文件")
    changes = models.JSONField("申请变更的内容", default=dict, encoder=DjangoJSONEncoder)
    amends = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="amendments", verbose_name="变更的事项"
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = "审核事项"
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"],
                condition=Q(state__in=["open", "returned"]),
                name="case_one_live_of_a_kind",
            ),
            models.CheckConstraint(
                condition=Q(is_past=True, flow=None, basis__isnull=False)
                | Q(is_past=False, flow__isnull=False),
                name="case_past_has_its_basis",
            ),
        ]
        indexes = [
            models.Index(fields=["path", "id"], name="case_path"),
            models.Index(fields=["subject_type", "subject_id"], name="case_subject"),
            models.Index(fields=["reviewer", "state"], name="case_reviewer_state"),
            models.Index(fields=["-submitted_at", "-id"], name="case_submitted"),
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
        return str(self.current_step["label"])

    @property
    def current_step(self) -> dict[str, Any]:
        """The step that it stands at, as its flow has it; a case of 补录 has one of its own."""
        return self.flow.steps[self.step] if self.flow else PAST_STEP | {"permission": self.permission}

    @property
    def standing(self) -> str:
        """Where the case stands, in words that name whose turn it is."""
        if self.state == CaseState.OPEN:
            body = self.current_step.get("body", "")
            level = self.reviewer.get_level_display()  # 待鹤城区计生协审核, not 待鹤城区计生协县市区审核
            deed = re.sub(f"^({level}级?|乡镇|[市县]级)", "", self.step_label)
            return f"待{body or self.reviewer.association}{deed}"
        return self.get_state_display()


class Verdict(models.TextChoices):
    SUBMIT = "submit", "上报"
    APPROVE = "approve", "审核通过"
    RETURN = "return", "退回修改"
    REJECT = "reject", "不予通过"
    WITHDRAW = "withdraw", "撤回"
    OBJECT = "object", "收到异议"
    RECUSE = "recuse", "回避"


class TaskKind(models.TextChoices):
    REVIEW = "review", "审核"
    NAME = "name", "选定评审人"
    OPINION = "opinion", "评审"
    OUTSIDE = "outside", "登记外部结论"
    PERIOD = "period", "公示"


_OPINIONS: dict[str, str] = {Verdict.APPROVE: "评审：同意", Verdict.REJECT: "评审：不同意"}


class TaskState(models.TextChoices):
    """`returned` waits for the case to come back, and is then asked anew: a joint review loses nobody's task."""

    OPEN = "open", "待办"
    DONE = "done", "已办"
    RETURNED = "returned", "待重报"
    CLOSED = "closed", "不再需要"
    RECUSED = "recused", "已回避"


class TaskQuerySet(models.QuerySet["Task"]):
    def open(self) -> "TaskQuerySet":
        """Tasks that are to be done."""
        return self.filter(state=TaskState.OPEN)

    def of_turn(self, case: Case) -> "TaskQuerySet":
        """The tasks of the step and round that a case stands at."""
        return self.filter(case=case, step=case.step, round=case.round)


class Task(ScopedModel):
    """What one reviewer has to do on a case, by when: a unit with a right (whoever of it does so claims it with the
    decision), or a person by name. Never one row a person of a unit: 29,500 villages' forms are one row each.

    `fault` is why its day could not close it, for who must do so instead.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="tasks", verbose_name="事项")
    kind = models.CharField("任务", max_length=8, choices=TaskKind, default=TaskKind.REVIEW)
    step = models.PositiveSmallIntegerField("环节")
    round = models.PositiveSmallIntegerField("轮次")
    assignee = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name="办理单位")
    permission = models.CharField("所需权限", max_length=60, blank=True, default="")
    user_id = models.BigIntegerField("评审人账号", null=True)
    user_name = models.CharField("评审人", max_length=40, blank=True, default="")
    post = models.ForeignKey(Post, models.PROTECT, null=True, related_name="+", verbose_name="办理岗位")
    due_on = models.DateField("办理期限", null=True)
    state = models.CharField("状态", max_length=8, choices=TaskState, default=TaskState.OPEN)
    opened_at = models.DateTimeField("交办时间", auto_now_add=True)
    done_at = models.DateTimeField("办结时间", null=True)
    delegated_to = models.ForeignKey(
        Post, models.PROTECT, null=True, related_name="+", verbose_name="委托岗位"
    )
    delegated_until = models.DateField("委托至", null=True)
    recused = ArrayField(models.BigIntegerField(), default=list, verbose_name="回避账号")
    escalated_to = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="提请关注单位"
    )
    escalated_on = models.DateField("提请关注日期", null=True)
    fault = models.CharField("到期未能自动办结的原因", max_length=300, blank=True, default="", db_default="")

    objects = TaskQuerySet.as_manager()

    class Meta:
        verbose_name = "办理任务"
        ordering = ["due_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(user_id__isnull=False) ^ ~Q(permission=""), name="task_of_a_right_or_a_person"
            ),
            models.CheckConstraint(
                condition=Q(delegated_to=None, delegated_until=None)
                | Q(delegated_to__isnull=False, delegated_until__isnull=False),
                name="task_delegated_until_a_day",
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done"),
                name="task_done_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["case", "step", "round", "kind", "permission"],
                condition=Q(user_id=None),
                name="task_one_a_right",
            ),
            models.UniqueConstraint(
                fields=["case", "step", "round", "user_id"],
                condition=Q(user_id__isnull=False),
                name="task_one_a_person",
            ),
        ]
        indexes = [
            models.Index(fields=["path"], name="task_path"),
            models.Index(fields=["assignee", "permission"], condition=Q(state="open"), name="task_waiting"),
            models.Index(fields=["user_id"], condition=Q(state="open"), name="task_of_person"),
            models.Index(fields=["delegated_to"], condition=Q(state="open"), name="task_delegated"),
            models.Index(fields=["escalated_to"], condition=Q(state="open"), name="task_escalated"),
            models.Index(fields=["due_on"], condition=Q(state="open"), name="task_due"),
        ]

    def __str__(self) -> str:
        return f"{self.case}：{self.get_kind_display()}"


class Dossier(GrantedModel):
    """What named experts or a third party see of a case, and nothing else: facts that its kind shows them, its files
    and history, as they stood when they were named. One row a step and round; `answered` are those who have given
    their opinion.

    `content` is `{"unit": "…", "facts": [[label, text], …], "files": [{"name": …, "digest": …, "media_type": …,
    "size": …}, …], "history": [text, …], "asks": ["score", …]}`; those from before files were shown have none.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="dossiers", verbose_name="事项")
    step = models.PositiveSmallIntegerField("环节")
    round = models.PositiveSmallIntegerField("轮次")
    title = models.CharField("事项", max_length=120)
    content = models.JSONField("评审材料")
    answered = ArrayField(models.BigIntegerField(), default=list, verbose_name="已评审账号")

    class Meta:
        verbose_name = "评审卷"
        ordering = ["granted_until", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "step", "round"], name="dossier_one_a_round"),
        ]
        indexes = [
            models.Index(fields=["path"], name="dossier_path"),
            GinIndex(fields=["grantees"], name="dossier_grantees"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page on which an expert gives an opinion."""
        return reverse("give_opinion", args=[self.pk])


class Decision(Signed):
    """What was decided on a case. `places` names the faulty fields or cells of a return:
    `[{"place": "cell key", "label": "走访户数", "reason": "…"}]`.

    `task` is whose task it did. `document` is an outside body's, which tells issuer, number and day; files of the
    decision's own are its `files`. `file` is how files were named in words before they were kept here; it is only read.
    `on_behalf_of` is the unit for which another one acted (代办).
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions", verbose_name="事项")
    round = models.PositiveSmallIntegerField("轮次")
    step = models.PositiveSmallIntegerField("环节")
    verdict = models.CharField("结论", max_length=10, choices=Verdict)
    reason = models.CharField("理由", max_length=500, blank=True)
    due_on = models.DateField("办理期限", null=True)
    places = models.JSONField("退回处", default=list)
    task = models.ForeignKey(Task, models.PROTECT, null=True, related_name="decisions", verbose_name="任务")
    score = models.DecimalField("评分", max_digits=6, decimal_places=2, null=True)
    amount = models.DecimalField("核定金额", max_digits=16, decimal_places=2, null=True)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="+", verbose_name="外部单位的文件"
    )
    file = models.CharField("附件说明", max_length=200, blank=True, default="")
    on_behalf_of = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name="代办的单位"
    )

    kept_files: Sequence[Attachment] = ()
    """The files that were kept with the row just now, for its event."""

    class Meta:
        verbose_name = "审核结论"
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["path"], name="decision_path"),
            models.Index(fields=["case", "id"], name="decision_case"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()}：{self.case}"

    def get_absolute_url(self) -> str:
        """Its case's page, where it stands."""
        return self.case.get_absolute_url()

    @property
    def tone(self) -> Tone:
        """The tone of the verdict's word, which gives its shape."""
        return TONES[self.verdict]

    @property
    def words(self) -> str:
        """What was decided, in words: an expert gives an opinion, and approves nothing."""
        if self.task and self.task.kind == TaskKind.OPINION and self.verdict in _OPINIONS:
            return _OPINIONS[self.verdict]
        return self.get_verdict_display()

    @property
    def attachments(self) -> list[Attachment]:
        """The files that were sent in with it, in their order."""
        return [row.attachment for row in self.files.all()]


class DecisionFile(ScopedModel):
    """A file that was sent in with a decision."""

    append_only = True

    decision = models.ForeignKey(Decision, models.PROTECT, related_name="files", verbose_name="审核结论")
    attachment = models.ForeignKey(Attachment, models.PROTECT, related_name="+", verbose_name="附件")

    class Meta:
        verbose_name = "审核附件"
        ordering = ["decision", "id"]
        indexes = [
            models.Index(fields=["path"], name="decision_file_path"),
            models.Index(fields=["decision", "id"], name="decision_file_decision"),
        ]

    def __str__(self) -> str:
        return f"{self.attachment}：{self.decision}"

    def get_absolute_url(self) -> str:
        """Where it is downloaded."""
        return self.attachment.get_absolute_url()
