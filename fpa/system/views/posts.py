"""Pages of posts and appointments: who works where."""

from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from fpa.access import actions
from fpa.access.loaders import check, load_for
from fpa.access.models import Appointment, Post
from fpa.core.chinese import date_cn
from fpa.core.lists import Link
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import Said, form_flow
from fpa.pages.record import Fact, Panel, record_page, table_panel
from fpa.system.forms import AppointForm, CreatePostForm, EndAppointmentForm
from fpa.system.lists import POST_LIST
from fpa.system.lists import page_of_post as page_of
from fpa.system.queries import open_items


def post_list(request: HttpRequest) -> HttpResponse:
    """The posts of the seat's unit and below, with who holds them today."""
    return declared_list(request, POST_LIST)


def post_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A post and everyone who held it."""
    actor, post = load_for(Post.objects.select_related("unit"), pk, request, "user.view")
    offered = (
        ("user.edit", Link("开通账号", reverse("create_user", args=[post.pk]), "user-plus")),
        ("post.edit", Link("任职（已有账号）", reverse("appoint", args=[post.pk]), "user-check")),
    )
    return record_page(
        request,
        title=f"{post.unit.name}，{post.title}",
        facts_title="岗位",
        facts=[
            Fact("单位", post.unit.name),
            Fact("岗位名称", post.title),
            Fact("角色", post.get_role_display()),
        ],
        actions=[link for permission, link in offered if actor.may(permission)],
        panels=[_appointments(post, may_edit=actor.may("post.edit"))],
        back=("post_list", "岗位"),
    )


def _appointments(post: Post, *, may_edit: bool) -> Panel:
    """Everyone who held the post, the latest first; who holds it can be ended."""
    today = timezone.localdate()
    rows = [
        (
            seat.user.name,
            Link(seat.user.username, reverse("user_detail", args=[seat.user_id])),
            seat.valid_from,
            seat.valid_to,
            Link("结束任职", reverse("end_appointment", args=[seat.pk]))
            if may_edit and (seat.valid_to is None or seat.valid_to > today)
            else None,
        )
        for seat in post.appointments.select_related("user").order_by("-valid_from", "-id")
    ]
    head = ("姓名", "账号", "自", "停止", "办理")
    return table_panel("任职", head, rows, empty="还没有人在这个岗位任职。")


def create_post(request: HttpRequest) -> HttpResponse:
    """Set up a post at a unit."""
    actor = check(request, "post.edit")

    return form_flow(
        request,
        CreatePostForm(request.POST or None, seat=actor),
        title="设岗位",
        submit="设岗位",
        back=reverse("post_list"),
        does=partial(actions.create_post, by=actor),
        said=lambda post: (
            f"已在{post.unit.association}设岗位“{post.title}”，可以安排人员了。",
            page_of(post),
        ),
    )


def appoint(request: HttpRequest, pk: int) -> HttpResponse:
    """Put someone who has a login in a post."""
    actor, post = load_for(Post.objects.select_related("unit"), pk, request, "post.edit")

    return form_flow(
        request,
        AppointForm(request.POST or None),
        title=f"任职：{post.unit.association}，{post.title}",
        submit="任职",
        back=page_of(post),
        does=partial(actions.appoint, post=post, by=actor),
        said=lambda made: (
            f"{made.user.name}自{date_cn(made.valid_from)}起在“{post.title}”任职。",
            page_of(post),
        ),
    )


def end_appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """End an appointment, with what it leaves open in sight."""
    actor, held = load_for(
        Appointment.objects.select_related("post", "unit", "user"), pk, request, "post.edit"
    )
    items = open_items(held)

    def said(ended: Appointment) -> Said:
        assert ended.valid_to
        message = f"{held.user.name}在“{held.post.title}”的任职自{date_cn(ended.valid_to)}起停止。"
        return message, page_of(held.post)

    return form_flow(
        request,
        EndAppointmentForm(request.POST or None),
        title=f"结束任职：{held.user.name}（{held.unit.association}，{held.post.title}）",
        submit="结束任职",
        back=page_of(held.post),
        does=partial(actions.end_appointment, appointment=held, by=actor),
        said=said,
        consequences=lambda answers: _consequences(answers["on"], len(items)),
        form_template="system/end_appointment.html",
        context={"items": items},
    )


def _consequences(on: Any, count: int) -> list[str]:
    left = f"岗位上还有 {count} 件事没有办完，由接任的人继续办理。" if count else "岗位上没有未办完的事。"
    return [f"{date_cn(on)}零点起，不能再用这个岗位办理业务。", left]
