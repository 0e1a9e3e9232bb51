"""What named experts are shown of a case: a copy, made when they are named and anew when a returned case comes back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import timezone

from fpa.approval.kinds import CaseKind, kind_of
from fpa.approval.models import Case, Decision, Dossier, TaskKind, Verdict
from fpa.approval.steps import asks_of
from fpa.core.chinese import date_cn
from fpa.files.models import Attachment


def grant(case: Case, users: Sequence[int], until: date) -> Dossier:
    """The dossier of the step as the case stands now, shown to these accounts too, until a day."""
    dossier = Dossier.objects.select_for_update().filter(case=case, step=case.step, round=case.round).first()
    if dossier is None:
        dossier = Dossier(case=case, unit_id=case.unit_id, step=case.step, round=case.round, grantees=[])
    dossier.grantees = sorted({*dossier.grantees, *users})
    return _filled(dossier, case, until)


def open_again(case: Case) -> None:
    """Show a case that came back, as it is now, to those who were named in the round before."""
    old = Dossier.objects.filter(case=case, step=case.step).order_by("-round").first()
    if old:
        old.pk, old.round, old.answered = None, case.round, []
        old._state.adding = True
        _filled(old, case, max(old.granted_until, timezone.localdate()))


def _filled(dossier: Dossier, case: Case, until: date) -> Dossier:
    dossier.title, dossier.content, dossier.granted_until = case.title, _content(case), until
    dossier.save()
    return dossier


def end_grants(case: Case) -> None:
    """Take what experts see of the case from them: the step that asked them is over."""
    Dossier.objects.filter(case=case).exclude(grantees=[]).update(grantees=[])


def _content(case: Case) -> dict[str, Any]:
    """The kind's facts for experts, the case's files, and what was decided so far, without names: never what other
    experts say of it."""
    kind = kind_of(case.kind)
    subject = kind.subject_of(case)
    facts = kind.shown_to_experts(subject) if kind.shown_to_experts else kind.facts_of(case, subject)
    history = case.decisions.exclude(verdict=Verdict.RECUSE).exclude(task__kind=TaskKind.OPINION)
    whole = history.select_related("document__attachment").prefetch_related("files__attachment")
    decisions = list(whole.order_by("at", "id"))
    return {
        "unit": case.unit.name,
        "step": case.step_label,
        "facts": [[label, text] for label, text in facts],
        "files": [_described(file) for file in _files(kind, subject, decisions)],
        "history": [_line(decision) for decision in decisions],
        "asks": sorted(asks_of(case, kind.asks)),
    }


def _files(kind: CaseKind, subject: Any, decisions: Sequence[Decision]) -> list[Attachment]:
    """The files of the subject, then those of the decisions, each once."""
    found = list(kind.files(subject))
    for decision in decisions:
        document = decision.document and decision.document.attachment
        found += [*([document] if document else []), *decision.attachments]
    return list(dict.fromkeys(found))


def _described(file: Attachment) -> dict[str, Any]:
    return {"name": file.name, "digest": file.digest, "media_type": file.media_type, "size": file.size}


def _line(decision: Decision) -> str:
    told_why = f"：{decision.reason}" if decision.reason else ""
    day = date_cn(timezone.localdate(decision.at))
    return f"{day}　{decision.actor_unit_name or '平台'}　{decision.get_verdict_display()}{told_why}"
