"""Pages of logins: who may get in."""

from collections.abc import Callable, Sequence
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fpa.access import actions
from fpa.access.actions import TEMPORARY_DAYS, temporary_password
from fpa.access.loaders import load_for
from fpa.access.models import Appointment, Post, User
from fpa.core.chinese import time_cn
from fpa.core.lists import Link
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import Said, form_flow
from fpa.pages.record import Fact, record_page, table_panel
from fpa.system.forms import CreateUserForm, ReasonForm
from fpa.system.lists import USER_LIST
from fpa.system.lists import page_of_user as page_of
from fpa.system.queries import IN_USE, LOCKED_FOR_A_WHILE, current_seats, state_of, users_in_scope

STAYS_CLOSED = "账号现在是停用状态，重置密码以后仍然停用；要让本人登录，还须启用账号。"


def user_list(request: HttpRequest) -> HttpResponse:
    """The logins with a post in the seat's scope."""
    return declared_list(request, USER_LIST)


def user_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A login, its appointments in the seat's scope, and what may be done with it."""
    actor, user = load_for(users_in_scope(), pk, request, "user.view")
    held: list[Appointment] = vars(user)["held_here"]
    rows = [
        (
            seat.unit.name,
            Link(seat.post.title, reverse("post_detail", args=[seat.post_id])),
            seat.valid_from,
            seat.valid_to,
        )
        for seat in held
    ]
    return record_page(
        request,
        title=user.name,
        facts_title="账号",
        facts=_facts(user),
        note="" if current_seats(user) else "现在没有任职，登录后看不到业务数据。",
        actions=_links(user) if actor.may("user.edit") else [],
        panels=[table_panel("任职", ("单位", "岗位", "自", "停止"), rows, empty="还没有任职。")],
        back=("user_list", "账号"),
    )


def _facts(user: User) -> list[Fact]:
    state, password = state_of(user), "本人已设"
    if user.must_change_password:
        until = f"，{time_cn(user.temporary_until)}前有效" if user.temporary_until else ""
        password = f"临时密码，本人还没有修改{until}"
    facts = [
        Fact("账号", user.username, code=True),
        Fact("状态", state),
        Fact("密码", password),
        Fact("上次登录", user.last_login, empty="还没有登录过"),
        Fact("开通时间", user.created_at),
    ]
    if state.word == LOCKED_FOR_A_WHILE:
        facts.insert(2, Fact("锁定到", user.locked_until))
    return facts


def _links(user: User) -> list[Link]:
    """What may be done with a login: reset its password, and open or close it."""
    links = [Link("重置密码", reverse("reset_password", args=[user.pk]), "refresh")]
    if state_of(user).word != IN_USE:
        links.append(Link("启用", reverse("unlock_user", args=[user.pk]), "lock-open"))
    if user.is_active:
        links.append(Link("停用", reverse("lock_user", args=[user.pk]), "lock"))
    return links


def create_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a login for a post; the temporary password is shown once."""
    actor, post = load_for(Post.objects.select_related("unit"), pk, request, "user.edit")

    password = temporary_password()
    return form_flow(
        request,
        CreateUserForm(request.POST or None),
        title=f"开通账号：{post.unit.association}，{post.title}",
        submit="开通",
        back=reverse("post_detail", args=[post.pk]),
        does=partial(actions.create_user, post=post, password=password, by=actor),
        said=lambda user: _show_password(request, user, password),
    )


def reset_password(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a login a temporary password, shown once."""
    password = temporary_password()
    follows = (
        "原密码立即失效，已登录的设备会退出。",
        f"临时密码 {TEMPORARY_DAYS} 天内有效；本人用它登录后，须先改成自己的密码。",
    )
    return _manage(
        request,
        pk,
        "重置密码",
        follows,
        does=partial(actions.reset_password, password=password),
        said=lambda user: _show_password(request, user, password),
        if_closed=STAYS_CLOSED,
    )


def lock_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a login until it is opened again."""
    follows = ["本人立即退出，不能再登录；任职和经办记录都保留。"]
    return _manage(
        request,
        pk,
        "停用账号",
        follows,
        does=actions.lock_user,
        said=lambda user: (f"账号“{user.username}”已停用。", page_of(user)),
    )


def unlock_user(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a login that was closed or locked."""
    return _manage(
        request,
        pk,
        "启用账号",
        ["本人可以用原来的密码登录。"],
        does=actions.unlock_user,
        said=lambda user: (f"账号“{user.username}”已启用。", page_of(user)),
    )


def _manage(
    request: HttpRequest,
    pk: int,
    deed: str,
    follows: Sequence[str],
    *,
    does: Callable[..., User],
    said: Callable[[User], Said | HttpResponse],
    if_closed: str = "",
) -> HttpResponse:
    """A page that asks why, says what follows, for a closed login with `if_closed`, and does one thing to a login."""
    actor, user = load_for(users_in_scope(), pk, request, "user.edit")
    told = [*follows, if_closed] if if_closed and not user.is_active else follows
    return form_flow(
        request,
        ReasonForm(request.POST or None),
        title=f"{deed}：{user.name}（{user.username}）",
        submit=deed,
        back=page_of(user),
        does=partial(does, user=user, by=actor),
        said=said,
        consequences=lambda _: told,
    )


def _show_password(request: HttpRequest, user: User, password: str) -> HttpResponse:
    told = (
        "请当面或者用电话告诉本人。这个页面关闭以后，密码不再显示；本人第一次登录时须改成自己的密码。"
        f"临时密码 {TEMPORARY_DAYS} 天内有效，过期要再重置。"
    )
    return record_page(
        request,
        title="临时密码",
        facts_title="账号",
        facts=[
            Fact("姓名", user.name, url=page_of(user)),
            Fact("账号", user.username, code=True),
            Fact("临时密码", password, code=True),
        ],
        note=told if user.is_active else f"{told}{STAYS_CLOSED}",
        back=("user_list", "账号"),
    )
