"""数据采集上报: forms, collections of them, and what each unit reports, cell by cell (design §6, §7)."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import Level, ScopedModel, Unit
from fpa.core.actor import Actor
from fpa.core.periods import KINDS, Period
from fpa.core.visibility import Visibility
from fpa.files.models import Attachment
from fpa.forms.checking import Severity
from fpa.forms.fields import Kind
from fpa.forms.models import FieldDefinition
from fpa.forms.values import display, from_json, problem_of, to_json


class PublishedModel(ScopedModel):
    """A row that its publisher writes and the publisher's whole subtree reads."""

    visibility: ClassVar[Visibility] = Visibility.PUBLISHED_DOWN

    class Meta:
        abstract = True


class PeriodKind(models.TextChoices):
    YEAR = "year", "年报"
    HALF = "half", "半年报"
    QUARTER = "quarter", "季报"
    MONTH = "month", "月报"


assert set(PeriodKind.values) == set(KINDS)


class Form(PublishedModel):
    """A version of a form: what is asked, of which period, and how answers are checked. Never edited once issued."""

    code = models.CharField("代码", max_length=40)
    version = models.PositiveSmallIntegerField("版本", default=1)
    name = models.CharField("名称", max_length=60)
    period_kind = models.CharField("报告期", max_length=8, choices=PeriodKind)
    note = models.TextField("填报说明", blank=True)

    class Meta:
        verbose_name = "报表"
        ordering = ["path", "code", "version"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "code", "version"], name="form_version_unique")
        ]

    def __str__(self) -> str:
        return self.name


ItemKind = Kind
ITEM_KINDS = (
    Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT, Kind.TEXT, Kind.CHOICE, Kind.DATE, Kind.YES_NO, Kind.FILE,
)  # fmt: skip
"""What one cell of a sheet can hold."""
ADDING_KINDS = frozenset({Kind.INTEGER, Kind.DECIMAL, Kind.MONEY})
"""What a summary adds up; shares, words and days stay with the unit that reported them."""
SUBMIT = "submit"
"""The one step of a report at which an item may be required."""


class ItemUnit(models.TextChoices):
    """The usual units of measure; they never add to each other."""

    HOUSEHOLD = "户", "户"
    YUAN = "元", "元"
    SESSION = "场次", "场次"
    PERSON_TIME = "人次", "人次"
    COPY = "份", "份"
    PERSON = "人", "人"


class Item(FieldDefinition, PublishedModel):
    """One line of a form: a typed field; `key` is the figure that its cells add up to.

    `prefilled_from` is the key of a figure that the platform already counts: its value stands in the empty cell, to be
    confirmed. One with a formula is computed at each save, and never typed.
    """

    form = models.ForeignKey(Form, models.CASCADE, related_name="items", verbose_name="报表")
    required_at = models.CharField("必填环节", max_length=20, blank=True, default=SUBMIT, db_collation="C")
    table = None  # type: ignore[assignment]  # takes the field away: a sheet's line holds no table

    class Meta:
        verbose_name = "报表项目"
        ordering = ["form", "order"]
        constraints = [
            models.UniqueConstraint(fields=["form", "key"], name="item_key_unique"),
            models.UniqueConstraint(fields=["form", "order"], name="item_order_unique"),
            models.CheckConstraint(
                condition=Q(kind__in=ITEM_KINDS, decimals__lte=2), name="item_fits_a_cell"
            ),
        ]

    @property
    def required(self) -> bool:
        """Whether a report needs it filled."""
        return self.required_at == SUBMIT

    @property
    def adds_up(self) -> bool:
        """Whether a summary has it."""
        return self.kind in ADDING_KINDS

    @property
    def is_typed(self) -> bool:
        """Whether the sheet has an input for it."""
        return not self.formula

    def problem_of(self, value: Any) -> str:
        """Why a value can't stand in this line's cells, with the way out; empty where it can."""
        return problem_of(self.typed, value)

    def shown(self, value: Any) -> str:
        """A value as it stands in a cell: 1,234 or 1,234.50; empty where there is none."""
        return display(self.typed, value)


class Check(PublishedModel):
    """A rule between a form's cells: a hard one blocks, an odd one lets a true value through with an explanation.

    `kind` and `params` are read by `fpa.reporting.checks`; an expression is one of the kinds.
    """

    form = models.ForeignKey(Form, models.CASCADE, related_name="checks", verbose_name="报表")
    kind = models.CharField("规则", max_length=20)
    params = models.JSONField("参数")
    severity = models.CharField("轻重", max_length=4, choices=Severity)
    message = models.CharField("提示", max_length=200)

    class Meta:
        verbose_name = "报表校验规则"
        ordering = ["form", "id"]


FILL_LEVELS = (Level.TOWNSHIP, Level.VILLAGE)


class CollectionQuerySet(models.QuerySet["Collection"]):
    def whole(self) -> "CollectionQuerySet":
        """With what every line about a collection shows."""
        return self.select_related("form", "unit")


class Collection(PublishedModel):
    """One call to report: a form, for a period, from every unit of a level below the publisher (`unit`).

    Three days that differ: until `due_on` a report is on time, after it late but welcome; from `locks_on` on nothing
    is typed any more, unless a `LockException` says so.
    """

    form = models.ForeignKey(Form, models.PROTECT, related_name="collections", verbose_name="报表")
    title = models.CharField("标题", max_length=100)
    period = models.CharField("报告期", max_length=7, db_collation="C")
    fill_level = models.PositiveSmallIntegerField("填报层级", choices=[(v, v.label) for v in FILL_LEVELS])
    opens_on = models.DateField("开始日期")
    due_on = models.DateField("截止日期")
    locks_on = models.DateField("锁定日期")
    issued_at = models.DateTimeField("下发时间", auto_now_add=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        verbose_name = "采集任务"
        ordering = ["-due_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "form", "period"], name="collection_once_a_period"),
            models.CheckConstraint(
                condition=Q(opens_on__lte=F("due_on"), due_on__lt=F("locks_on")),
                name="collection_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(fill_level__in=FILL_LEVELS), name="collection_fill_level_known"
            ),
        ]
        indexes = [models.Index(fields=["path", "due_on"], name="collection_path_due")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The collection's board."""
        return reverse("collection_detail", args=[self.pk])

    @property
    def period_label(self) -> str:
        """2023年上半年."""
        return Period.parse(self.period).label

    @property
    def late_from(self) -> datetime:
        """The first moment that is late."""
        return timezone.make_aware(datetime.combine(self.due_on + timedelta(days=1), time.min))

    @property
    def last_day(self) -> date:
        """The last day on which cells may be typed, exceptions apart."""
        return self.locks_on - timedelta(days=1)

    def stage(self, today: date) -> str:
        """Where the collection stands on a day, in one word."""
        if today < self.opens_on:
            return "未开始"
        if today >= self.locks_on:
            return "已锁定"
        return "已过截止" if today > self.due_on else "填报中"

    def asks(self, path: str, level: int) -> bool:
        """Whether the unit at a path and level fills in this collection or sums it up."""
        return path.startswith(self.path) and self.unit.level < level <= self.fill_level


class LockException(ScopedModel):
    """One unit may go on typing until a day after the lock; granted by the publisher's side."""

    collection = models.ForeignKey(
        Collection, models.PROTECT, related_name="exceptions", verbose_name="采集任务"
    )
    until = models.DateField("延期至")
    reason = models.CharField("原因", max_length=200)
    granted_by = models.CharField("批准人", max_length=40)
    granted_at = models.DateTimeField("批准时间", auto_now=True)

    class Meta:
        verbose_name = "延期"
        ordering = ["path", "id"]
        constraints = [models.UniqueConstraint(fields=["collection", "unit"], name="lock_exception_one")]
        indexes = [models.Index(fields=["path"], name="lock_exception_path")]

    def __str__(self) -> str:
        return f"{self.collection}：{self.unit.name}延期"


class State(models.TextChoices):
    DRAFT = "draft", "填报中"
    SUBMITTED = "submitted", "待审核"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "已通过"


def state_word(state: str | None, *, sums: bool = False) -> str:
    """A report's state in one word, for a unit that types it in or that sums up; None is before the first save."""
    if sums and state in (None, State.DRAFT):
        return "待汇总上报"
    return State(state).label if state else "待填报"


def late_in(collection: Collection) -> Q:
    """Which submissions of a collection were first sent after the due day: `Submission.is_late` for many."""
    return Q(first_submitted_at__gte=collection.late_from, is_past=False)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def whole(self) -> "SubmissionQuerySet":
        """With what every page about a submission shows."""
        return self.select_related("collection__form", "collection__unit", "unit__parent")

    def children_of(self, unit: Unit) -> "SubmissionQuerySet":
        """Submissions of the units directly below, which `unit` reviews and sums up."""
        return self.filter(unit__parent=unit)


class Submission(ScopedModel):
    """What one unit reports in a collection: typed at the filling level, computed from below above it.

    Made at the first save. Reviewed by the unit's parent, whatever the level.
    """

    collection = models.ForeignKey(
        Collection, models.PROTECT, related_name="submissions", verbose_name="采集任务"
    )
    state = models.CharField("状态", max_length=10, choices=State, default=State.DRAFT)
    is_summary = models.BooleanField("汇总", default=False)
    explanation = models.CharField("情况说明", max_length=500, blank=True, default="")
    acted_for_by = models.CharField("代办单位", max_length=80, blank=True, default="")
    first_submitted_at = models.DateTimeField("首次上报", null=True, blank=True)
    last_submitted_at = models.DateTimeField("最近上报", null=True, blank=True)
    is_past = models.BooleanField("补录", default=False, db_default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        verbose_name = "填报单"
        ordering = ["path", "id"]
        constraints = [
            models.UniqueConstraint(fields=["collection", "unit"], name="submission_one_a_unit"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(first_submitted_at__isnull=False),
                name="submission_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["collection", "path"], name="submission_collection_path")]

    def __str__(self) -> str:
        return f"{self.collection.title}：{self.unit.name}"

    def get_absolute_url(self) -> str:
        """The page on which it is read and reviewed."""
        return reverse("review_submission", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether the unit may still change it."""
        return self.state in (State.DRAFT, State.RETURNED)

    @property
    def is_late(self) -> bool | None:
        """Whether it was first submitted after the due day, which 补录 never is; None before it is submitted."""
        if self.first_submitted_at is None:
            return None
        return not self.is_past and self.first_submitted_at >= self.collection.late_from

    def reviewed_by(self, actor: Actor) -> bool:
        """Whether the actor's seat is the one that reviews it: the unit just above."""
        return actor.unit_id == self.unit.parent_id and actor.may("submission.review")


class TypedCell(ScopedModel):
    """What one line held: a number in `value`, which figures add up, anything else as JSON in `content`.

    Of a file `content` has the name, and `file` is what was kept: it asks of its readers what the report asks.
    """

    value = models.DecimalField("数值", max_digits=17, decimal_places=2, null=True)
    content = models.JSONField("内容", null=True)
    file = models.ForeignKey(
        Attachment, models.PROTECT, null=True, related_name="+", db_index=False, verbose_name="附件"
    )

    class Meta:
        abstract = True

    def typed_value(self, item: Item) -> Any:
        """The value of the line's kind; None where it is blank."""
        return self.value if item.typed.is_number else from_json(item.typed, self.content)

    @property
    def file_url(self) -> str:
        """Where its file is downloaded; empty where it holds none."""
        return reverse("download_attachment", args=[self.file_id]) if self.file_id else ""

    def put(self, item: Item, value: Any) -> None:
        """Keep a value of the line's kind."""
        if item.typed.is_number:
            self.value = value
        else:
            self.content = to_json(item.typed, value)


class Cell(TypedCell):
    """One value of a submission. `version` grows by one at each save: a save names the version that it saw."""

    submission = models.ForeignKey(Submission, models.CASCADE, related_name="cells", verbose_name="填报单")
    key = models.CharField("指标", max_length=60, db_collation="C")
    period = models.CharField("报告期", max_length=7, db_collation="C")
    explanation = models.CharField("说明", max_length=300, blank=True, default="")
    version = models.PositiveIntegerField("版次", default=0)
    counted = models.BooleanField("计入指标", default=False)
    """Typed at the filling level, and approved by the unit above: the figures count it."""
    saved_by = models.CharField("填报人", max_length=40, blank=True)
    saved_at = models.DateTimeField("保存时间", auto_now=True)

    class Meta:
        verbose_name = "单元格"
        ordering = ["path", "id"]
        constraints = [models.UniqueConstraint(fields=["submission", "key"], name="cell_one_an_item")]
        indexes = [
            models.Index(
                fields=["key", "period", "path"],
                name="cell_counted",
                condition=Q(counted=True),
                include=["value"],
            ),
            models.Index(fields=["path", "key", "period"], name="cell_path"),
            models.Index(fields=["file"], name="cell_file", condition=Q(file__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.period}"

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing."""
        return self.value is None and self.content is None


class CellHistory(TypedCell):
    """Each value that a cell ever held, with who saved it when."""

    append_only = True

    cell = models.ForeignKey(Cell, models.PROTECT, related_name="history", verbose_name="单元格")
    version = models.PositiveIntegerField("版次")
    explanation = models.CharField("说明", max_length=300, blank=True, default="")
    saved_by = models.CharField("填报人", max_length=40)
    saved_at = models.DateTimeField("保存时间", auto_now_add=True)

    class Meta:
        verbose_name = "单元格填报记录"
        ordering = ["cell", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["cell", "version"], name="cell_history_version_unique")
        ]
        indexes = [
            models.Index(fields=["path"], name="cell_history_path"),
            models.Index(fields=["file"], name="cell_history_file", condition=Q(file__isnull=False)),
        ]


def blank_cell(submission: Submission, key: str) -> Cell:
    """A cell that nobody has saved yet."""
    period = submission.collection.period
    return Cell(submission=submission, unit=submission.unit, path=submission.path, key=key, period=period)


def ensure_path(rows: list[Any]) -> list[Any]:
    """Give rows for a bulk insert their unit's path, which `save()` would set."""
    for row in rows:
        row.path = row.unit.path
    return rows
