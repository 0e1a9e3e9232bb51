"""Pages of posts and appointments: who works where."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fpa.access import actions
from fpa.access.actions import CannotAppoint, CannotCreatePost, CannotEndAppointment
from fpa.access.loaders import check, load
from fpa.access.models import Appointment, Post
from fpa.core.chinese import date_cn
from fpa.core.form_flow import form_flow, redirect_with_message
from fpa.pages.declared_lists import declared_list
from fpa.system.forms import AppointForm, CreatePostForm, EndAppointmentForm
from fpa.system.lists import POST_LIST
from fpa.system.lists import page_of_post as page_of
from fpa.system.queries import open_items


def post_list(request: HttpRequest) -> HttpResponse:
    """The posts of the seat's unit and below, with who holds them today."""
    return declared_list(request, POST_LIST)


def post_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A post and everyone who held it."""
    post = load(Post.objects.select_related("unit"), pk, request, "user.view")
    actor = check(request, "user.view")
    shown = {
        "title": f"{post.unit.name}，{post.title}",
        "post": post,
        "appointments": post.appointments.select_related("user").order_by("-valid_from", "-id"),
        "today": timezone.localdate(),
        "may_edit_post": actor.may("post.edit"),
        "may_edit_user": actor.may("user.edit"),
    }
    return render(request, "system/post_detail.html", shown)


def create_post(request: HttpRequest) -> HttpResponse:
    """Set up a post at a unit."""
    actor = check(request, "post.edit")

    def act(**answers: Any) -> HttpResponse:
        post = actions.create_post(**answers, by=actor)
        return redirect_with_message(
            request, f"已在{post.unit.name}设岗位“{post.title}”，可以安排人员了。", page_of(post)
        )

    return form_flow(
        request,
        CreatePostForm(request.POST or None, seat=actor),
        title="设岗位",
        submit="设岗位",
        back=reverse("post_list"),
        act=act,
        refusals=CannotCreatePost,
    )


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Put someone who has a login in a post."""
    post = load(Post.objects.select_related("unit"), pk, request, "post.edit")
    actor = check(request, "post.edit")

    def act(**answers: Any) -> HttpResponse:
        made = actions.appoint(**answers, post=post, by=actor)
        return redirect_with_message(
            request, f"{made.user.name}自{date_cn(made.valid_from)}起在“{post.title}”任职。", page_of(post)
        )

    return form_flow(
        request,
        AppointForm(request.POST or None),
        title=f"任职：{post.unit.name}，{post.title}",
        submit="任职",
        back=page_of(post),
        act=act,
        refusals=CannotAppoint,
    )


def end_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """End an appointment, with what it leaves open in sight."""
    held = load(Appointment.objects.select_related("post", "unit", "user"), pk, request, "post.edit")
    actor = check(request, "post.edit")
    items = open_items(held)

    def act(**answers: Any) -> HttpResponse:
        actions.end_appointment(appointment=held, **answers, by=actor)
        message = f"{held.user.name}在“{held.post.title}”的任职自{date_cn(answers['on'])}起停止。"
        return redirect_with_message(request, message, page_of(held.post))

    return form_flow(
        request,
        EndAppointmentForm(request.POST or None),
        title=f"结束任职：{held.user.name}（{held.unit.name}，{held.post.title}）",
        submit="结束任职",
        back=page_of(held.post),
        act=act,
        refusals=CannotEndAppointment,
        consequences=lambda answers: _consequences(answers["on"], len(items)),
        form_template="system/end_appointment.html",
        context={"items": items},
    )


def _consequences(on: Any, count: int) -> list[str]:
    left = f"岗位上还有 {count} 件事没有办完，由接任的人继续办理。" if count else "岗位上没有未办完的事。"
    return [f"{date_cn(on)}零点起，不能再用这个岗位办理业务。", left]
