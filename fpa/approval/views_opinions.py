"""Pages of named experts and third parties: what they were asked to review, seat or not, and nothing else."""

from functools import partial
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access.seats import guest_of, open_without_seat, seated
from fpa.approval import actions
from fpa.approval.forms import OpinionForm, RecuseForm
from fpa.approval.models import Dossier
from fpa.approval.queries import dossiers_for, dossiers_granted_to
from fpa.core.actor import Actor
from fpa.files.views import answer_file
from fpa.pages.form_flow import form_flow
from fpa.pages.record import Fact


def _actor(request: HttpRequest) -> Actor:
    """Who acts: from the seat where there is one, else as a guest."""
    user: Any = request.user
    return seated(request).actor or guest_of(user, request.META.get("REMOTE_ADDR"))


def _load(request: HttpRequest, pk: int) -> tuple[Dossier, Actor]:
    """A dossier that waits for the account's opinion. Raises Http404 where it was not named, or its day has passed."""
    actor = _actor(request)
    dossier = dossiers_for(actor.user_id, timezone.localdate()).filter(pk=pk).first()
    if dossier is None:
        raise Http404("没有找到这件评审，或者您已经评审、评审已经结束。")
    return dossier, actor


@open_without_seat
def opinion_list(request: HttpRequest) -> HttpResponse:
    """What the account was named to review and has not answered yet."""
    actor = _actor(request)
    dossiers = dossiers_for(actor.user_id, timezone.localdate())
    return render(request, "approval/opinion_list.html", {"title": "请我评审", "dossiers": dossiers})


@open_without_seat
def give_opinion(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier, and the opinion on it."""
    dossier, actor = _load(request, pk)
    form = OpinionForm(request.POST or None, request.FILES or None, asks=dossier.content.get("asks", ()))

    return form_flow(
        request,
        form,
        title=dossier.title,
        submit="提交意见",
        back=reverse("opinion_list"),
        does=partial(actions.give_opinion, dossier=dossier, by=actor),
        said=lambda _: ("评审意见已提交。", reverse("opinion_list")),
        consequences=None if form.is_multipart() else lambda _: ["提交以后不能修改。"],
        context={"dossier": dossier, "facts": [Fact(*each) for each in dossier.content["facts"]]},
        form_template="approval/give_opinion.html",
    )


@open_without_seat
def download_dossier_file(request: HttpRequest, pk: int, position: int) -> HttpResponse:
    """Hand a file of a dossier to who is named in it, until its day."""
    granted = dossiers_granted_to(_actor(request).user_id, timezone.localdate())
    dossier = granted.filter(pk=pk).first()
    files = dossier.content.get("files", []) if dossier else []
    if position >= len(files):
        raise Http404("没有找到这个附件，或者评审已经结束。")
    file = files[position]
    return answer_file(file["name"], file["digest"], file["media_type"])


@open_without_seat
def recuse_expert(request: HttpRequest, pk: int) -> HttpResponse:
    """Step aside as a named expert."""
    dossier, actor = _load(request, pk)

    return form_flow(
        request,
        RecuseForm(request.POST or None),
        title=f"申请回避：{dossier.title}",
        submit="回避",
        back=reverse("give_opinion", args=[pk]),
        does=partial(actions.recuse_expert, dossier=dossier, by=actor),
        said=lambda _: ("已登记回避。", reverse("opinion_list")),
        consequences=lambda _: ["回避以后不能再看到这件评审的材料。"],
    )
