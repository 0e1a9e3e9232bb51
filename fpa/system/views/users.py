"""Pages of logins: who may get in."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from fpa.access import actions
from fpa.access.actions import (
    TEMPORARY_DAYS,
    CannotAppoint,
    CannotCreateUser,
    CannotManageUser,
    temporary_password,
)
from fpa.access.loaders import check, load
from fpa.access.models import Post, User
from fpa.core.actor import Actor
from fpa.core.form_flow import form_flow, redirect_with_message
from fpa.pages.declared_lists import declared_list
from fpa.system.forms import CreateUserForm, ReasonForm
from fpa.system.lists import USER_LIST
from fpa.system.lists import page_of_user as page_of
from fpa.system.queries import current_seats, state_of, users_in_scope

STAYS_CLOSED = "账号现在是停用状态，重置密码以后仍然停用；要让本人登录，还须启用账号。"


def user_list(request: HttpRequest) -> HttpResponse:
    """The logins with a post in the seat's scope."""
    return declared_list(request, USER_LIST)


def user_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A login, its appointments in the seat's scope, and what may be done with it."""
    user = load(users_in_scope(), pk, request, "user.view")
    shown = {
        "title": user.name,
        "user_shown": user,
        "state": state_of(user),
        "current": current_seats(user),
        "may_edit": check(request, "user.view").may("user.edit"),
    }
    return render(request, "system/user_detail.html", shown)


def create_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a login for a post; the temporary password is shown once."""
    post = load(Post.objects.select_related("unit"), pk, request, "user.edit")
    actor = check(request, "user.edit")

    def act(**answers: Any) -> HttpResponse:
        password = temporary_password()
        user = actions.create_user(**answers, post=post, password=password, by=actor)
        return _show_password(request, user, password)

    return form_flow(
        request,
        CreateUserForm(request.POST or None),
        title=f"开通账号：{post.unit.name}，{post.title}",
        submit="开通",
        back=reverse("post_detail", args=[post.pk]),
        act=act,
        refusals=(CannotCreateUser, CannotAppoint),
    )


def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a login a temporary password, shown once."""

    def act(user: User, actor: Actor, reason: str) -> HttpResponse:
        password = temporary_password()
        actions.reset_password(user=user, password=password, by=actor, reason=reason)
        return _show_password(request, user, password)

    follows = (
        "原密码立即失效，已登录的设备会退出。",
        f"临时密码 {TEMPORARY_DAYS} 天内有效；本人用它登录后，须先改成自己的密码。",
    )
    return _manage(request, pk, "重置密码", follows, act, if_closed=STAYS_CLOSED)


def lock_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a login until it is opened again."""

    def act(user: User, actor: Actor, reason: str) -> HttpResponse:
        actions.lock_user(user=user, by=actor, reason=reason)
        return redirect_with_message(request, f"账号“{user.username}”已停用。", page_of(user))

    return _manage(request, pk, "停用账号", ["本人立即退出，不能再登录；任职和经办记录都保留。"], act)


def unlock_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a login that was closed or locked."""

    def act(user: User, actor: Actor, reason: str) -> HttpResponse:
        actions.unlock_user(user=user, by=actor, reason=reason)
        return redirect_with_message(request, f"账号“{user.username}”已启用。", page_of(user))

    return _manage(request, pk, "启用账号", ["本人可以用原来的密码登录。"], act)


def _manage(
    request: HttpRequest,
    pk: int,
    deed: str,
    follows: Sequence[str],
    act: Callable[[User, Actor, str], HttpResponse],
    *,
    if_closed: str = "",
) -> HttpResponse:
    """A page that asks why, says what follows, for a closed login with `if_closed`, and does one thing to a login."""
    user = load(users_in_scope(), pk, request, "user.edit")
    actor = check(request, "user.edit")
    said = [*follows, if_closed] if if_closed and not user.is_active else follows
    return form_flow(
        request,
        ReasonForm(request.POST or None),
        title=f"{deed}：{user.name}（{user.username}）",
        submit=deed,
        back=page_of(user),
        act=lambda reason: act(user, actor, reason),
        refusals=CannotManageUser,
        consequences=lambda answers: said,
    )


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    shown = {
        "title": "临时密码",
        "user_shown": user,
        "password": password,
        "days": TEMPORARY_DAYS,
        "warning": "" if user.is_active else STAYS_CLOSED,
    }
    return render(request, "system/new_password.html", shown)
