"""What people fill in about a case, and what the list of cases is filtered by."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from fpa.access.models import Post, User
from fpa.approval.actions import ReturnedPlace
from fpa.approval.kinds import ReturnablePlace
from fpa.approval.models import Case, CaseState, Verdict
from fpa.approval.queries import escalated_to, posts_beside
from fpa.core.actor import Actor
from fpa.core.forms import DateField, Form, NumberField, display_value, style_widgets
from fpa.files.fields import AttachmentsField
from fpa.files.forms import WithDocumentForm
from fpa.pages.model_forms import form_field

RETURN_DAYS = 7


TO_RETURN = "退回时必填"
TO_REFUSE = "退回、不予通过时必填"


class DecideForm(Form):
    """A decision on a case: approve, return the places whose fault is named, or reject."""

    optional_words = {"reason": TO_REFUSE, "due_on": TO_RETURN, "score": "通过时必填", "amount": "通过时必填"}

    verdict = forms.ChoiceField(label="办理意见", widget=forms.RadioSelect)
    reason = forms.CharField(
        label="理由或意见",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
    )
    due_on = DateField(label="退回的请于何日前改好", required=False)

    def __init__(
        self,
        *args: Any,
        places: Sequence[ReturnablePlace],
        asks: frozenset[str],
        rejects: bool,
        is_past: bool = False,
        **kw: Any,
    ) -> None:
        super().__init__(*args, **kw)
        self.places_of = places
        cast(forms.ChoiceField, self.fields["verdict"]).choices = _verdicts(rejects)
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=RETURN_DAYS)
        if is_past:  # what is entered afterwards is never late
            self.fields["due_on"].widget = forms.HiddenInput()
        for name in sorted(asks):
            self.fields[name] = _ANSWERS[name]()
        for n, place in enumerate(places):
            self.fields[f"place_{n}"] = forms.CharField(
                label=f"退回处：{place.label}", max_length=500, required=False, help_text="没有问题的不用填。"
            )
        style_widgets(self)

    @property
    def places(self) -> list[ReturnedPlace]:
        """The places whose fault is named."""
        told = [(place, self.cleaned_data.get(f"place_{n}", "")) for n, place in enumerate(self.places_of)]
        return [{"place": place.key, "label": place.label, "reason": why} for place, why in told if why]

    @property
    def answers(self) -> dict[str, Any]:
        """Score, amount and files, as far as they are asked for."""
        return {name: self.cleaned_data.get(name) for name in _ANSWERS if name in self.fields}

    def clean(self) -> dict[str, Any]:
        """A return or a rejection has a reason; that of a return may stand at its places alone."""
        found, verdict = self.cleaned_data, self.cleaned_data.get("verdict")
        reasons = [place["reason"] for place in self.places]
        if verdict == Verdict.RETURN and reasons and not found.get("reason"):
            found["reason"] = reasons[0]
        if verdict in (Verdict.RETURN, Verdict.REJECT) and not found.get("reason"):
            self.add_error("reason", "退回、不予通过的要写明理由。")
        if verdict == Verdict.RETURN and not found.get("due_on"):
            self.add_error("due_on", "退回的要写明请于何日前改好。")
        return found


def _verdicts(rejects: bool) -> list[tuple[str, str]]:
    offered = [Verdict.APPROVE, Verdict.RETURN, *([Verdict.REJECT] if rejects else [])]
    return [(verdict.value, str(verdict.label)) for verdict in offered]


_ANSWERS: dict[str, Callable[[], forms.Field]] = {
    "score": lambda: NumberField(label="评分", decimal_places=2, min_value=0, max_value=1000, required=False),
    "amount": lambda: NumberField(label="核定金额（元）", decimal_places=2, min_value=0, required=False),
    "file": lambda: AttachmentsField(required=False),
}


class OpinionForm(Form):
    """A named expert's opinion."""

    optional_words = {"note": "不同意时必填"}

    agrees = forms.ChoiceField(
        label="评审意见", choices=[("yes", "同意"), ("no", "不同意")], widget=forms.RadioSelect
    )
    note = forms.CharField(
        label="意见说明", max_length=500, required=False, widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip

    def __init__(self, *args: Any, asks: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in sorted(set(asks) & _ANSWERS.keys()):
            self.fields[name] = _ANSWERS[name]()
            self.fields[name].required = name != "file"
        style_widgets(self)

    def clean_agrees(self) -> bool:
        """Whether the expert agrees."""
        return bool(self.cleaned_data["agrees"] == "yes")


class OutsideForm(WithDocumentForm):
    """What an outside body decided, and the document that says so."""

    optional_words = {**WithDocumentForm.optional_words, "note": TO_REFUSE, "due_on": TO_RETURN}

    field_order = ("verdict", "document", "issuer", "issued_on", "upload", "note", "due_on")

    verdict = forms.ChoiceField(label="外部结论", choices=_verdicts(True), widget=forms.RadioSelect)
    note = forms.CharField(
        label="结论摘要", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
    )  # fmt: skip
    due_on = DateField(label="退回的请于何日前改好", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=RETURN_DAYS)


class ObjectionForm(Form):
    """An objection that came while a case was made public."""

    reason = forms.CharField(
        label="异议内容和提出人", max_length=500, widget=forms.Textarea(attrs={"rows": 4})
    )
    file = AttachmentsField(required=False)


class PastForm(WithDocumentForm):
    """The document by which something was approved before the platform ran."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["document"].label = "当时批准的文件（文号）"


class WithdrawForm(Form):
    """Why a case is taken back."""

    reason = forms.CharField(
        label="撤回理由", max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )


class AmendForm(Form):
    """What of an approved thing is to be changed: the fields of its model that its kind lets change, and why."""

    def __init__(
        self,
        *args: Any,
        subject: models.Model,
        names: Sequence[str],
        proposed: Mapping[str, Any],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in names:
            self.fields[name] = form_field(type(subject), name)
            self.fields[
                name
            ].help_text = f"现在是：{display_value(getattr(subject, name), self.fields[name])}"
            self.initial[name] = proposed.get(name, getattr(subject, name))
        self.fields["reason"] = forms.CharField(
            label="变更理由", max_length=500, widget=forms.Textarea({"rows": 3})
        )
        style_widgets(self)


class RecuseForm(Form):
    """Why somebody steps aside."""

    reason = forms.CharField(label="回避理由", max_length=500, widget=forms.Textarea({"rows": 3}))


class ExpertsForm(Form):
    """Who reviews, by account name, until when."""

    users = forms.CharField(
        label="评审人账号", widget=forms.Textarea({"rows": 4}), help_text="每行一个账号，如 zhangsan。"
    )
    until = DateField(label="评审期限", help_text="含当天；到期后评审人不能再看到材料。")

    def clean_users(self) -> list[User]:
        """The accounts. Raises ValidationError for a name that no account has."""
        names = self.cleaned_data["users"].split()
        known = {user.username: user for user in User.objects.filter(username__in=names)}
        missing = [name for name in names if name not in known]
        if missing:
            raise ValidationError(f"没有账号“{'、'.join(missing)}”，请核对后再填。")
        return list(known.values())


class DelegateForm(Form):
    """To which post of the own unit, until when, why."""

    to_post = forms.ModelChoiceField(Post.objects.none(), label="委托给")
    until = DateField(label="委托至", help_text="含当天。")
    reason = forms.CharField(label="委托理由", max_length=200)

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelChoiceField, self.fields["to_post"])
        field.queryset = posts_beside(actor)
        if not field.queryset.exists():
            field.help_text = (
                "本单位没有其他岗位；同岗位的同事不用委托就可以办理。要新设岗位，请联系系统管理员。"
            )


class CaseFilters(django_filters.FilterSet):
    """Cases by whose turn it is, and by state."""

    MINE = (("turn", "待我审核"), ("sent", "本单位的事项"), ("escalated", "下级逾期未办"), ("all", "全部"))

    mine = django_filters.ChoiceFilter(
        label="与我单位有关", choices=MINE, method="filter_mine", widget=forms.HiddenInput
    )
    state = django_filters.ChoiceFilter(label="状态", choices=CaseState, empty_label="全部")
    past = django_filters.ChoiceFilter(
        label="补录",
        field_name="is_past",
        choices=(("True", "只看补录的"), ("False", "不看补录的")),
        empty_label="不限",
    )

    class Meta:
        model = Case
        fields: list[str] = []

    def filter_mine(self, rows: QuerySet[Case], _name: str, value: str) -> QuerySet[Case]:
        """Cases that are the own unit's, or that units below leave undone; with those that wait for this seat the list
        is opened already (`lists.CASE_LIST`)."""
        actor = _actor(self)
        if value in ("turn", "all"):
            return rows
        if value == "sent":
            return rows.filter(unit=actor.unit_id)
        return rows.filter(state=CaseState.OPEN, pk__in=escalated_to(actor).order_by().values("case"))


def _actor(filters: Any) -> Actor:
    return filters.request.actor
