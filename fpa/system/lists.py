"""The lists of logins, posts and events."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import Appointment, Post, User
from fpa.audit.models import Event
from fpa.audit.words import changes_of, thing_words, verb_words
from fpa.core.actor import Actor
from fpa.core.lists import Column, Link, Status
from fpa.pages.declared_lists import List
from fpa.system.filters import EventFilters, PostFilters, UserFilters
from fpa.system.queries import current_seats, state_of, users_in_scope


def page_of_user(user: User) -> str:
    """Address of a login's page."""
    return reverse("user_detail", args=[user.pk])


def page_of_post(post: Post) -> str:
    """Address of a post's page."""
    return reverse("post_detail", args=[post.pk])


def page_of_event(event: Event) -> str:
    """Address of an event's page."""
    return reverse("event_detail", args=[event.pk])


USER_COLUMNS = (
    Column("username", "账号", lambda u: u.username, sort="username", link=lambda u: page_of_user(u)),
    Column("name", "姓名", lambda u: u.name, sort="name"),
    Column("units", "单位", lambda u: "、".join(seat.unit.name for seat in current_seats(u))),
    Column("posts", "岗位", lambda u: "、".join(seat.post.title for seat in current_seats(u))),
    Column("state", "状态", state_of),
    Column("last_login", "上次登录", lambda u: u.last_login, sort="last_login", kind="date"),
    Column("created_at", "开通时间", lambda u: u.created_at, sort="created_at", kind="date", default=False),
)

POST_COLUMNS = (
    Column("unit", "单位", lambda p: p.unit.name, sort="path"),
    Column("title", "岗位", lambda p: p.title, link=lambda p: page_of_post(p)),
    Column("role", "角色", lambda p: p.get_role_display(), sort="role"),
    Column("holders", "在岗人员", lambda p: "、".join(seat.user.name for seat in p.held_today)),
    Column("state", "在岗情况", lambda p: Status("有人", "done") if p.held_today else Status("空缺", "off")),
    Column("code", "区划代码", lambda p: p.unit.code, kind="code", default=False),
)

EVENT_COLUMNS = (
    Column("at", "时间", lambda e: f"{timezone.localtime(e.at):%Y-%m-%d %H:%M:%S}", sort="at"),
    Column("verb", "动作", lambda e: verb_words(e.verb), link=lambda e: page_of_event(e)),
    Column("object", "对象", lambda e: e.object_name),
    Column("actor", "操作人", lambda e: e.actor_name),
    Column("post", "岗位", lambda e: e.post_title),
    Column("unit", "单位", lambda e: e.unit_name),
    Column("reason", "事由", lambda e: e.reason),
    Column("kind", "对象类型", lambda e: thing_words(e.object_type), default=False),
    Column("changes", "变更", lambda e: "；".join(map(str, changes_of(e))), default=False),
    Column("ip", "来源地址", lambda e: e.ip, kind="code", default=False),
    Column("request", "请求编号", lambda e: e.request_id, kind="code", default=False),
)


def _posts() -> QuerySet[Any]:
    """Posts with who holds them today as `held_today`."""
    today = Appointment.objects.on(timezone.localdate()).select_related("user")
    held = Prefetch("appointments", today, to_attr="held_today")
    return Post.objects.select_related("unit").prefetch_related(held)


def _post_links(actor: Actor) -> Sequence[Link]:
    if not actor.may("post.edit"):
        return ()
    return [Link("设岗位", reverse("create_post"), "plus", primary=True)]


USER_LIST = List(
    key="user_list",
    view="user.view",
    title="账号",
    rows=lambda: users_in_scope().order_by("username"),
    columns=USER_COLUMNS,
    filters=UserFilters,
    links=lambda actor: [Link("岗位", reverse("post_list"), "building")],
    empty="还没有账号。请先到“岗位”中设岗位，再在岗位页面开通账号。",
)

POST_LIST = List(
    key="post_list",
    view="user.view",
    title="岗位",
    rows=_posts,
    columns=POST_COLUMNS,
    filters=PostFilters,
    links=_post_links,
    empty="还没有岗位，请先设岗位。",
)

EVENT_LIST = List(
    key="event_list",
    view="audit.view",
    title="审计日志",
    rows=Event.objects.all,
    columns=EVENT_COLUMNS,
    filters=EventFilters,
    links=lambda actor: [Link("封存情况", reverse("seal_status"), "lock")],
    empty="没有符合条件的记录，请放宽筛选条件。",
)
