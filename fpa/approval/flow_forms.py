"""The form of a flow: its name, and a block of fields for each step, with two blocks to spare.

A block shows what its way of doing asks for; the rest stays out of sight, and is not kept.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms import BoundField

from fpa.access.models import Level
from fpa.access.roles import WORKERS
from fpa.approval.flow_words import ASKED, CLOSINGS, STEP_KINDS, business_of
from fpa.approval.models import Flow
from fpa.approval.steps import MAX_DAYS
from fpa.core.forms import Form, style_widgets
from fpa.core.modules import permissions

SPARE = 2
REQUIRED = frozenset({"label", "level", "permission"})
"""What a step must say; a block without a name is no step, so the fields themselves ask for nothing."""
SELDOM = ("also", "when", "asks")
"""What most steps do without: folded until one of them is filled in."""
ASKED_BY_KIND = {
    "level": frozenset({"also", "closes", "count"}),
    "persons": frozenset({"closes", "count"}),
    "outside": frozenset({"body"}),
    "time": frozenset[str](),
}
"""The fields that only some ways of doing a step ask for, by the way."""
BY_KIND = frozenset[str]().union(*ASKED_BY_KIND.values())
WHEN_HINT = "没有条件的不填，每件都办这一环节。"


@dataclass(frozen=True)
class Cell:
    """A field of a step: its key, and the word that marks it."""

    key: str
    bound: BoundField
    mark: str


@dataclass(frozen=True)
class Block:
    """The fields of one step, under a legend; a spare one is folded until it is wanted."""

    legend: str
    fields: list[Cell]
    seldom: list[Cell]
    is_spare: bool

    @property
    def is_wanted(self) -> bool:
        """Whether something was typed into it."""
        return any(cell.bound.errors or (cell.key == "label" and cell.bound.value()) for cell in self.fields)

    @property
    def is_unfolded(self) -> bool:
        """Whether one of its seldom fields says something."""
        return any(cell.bound.errors or cell.bound.value() for cell in self.seldom)


class ChooseFlowForm(Form):
    """Which flow is to be published for the first time."""

    code = forms.ChoiceField(label="业务")

    def __init__(self, *args: Any, codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.choices = [("", "请选择"), *((code, business_of(code)) for code in codes)]


class FlowForm(Form):
    """A flow as it should be; the answer is `name`, `steps` and `follows`, the version that was edited."""

    name = forms.CharField(label="流程名称", max_length=60)
    follows = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, flow: Flow | None, names: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps: list[Mapping[str, Any]] = list(flow.steps) if flow else []
        self.initial.update(name=flow.name if flow else "", follows=flow.version if flow else 0)
        self.kept = len(steps)
        self.count = self.kept + SPARE
        for n in range(self.count):
            self.fields.update({f"{key}_{n}": field for key, field in _step_fields(names).items()})
            step = steps[n] if n < len(steps) else {}
            self.initial.update({f"{key}_{n}": value for key, value in _initial(step, n).items()})
        style_widgets(self)

    @property
    def blocks(self) -> list[Block]:
        """The steps' fields, a block a step."""
        return [self._block(n) for n in range(self.count)]

    def _block(self, n: int) -> Block:
        cells = [Cell(key, self[f"{key}_{n}"], "必填" if key in REQUIRED else "") for key in _step_fields("")]
        usual = [cell for cell in cells if cell.key not in SELDOM]
        seldom = [cell for cell in cells if cell.key in SELDOM]
        return Block(f"环节 {n + 1}", usual, seldom, is_spare=n >= max(self.kept, 1))

    def clean(self) -> dict[str, Any]:
        """The steps whose name is given, in the order of their numbers."""
        found = super().clean() or self.cleaned_data
        told = [{key: found.get(f"{key}_{n}") for key in _step_fields("")} for n in range(self.count)]
        for n, step in enumerate(told):
            for key in ("level", "permission") if step["label"] else ():
                if not step[key] and f"{key}_{n}" not in self.errors:
                    self.add_error(
                        f"{key}_{n}", f"请选择环节“{step['label']}”的{self.fields[f'{key}_{n}'].label}。"
                    )
            if step["label"] and step["closes"] == "count" and not step["count"]:
                self.add_error(f"count_{n}", f"请填写环节“{step['label']}”要几人同意。")
        kept = sorted((step for step in told if step["label"]), key=lambda step: step["order"] or 0)
        steps = [] if self.errors else [_step(step) for step in kept]
        return {"name": found.get("name", ""), "follows": found.get("follows"), "steps": steps}


def _step_fields(names: str) -> dict[str, forms.Field]:
    """The fields of one step by their key; `names` is what conditions may name."""
    hint = f"{WHEN_HINT}可以用的项目：{names}。" if names else f"{WHEN_HINT}这类业务没有可以用作条件的项目。"
    return {
        "label": forms.CharField(
            label="环节名称", max_length=40, required=False, help_text="如“县级审核”。留空的不保留。"
        ),
        "level": forms.TypedChoiceField(
            label="办理层级", coerce=int, empty_value=None, required=False,
            choices=[("", "请选择"), *((level.value, level.label) for level in reversed(Level))],
        ),
        "kind": forms.ChoiceField(label="办理方式", choices=STEP_KINDS, required=False),
        "permission": forms.ChoiceField(label="办理人的权限", choices=_rights(), required=False),
        "body": forms.CharField(label="外部单位", max_length=60, required=False, help_text="如“财政厅”。"),
        "days": forms.IntegerField(
            label="时限（工作日）", min_value=1, max_value=MAX_DAYS, required=False,
            help_text="不限的不填；公示必须填。",
        ),
        "closes": forms.ChoiceField(label="怎样算办结", choices=CLOSINGS, required=False),
        "count": forms.IntegerField(label="几人同意", min_value=1, max_value=99, required=False),
        "order": forms.IntegerField(
            label="顺序", min_value=1, max_value=99, required=False, help_text="改数字可以调整先后。"
        ),
        "also": forms.MultipleChoiceField(
            label="会审人的权限", choices=_rights()[1:], required=False, help_text="需要几方共同审核时选。",
            widget=forms.CheckboxSelectMultiple,
        ),
        "when": forms.CharField(label="适用条件", max_length=200, required=False, help_text=hint),
        "asks": forms.MultipleChoiceField(
            label="办理时填写", choices=ASKED, required=False, widget=forms.CheckboxSelectMultiple
        ),
    }  # fmt: skip


def _rights() -> list[tuple[str, Any]]:
    """The rights by which a step may be done: those to review before the rest."""
    held = [(p.code, p.label) for p in permissions() if set(p.roles) & set(WORKERS)]
    review = [right for right in held if right[0].endswith((".review", ".decide", ".approve"))]
    rest = [right for right in held if right not in review]
    return [("", "请选择"), ("审核", review), ("其他", rest)]


def _initial(step: Mapping[str, Any], n: int) -> dict[str, Any]:
    closes = step.get("closes", "all")
    is_count = isinstance(closes, int)
    as_kept = ("label", "level", "permission", "also", "body", "days", "when", "asks")
    return {
        **{key: step[key] for key in as_kept if key in step},
        "order": n + 1,
        "kind": step.get("kind", "level"),
        "closes": "count" if is_count else closes,
        "count": closes if is_count else None,
    }  # fmt: skip


def _step(told: Mapping[str, Any]) -> dict[str, Any]:
    """A step as flows keep it: what is usual, and what its way of doing does not ask for, is left out."""
    kind = told["kind"] or "level"
    told = {key: None if key in BY_KIND - ASKED_BY_KIND[kind] else value for key, value in told.items()}
    step = {key: told[key] for key in ("level", "permission", "label")}
    if kind != "level":
        step["kind"] = kind
    closes = told["count"] if told["closes"] == "count" else told["closes"]
    if closes not in (None, "", "all"):
        step["closes"] = closes
    return step | {key: told[key] for key in ("also", "body", "days", "when", "asks") if told[key]}
