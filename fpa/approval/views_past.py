"""Pages of 补录, amendments and withdrawals: for whoever has the right to enter cases of the kind."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from fpa.access.loaders import check, load_for
from fpa.approval import actions
from fpa.approval.forms import AmendForm, PastForm, WithdrawForm
from fpa.approval.kinds import CaseKind, changes_in_words, kinds, whole_rows
from fpa.approval.models import Case
from fpa.approval.views_deciding import load_case
from fpa.pages.form_flow import form_flow


def _kind(request: HttpRequest, code: str) -> CaseKind:
    """A kind whose cases the seat may enter. Raises Http404 and PermissionDenied."""
    kind = next((kind for kind in kinds() if kind.code == code and kind.enter), None)
    if kind is None:
        raise Http404("这类事项不能补录，也不能申请变更。")
    check(request, kind.enter)
    return kind


def record_past_case(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Enter what was approved before the platform ran, with the document by which it was."""
    of_kind = _kind(request, kind)
    actor, subject = load_for(whole_rows(of_kind), pk, request, of_kind.enter)

    return form_flow(
        request,
        PastForm(request.POST or None, request.FILES or None, seat=actor),
        title=f"补录：{subject}",
        submit="补录",
        back=subject.get_absolute_url(),
        does=partial(
            actions.record_past_case, kind=of_kind, subject=subject, title=str(subject)[:120],
            unit=subject.unit, by=actor,
        ),
        said=lambda case: (
            "已补录，请本单位另一位同事对照依据文件复核。补录的事项会一直标明“补录”，不计逾期。",
            case.get_absolute_url(),
        ),
    )  # fmt: skip


def amend_case(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Ask for a change of what a case approved; it holds once the amendment is approved."""
    of_kind = _kind(request, kind)
    actor, case = load_for(Case.objects.whole(), pk, request, "case.view")
    if of_kind.amends != case.kind:
        raise Http404("这件事项没有这种变更。")
    subject = of_kind.subject_of(case)

    def does(reason: str, **values: Any) -> Case:
        return actions.amend_case(case=case, kind=of_kind, values=values, reason=reason, by=actor)

    return form_flow(
        request,
        AmendForm(request.POST or None, subject=subject, names=of_kind.changes, proposed=_proposed(case, of_kind)),
        title=f"{of_kind.label}：{case.title}",
        submit="报送",
        back=case.get_absolute_url(),
        does=does,
        said=lambda sent: (f"已报送“{sent.title}”，由{sent.reviewer.association}审核。", sent.get_absolute_url()),
        consequences=partial(_consequences, of_kind, subject),
    )  # fmt: skip


def _consequences(kind: CaseKind, subject: Any, answers: dict[str, Any]) -> list[str]:
    """What would change, old → new, and from when."""
    wanted = Case(changes={name: [getattr(subject, name), answers[name]] for name in kind.changes})
    told = [f"{label}：{words}" for label, words in changes_in_words(wanted, subject) if not _is_same(words)]
    return [*told, "报送上级审核；审核通过以前，仍按原来批准的内容执行。"]


def _is_same(words: str) -> bool:
    old, _, new = words.partition(" → ")
    return old == new


def _proposed(case: Case, kind: CaseKind) -> dict[str, Any]:
    """What an amendment that came back had asked for, to go on from."""
    returned = case.amendments.of_kind(kind.code).live().first()
    return {name: new for name, (_, new) in returned.changes.items()} if returned else {}


def withdraw_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a case back before anybody has decided on it."""
    case, actor, kind = load_case(request, pk)
    _kind(request, kind.code)

    return form_flow(
        request,
        WithdrawForm(request.POST or None),
        title=f"撤回：{case.title}",
        submit="撤回",
        back=case.get_absolute_url(),
        does=partial(actions.withdraw_case, case=case, by=actor),
        said=lambda _: ("已撤回，修改后可以重新报送。", case.subject_url or reverse("case_list")),
    )
