"""Writes of logins, posts and appointments: who may get in, and what for."""

import secrets
from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from fpa.access.models import Appointment, Level, Post, Unit, User
from fpa.access.passwords import is_published
from fpa.access.roles import ROLES
from fpa.access.scope import whole_province
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.refusals import Refusal

OFFICES = (Level.PROVINCE, Level.CITY, Level.COUNTY)
LEVELS_OF_ROLE: dict[str, tuple[Level, ...]] = {"township": (Level.TOWNSHIP,), "village": (Level.VILLAGE,)}
"""At which levels a role may stand; the roles that are not named belong to offices."""
ALONE = "auditor"
"""The role that goes with no other (等保：系统、安全、审计三员分设)."""
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""For passwords that are read from paper: nothing that looks like something else."""
TEMPORARY_DAYS = 7
"""How long a temporary password opens the login."""


class CannotCreateUser(Refusal):
    """The login can't be opened; the message says why, in Chinese."""


class CannotCreatePost(Refusal):
    """The post can't stand at that unit."""


class CannotAppoint(Refusal):
    """The person can't be put in that post."""


class CannotEndAppointment(Refusal):
    """The appointment can't end on that day."""


class CannotSetPassword(Refusal):
    """The password is one that everybody can read in our documents."""


class CannotManageUser(Refusal):
    """The login is not the actor's to lock, unlock or give a password to."""


def temporary_password() -> str:
    """A password to be handed over and changed at the first login: three groups of four, 59 bits."""
    return "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))


@transaction.atomic
def create_user(*, username: str, name: str, password: str, post: Post, on: date, by: Actor) -> User:
    """Open a login with a temporary password, in its first post from a day; so every login stands in someone's scope.

    Raises CannotCreateUser where the name is taken, and CannotAppoint.
    """
    taken = CannotCreateUser(f"账号“{username}”已有人使用，请换一个，例如在后面加上单位简称。")
    if User.objects.filter(username=username).exists():
        raise taken
    user = User(username=username, name=name)
    _give_temporary(user, password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:  # opened at the same moment by someone else
        raise taken from None
    record("user.created", user, by=by, changes={"username": [None, username]}, path=post.path)
    appoint(user=user, post=post, on=on, by=by)
    return user


def _give_temporary(user: User, password: str) -> None:
    """A password that its owner must change, and within TEMPORARY_DAYS; the user is not saved."""
    _set_password(user, password)
    user.must_change_password = True
    user.temporary_until = timezone.now() + timedelta(days=TEMPORARY_DAYS)


def _set_password(user: User, password: str) -> None:
    """Raises CannotSetPassword; the form has held a password of one's own against all rules."""
    if is_published(password):
        raise CannotSetPassword("这是演示系统公开的密码，人人都知道，不能使用。请换一个。")
    user.set_password(password)


@transaction.atomic
def create_post(*, unit: Unit, title: str, role: str, by: Actor) -> Post:
    """Set up a post at a current unit at or below the actor's. Raises CannotCreatePost."""
    if not unit.path.startswith(by.path) or unit.valid_to:
        raise CannotCreatePost("只能在本单位及下级现有单位设岗位，请重新选择单位。")
    levels = LEVELS_OF_ROLE.get(role, OFFICES)
    if unit.level not in levels:
        allowed = "、".join(level.label for level in levels)
        raise CannotCreatePost(
            f"“{ROLES[role].label}”只能设在{allowed}，{unit.name}不是。请换一个角色或单位。"
        )
    post = Post.objects.create(unit=unit, title=title, role=role)
    record("post.created", post, by=by, changes={"role": [None, role], "unit": [None, unit.name]})
    return post


@transaction.atomic
def appoint(*, user: User, post: Post, on: date, by: Actor, reason: str = "") -> Appointment:
    """Put a person in a post from a day. Raises CannotAppoint: nobody appoints themselves, and who audits does
    nothing else."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.user_id:
        raise CannotAppoint("不能给自己任职，请由上级或其他系统管理员办理。")
    if not user.is_active:
        raise CannotAppoint(f"账号“{user.username}”已停用，请先启用再任职。")
    if post.unit.valid_to:
        raise CannotAppoint(f"{post.unit.name}已撤销，不能再任职。请换一个现有单位的岗位。")
    _refuse_double(user, post)
    appointment = Appointment.objects.create(user=user, post=post, unit=post.unit, valid_from=on)
    record("appointment.made", appointment, by=by, changes={"valid_from": [None, on]}, reason=reason)
    return appointment


def _refuse_double(user: User, post: Post) -> None:
    """No post twice, and no other role beside the auditor's. Seats elsewhere count, and are not named."""
    with whole_province():
        held = Appointment.objects.filter(user=user).open_after(timezone.localdate())
        posts = dict(held.values_list("post_id", "post__role"))
    if post.pk in posts:
        raise CannotAppoint(f"{user.name}已在“{post.title}”任职，不用重复办理。")
    if any((role == ALONE) != (post.role == ALONE) for role in posts.values()):
        raise CannotAppoint(
            f"{user.name}另有任职：安全审计员不能兼任其他岗位。请先结束原有任职，或者换一个人。"
        )


@transaction.atomic
def end_appointment(*, appointment: Appointment, on: date, by: Actor, reason: str) -> Appointment:
    """End an appointment: from `on`, today or later, it gives no access. What is open stays with the post.

    Raises CannotEndAppointment.
    """
    held = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    today = timezone.localdate()
    if held.user_id == by.user_id:
        raise CannotEndAppointment("不能结束自己的任职，请由上级或其他系统管理员办理。")
    if held.valid_to and held.valid_to <= today:
        raise CannotEndAppointment(f"这项任职已于{date_cn(held.valid_to)}结束，不用重复办理。")
    if on < max(today, held.valid_from):
        earliest = max(today, held.valid_from)
        raise CannotEndAppointment(f"结束日期最早是{date_cn(earliest)}，请改为当天或以后。")
    before, held.valid_to = held.valid_to, on
    held.save(update_fields=["valid_to"])
    record("appointment.ended", held, by=by, changes={"valid_to": [before, on]}, reason=reason)
    return held


@transaction.atomic
def reset_password(*, user: User, password: str, by: Actor, reason: str) -> User:
    """Give a login a temporary password, and end its lock and its sessions; a closed one stays closed.

    Raises CannotManageUser.
    """
    user = _managed(user, by)
    _give_temporary(user, password)
    user.failed_logins, user.locked_until = 0, None
    user.save()
    record("user.password_reset", user, by=by, reason=reason)
    return user


@transaction.atomic
def change_password(*, user: User, password: str, by: Actor) -> User:
    """Give one's own login a new password that one has chosen; sessions elsewhere end. Raises CannotSetPassword."""
    _set_password(user, password)
    user.must_change_password, user.temporary_until = False, None
    user.save(update_fields=["password", "must_change_password", "temporary_until"])
    with whole_province():  # one's own login: there may be no seat yet
        record("user.password_changed", user, by=by)
    return user


@transaction.atomic
def lock_user(*, user: User, by: Actor, reason: str) -> User:
    """Close a login until it is unlocked; its sessions end at their next request. Raises CannotManageUser."""
    user = _managed(user, by)
    if not user.is_active:
        raise CannotManageUser(f"账号“{user.username}”已经停用。")
    user.is_active = False
    user.save(update_fields=["is_active"])
    record("user.locked", user, by=by, changes={"is_active": [True, False]}, reason=reason)
    return user


@transaction.atomic
def unlock_user(*, user: User, by: Actor, reason: str) -> User:
    """Open a login that was closed, or locked by failures. Raises CannotManageUser."""
    user = _managed(user, by)
    is_locked = bool(user.locked_until and user.locked_until > timezone.now())
    if user.is_active and not is_locked:
        raise CannotManageUser(f"账号“{user.username}”没有停用，也没有锁定。")
    before = user.is_active
    user.is_active, user.failed_logins, user.locked_until = True, 0, None
    user.save(update_fields=["is_active", "failed_logins", "locked_until"])
    record("user.unlocked", user, by=by, changes={"is_active": [before, True]}, reason=reason)
    return user


def _managed(user: User, by: Actor) -> User:
    """The login, held until commit, where all its seats are the actor's to manage: else who may reset a password
    could walk into a post above or beside."""
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.pk == by.user_id:
        raise CannotManageUser("不能这样处理自己的账号。改密码请用“修改密码”，其他请由上级系统管理员办理。")
    with whole_province():  # seats elsewhere count, and are not named
        held = Appointment.objects.filter(user=user).open_after(timezone.localdate())
        paths = list(held.values_list("path", flat=True))
    if any(not path.startswith(by.path) for path in paths):
        raise CannotManageUser(f"{user.name}在您的管理范围以外还有任职，请由共同的上级系统管理员办理。")
    return user
