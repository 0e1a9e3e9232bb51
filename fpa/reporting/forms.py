"""Forms of reporting. They validate and never save; the sheet's cells are read one by one, each with its own answer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django_filters import ChoiceFilter, FilterSet

from fpa.access.models import Level, Unit
from fpa.approval.actions import ReturnedPlace
from fpa.core.actor import Actor
from fpa.core.chinese import clean
from fpa.core.forms import DateField, Form
from fpa.core.periods import KINDS, Period
from fpa.files.fields import AttachmentField
from fpa.files.inspection import safe_name
from fpa.forms.values import BadValue, parse_value
from fpa.reporting import progress
from fpa.reporting.actions.filling import Entry
from fpa.reporting.actions.reviewing import fault_of_reason
from fpa.reporting.models import FILL_LEVELS, Item, PeriodKind, State, Submission
from fpa.reporting.models import Form as ReportForm
from fpa.reporting.sheet import ReportRow

RETURN_DAYS = 7


class IssueForm(Form):
    """What a collection asks, of whom, by when."""

    form = forms.ModelChoiceField(ReportForm.objects.none(), label="报表")
    period = forms.ChoiceField(label="报告期", help_text="按报表的种类选：半年报选半年，月报选月份。")
    title = forms.CharField(label="标题", max_length=100, help_text="如：2023年上半年走访慰问情况。")
    fill_level = forms.TypedChoiceField(label="由哪一级填报", coerce=int)
    opens_on = DateField(label="开始日期")
    due_on = DateField(label="截止日期", help_text="当天报来算按时，以后报来算迟报，仍可上报。")
    locks_on = DateField(label="锁定日期", help_text="从这一天起不能再填，需要延期的由本单位逐个批准。")

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        published = ReportForm.objects.all()
        cast(forms.ModelChoiceField, self.fields["form"]).queryset = published
        kinds = set(published.values_list("period_kind", flat=True))
        periods = period_choices(kinds, timezone.localdate())
        cast(forms.ChoiceField, self.fields["period"]).choices = [("", "请选择"), *periods]
        levels = [(v.value, v.label) for v in FILL_LEVELS if v > actor.level]
        cast(forms.TypedChoiceField, self.fields["fill_level"]).choices = levels
        self.fields["fill_level"].initial = Level.VILLAGE


def period_choices(kinds: Collection[str], today: date) -> list[tuple[str, list[tuple[str, str]]]]:
    """For each kind of period in use, the longest first, the last one, this one and the next, in words."""
    groups = []
    for kind in KINDS:
        if kind not in kinds:
            continue
        now = Period.of(today, kind)
        following = Period.of(now.end + timedelta(days=1), kind)
        told = [(now.previous(), "上一期"), (now, "本期"), (following, "下一期")]
        choices = [(str(period), f"{period.label}（{word}）") for period, word in told]
        groups.append((PeriodKind(kind).label, choices))
    return groups


class ExceptionForm(Form):
    """Until when one unit may report after the lock, and why."""

    until = DateField(label="延期至", help_text="含当天。")
    reason = forms.CharField(label="原因", max_length=200)


class SummaryForm(Form):
    """What goes with a summary."""

    explanation = forms.CharField(
        label="情况说明", max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )

    def __init__(self, *args: Any, needed: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field, why = self.fields["explanation"], f"{needed}，请写明原因。"
        field.required, field.error_messages["required"] = bool(needed), why
        field.help_text = why if needed else ""


class ReturnForm(Form):
    """Which cells of a report are faulty, each with its reason, and the day by which they are to be mended."""

    due_on = DateField(label="请于何日前改好")

    def __init__(
        self, *args: Any, items: Sequence[Item], asked: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.items, self.asked = items, asked or {}
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=RETURN_DAYS)

    @property
    def places(self) -> list[ReturnedPlace]:
        """The ticked cells as they were typed, with their reasons."""
        return [
            {"place": i.key, "label": i.label, "reason": clean(self.data.get(f"reason-{i.key}", ""))}
            for i in self.items
            if self.data.get(f"tick-{i.key}")
        ]

    @property
    def typed(self) -> dict[str, str]:
        """Reasons by key of the cells that are ticked on the page, before and after a failed try."""
        return {p["place"]: p.get("reason", "") for p in self.places} if self.is_bound else dict(self.asked)

    def clean(self) -> dict[str, Any]:
        """Refuse a return that names no cell or leaves a reason out."""
        if not self.places:
            raise ValidationError("请勾选要退回的格，没有问题的不用退回。")
        for place in self.places:
            if fault := fault_of_reason(place["label"], place["reason"]):
                raise ValidationError(fault)
        return self.cleaned_data


def read_entries(
    data: Mapping[str, Any], rows: Sequence[ReportRow], files: Mapping[str, Any] | None = None
) -> list[Entry]:
    """What was typed into a sheet's cells or sent for them, for those that the page sent.

    Cells that can't be read are not among the entries: their row keeps what was typed and says why (`typed`,
    `problem`). Anything in the data that the form does not know is ignored.
    """
    read = [
        _file_entry(data, files or {}, row) if row.item.typed.is_file else _typed_entry(data, row)
        for row in rows
    ]
    return [entry for entry in read if entry]


def _typed_entry(data: Mapping[str, Any], row: ReportRow) -> Entry | None:
    text = data.get(f"cell-{row.item.key}")
    if text is None:
        return None
    try:
        value = parse_value(row.item.typed, text)
    except BadValue as error:
        row.typed, row.problem = clean(str(text))[:60], str(error)
        return None
    return Entry(row.item.key, value, _version(data, row), data.get(f"explanation-{row.item.key}"))


def _file_entry(data: Mapping[str, Any], files: Mapping[str, Any], row: ReportRow) -> Entry | None:
    """A file that was chosen, or that was to go; neither leaves the cell's file as it is."""
    key, version = row.item.key, _version(data, row)
    explanation, file = data.get(f"explanation-{key}"), files.get(f"cell-{key}")
    if data.get(f"remove-{key}"):
        return Entry(key, None, version, explanation)
    if not file:
        kept = row.cell.typed_value(row.item)
        return None if explanation is None else Entry(key, kept, version, explanation)
    try:
        upload = AttachmentField(allow_empty_file=True).clean(file)
    except ValidationError as error:
        row.typed, row.problem = safe_name(file.name), error.messages[0]
        return None
    return Entry(key, upload.name, version, explanation, upload) if upload else None


def _version(data: Mapping[str, Any], row: ReportRow) -> int:
    """The version that the page showed; one that makes no sense counts as never seen, so nothing is overwritten."""
    text = str(data.get(f"version-{row.item.key}", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


class StandingFilter(FilterSet):
    """How filling units stand in a collection."""

    standing = ChoiceFilter(
        label="填报情况", choices=list(progress.STANDINGS.items()), method="filter_standing"
    )

    def filter_standing(self, rows: Any, _name: str, wanted: str) -> Any:
        """Narrow to a standing; the collection comes from the view."""
        return progress.standing(rows, self.request.collection, wanted)

    class Meta:
        model = Unit
        fields: list[str] = []


class SubmissionFilter(FilterSet):
    """The states of the reports that a unit reviews."""

    state = ChoiceFilter(label="状态", choices=State.choices)

    class Meta:
        model = Submission
        fields = ["state"]


def default_days(today: date) -> dict[str, date]:
    """The usual course of a collection: opens today, due in two weeks, locked a week later."""
    return {"opens_on": today, "due_on": today + timedelta(days=14), "locks_on": today + timedelta(days=21)}
