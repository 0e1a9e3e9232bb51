"""The kinds of cases: what a room declares, in its `cases.py`, of a thing of its own that goes up the levels.

Rooms' `cases.py` are found at start. The engine calls a kind's hooks in the decision's own transaction, so that what
follows a decision happens with it or not at all; a hook that raises `CannotDecide` refuses the decision.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.urls import reverse

from fpa.access.models import Level, Unit
from fpa.approval.models import Case, Decision, Verdict
from fpa.core.actor import Actor
from fpa.core.expressions import Term
from fpa.core.forms import display_value
from fpa.files.models import Attachment

Changes = Mapping[str, Any] | None
"""What a hook changed, for the decision's one audit event: field → [old, new]."""
Hook = Callable[[Case, Decision, Actor], Changes]
ManyHook = Callable[[Sequence[Case], Sequence[Decision], Actor], Mapping[int, Changes]]

CASE_VERBS: Mapping[str, str] = {
    Verdict.SUBMIT: "case.submitted",
    Verdict.APPROVE: "case.approved",
    Verdict.RETURN: "case.returned",
    Verdict.REJECT: "case.rejected",
    Verdict.WITHDRAW: "case.withdrawn",
    Verdict.OBJECT: "case.objected",
    Verdict.RECUSE: "case.recused",
}


@dataclass(frozen=True)
class ReturnablePlace:
    """A field or cell of a subject that can be returned; `anchor` is its id on the subject's page."""

    key: str
    label: str
    anchor: str = ""


def nothing_follows(_case: Case, _decision: Decision, _by: Actor) -> Changes:
    """The hook of a kind that has nothing to do."""
    return None


@dataclass(frozen=True, kw_only=True)
class CaseKind:
    """One kind of case.

    `subject` is its model (`reporting.submission`), `view` the right to see its cases, `flow` the code of the flow by
    which a unit's go up: by its level alone, None where nobody reviews them (`needs_review`). `summary` gives the facts
    for the decision page (label, text), `places` what may be returned, `facts` what conditions of steps are held
    against, `terms` what they are called there. `asks` names what every decision may carry: score, amount, file.
    `files` are the subject's own, shown with the facts, and to experts.
    `shown_to_experts` is the summary for a dossier, by default `summary`. `weighty` decisions are confirmed once more.
    One that never `rejects` is only returned. With `own_page` the subject's own page is where it is reviewed, and
    to-dos lead there. `enter` is the right to enter a subject that was approved before the platform (补录), or an
    amendment; without it there is neither page.
    `check_past` raises a Refusal where a subject is not such that it can be entered so by the actor.
    `verbs` are the audit verbs by verdict: with any, the event stands on the subject, else on the case (`case.…`).
    `amends` is the code of the kind whose approved cases this kind changes, and `changes` the fields of the subject
    that an amendment may change: they are changed once it is approved, before `on_approved`.

    Hooks get (case, decision, by): `on_step` after an approval that is not the last. `on_approved_many` and `problems`
    serve batches: the first instead of `on_approved` for many cases (case key → changes), the second gives, by key,
    why a case needs a look of its own.
    """

    code: str
    label: str
    subject: str
    view: str
    flow: Callable[[Unit], str | None]
    summary: Callable[[Any], Sequence[tuple[str, str]]]
    places: Callable[[Any], Sequence[ReturnablePlace]] = lambda _: ()
    facts: Callable[[Any], Mapping[str, Any]] = lambda _: {}
    terms: Sequence[Term] = ()
    enter: str = ""
    check_past: Callable[[Any, Actor], object] = lambda _subject, _by: None
    shown_to_experts: Callable[[Any], Sequence[tuple[str, str]]] | None = None
    files: Callable[[Any], Sequence[Attachment]] = lambda _: ()
    asks: frozenset[str] = frozenset()
    weighty: bool = False
    own_page: bool = False
    rejects: bool = True
    verbs: Mapping[str, str] = field(default_factory=dict)
    amends: str = ""
    changes: Sequence[str] = ()
    on_submitted: Hook = nothing_follows
    on_step: Hook = nothing_follows
    on_approved: Hook = nothing_follows
    on_returned: Hook = nothing_follows
    on_rejected: Hook = nothing_follows
    on_withdrawn: Hook = nothing_follows
    on_approved_many: ManyHook | None = None
    problems: Callable[[Sequence[Case]], Mapping[int, str]] = lambda _: {}

    def needs_review(self, unit: Unit) -> bool:
        """Whether anybody reviews what is a unit's: only then it goes up, or was approved before the platform ran."""
        return self.flow(unit) is not None

    def verb_of(self, verdict: str) -> str:
        """The audit verb of a verdict."""
        return self.verbs.get(verdict) or CASE_VERBS[verdict]

    def facts_of(self, case: Case, subject: Any) -> list[tuple[str, str]]:
        """The facts of a case's subject (label, text), and what an amendment would change."""
        return [*self.summary(subject), *changes_in_words(case, subject)]

    def subject_of(self, case: Case) -> Any:
        """The subject of a case, as it is now. Raises its model's DoesNotExist."""
        return whole_rows(self).get(pk=case.subject_id)

    def subjects_of(self, cases: Sequence[Case]) -> dict[int, Any]:
        """The subjects of many cases by case, in one statement."""
        rows = whole_rows(self).filter(pk__in=[case.subject_id for case in cases])
        found = {str(row.pk): row for row in rows}
        return {case.pk: found[case.subject_id] for case in cases}

    def hook_of(self, verdict: str, *, is_last: bool = True) -> Hook:
        """What follows a verdict."""
        if verdict == Verdict.APPROVE and not is_last:
            return self.on_step
        hooks = {
            Verdict.SUBMIT: self.on_submitted,
            Verdict.APPROVE: self.on_approved,
            Verdict.RETURN: self.on_returned,
            Verdict.REJECT: self.on_rejected,
            Verdict.WITHDRAW: self.on_withdrawn,
        }
        return hooks.get(Verdict(verdict), nothing_follows)


def changes_in_words(case: Case, subject: models.Model) -> list[tuple[str, str]]:
    """What an amendment asks for: 变更：计划场次, 3 → 5."""
    fields: dict[str, Any] = {name: subject._meta.get_field(name) for name in case.changes}
    return [
        (f"变更：{fields[name].verbose_name}", f"{_word(fields[name], old)} → {_word(fields[name], new)}")
        for name, (old, new) in case.changes.items()
    ]


def _word(field: Any, value: Any) -> str:
    return display_value(dict(field.flatchoices).get(value, field.to_python(value)))


_KINDS: dict[str, CaseKind] = {}


def register(*kinds: CaseKind) -> None:
    """Make kinds known. Raises ValueError where another kind has the code."""
    for kind in kinds:
        if _KINDS.get(kind.code, kind) is not kind:
            raise ValueError(f"two kinds of case are called {kind.code}")
        _KINDS[kind.code] = kind


def kind_of(code: str) -> CaseKind:
    """The kind of a code. Raises KeyError where no room has registered it."""
    return _KINDS[code]


def kinds() -> list[CaseKind]:
    """Every kind that a room has registered."""
    return list(_KINDS.values())


def amending(code: str) -> list[CaseKind]:
    """The kinds whose cases change what cases of this kind approved."""
    return [kind for kind in kinds() if kind.amends == code]


def flow_codes() -> dict[str, tuple[CaseKind, list[Level]]]:
    """Every flow that a kind goes up by: its kind (the first to be registered), and the levels whose units do."""
    found: dict[str, tuple[CaseKind, list[Level]]] = {}
    for kind in kinds():
        for level in list(Level)[1:]:
            code = kind.flow(Unit(level=level))
            of_kind, levels = found.setdefault(code, (kind, [])) if code else (None, [])
            if of_kind is kind:
                levels.append(level)
    return found


def terms_of_flow(code: str) -> Sequence[Term]:
    """What conditions of a flow's steps may name; nothing for a flow that no kind goes up by."""
    return [term for kind in kinds() if code in _codes(kind) for term in kind.terms]


def _codes(kind: CaseKind) -> set[str | None]:
    return {kind.flow(Unit(level=level)) for level in list(Level)[1:]}


def whole_rows(kind: CaseKind) -> models.QuerySet[Any]:
    """A kind's subjects, with what a line about them shows where their model says so (`whole`)."""
    rows: Any = model_of(kind)._default_manager.all()
    return rows.whole() if hasattr(rows, "whole") else rows


def model_of(kind: CaseKind) -> type[models.Model]:
    """The model of a kind's subjects."""
    return apps.get_model(kind.subject)


def page_of(case: Case) -> str:
    """Where a case is decided on: the subject's own page where its kind has one, else the page for all kinds. There
    补录 is checked too: the own page is that of who reviews by the flow."""
    if kind_of(case.kind).own_page and case.subject_url and not case.is_past:
        return case.subject_url
    return reverse("decide_case", args=[case.pk])
