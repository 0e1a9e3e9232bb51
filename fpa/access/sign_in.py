"""Logging in: one answer whatever was wrong, a lock after repeated failures, an audit event of each attempt.

A name that no account bears is counted and locked as an account is (`tries`), so that the answers never tell which
accounts there are. What was typed is not kept: it may be a password.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone

from fpa.access.actions import TEMPORARY_DAYS
from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_in, choose_seat, seats_of
from fpa.access.tries import (
    Tries,
    count_failure,
    held_tries,
    index_of,
    is_stopped,
    lock_time,
    note_entry,
    note_failure,
    set_back,
)
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.middleware import request_id
from fpa.core.refusals import Refusal

FAILED = "user.login_failed"
UNKNOWN = "未知账号"


_OWN_PASSWORD = "修改密码时核对当前密码"
_EXPIRED = "临时密码已过期"
_ADDRESS_STOPPED = "来源地址暂停登录"


class CannotLogIn(Refusal):
    """The attempt failed or the account is locked; the message names neither what was wrong nor whether it exists."""


class WrongPassword(Exception):
    """What someone logged in gave as the current password is not it."""


class LockedOut(Exception):
    """The account is locked; its session has to end."""


@dataclass(frozen=True)
class _Refusal:
    """Why an attempt may not pass: how many more are left, or until when the account is locked, or that the password
    has `expired`, or that the address is `stopped`."""

    left: int = 0
    until: datetime | None = None
    expired: bool = False
    stopped: bool = False

    @property
    def words(self) -> str:
        """What is said to it at the login."""
        if self.stopped:
            return _stopped_words()
        if self.expired:
            return f"临时密码只在 {TEMPORARY_DAYS} 天内有效，现已过期。请联系本单位系统管理员再重置一次。"
        return _locked_words(self.until) if self.until else _failure_words(self.left)


def log_in(*, username: str, password: str, ip: str | None) -> User:
    """The user of a name and password, for `django.contrib.auth.login`; sets the count of failures back.

    Raises CannotLogIn; the failure stays recorded, so a caller answers it instead of letting it through.
    """
    with whole_province():  # before the login there is no seat; nobody is shown what is read here
        tries = held_tries(username)
        user = tries if isinstance(tries, User) else None
        refusal = _refusal_of_address(user, username, ip) or _refusal(tries, username, password, ip)
        refusal = refusal or (_expiry(user, ip) if user else None)
        if user and not refusal:
            _enter(user, ip)
    if user is None or refusal:
        raise CannotLogIn(refusal.words if refusal else "")
    return user


def _enter(user: User, ip: str | None) -> None:
    # authenticate() may have stored a new hash of the password; the session is bound to the hash.
    user.refresh_from_db(fields=["password"])
    set_back(user)
    note_entry(ip, user.username, timezone.now())
    record("user.logged_in", user, by=actor_of(user, ip))


def _refusal_of_address(user: User | None, username: str, ip: str | None) -> "_Refusal | None":
    """The refusal of whatever comes from a stopped address: neither password nor count is looked at."""
    if not is_stopped(ip, timezone.now()):
        return None
    _record_failure("user.login_refused", user, username, ip, _ADDRESS_STOPPED)
    return _Refusal(stopped=True)


def confirm_password(*, user: User, password: str, ip: str | None) -> None:
    """See that whoever sits before an open session knows its password; guesses count and lock as those at the login.

    Raises WrongPassword and LockedOut; both stay recorded, so a caller answers them instead of letting them through.
    """
    with whole_province():  # one's own login: there may be no seat yet
        held = User.objects.select_for_update().get(pk=user.pk)
        refusal = _refusal(held, held.username, password, ip, _OWN_PASSWORD)
        if not refusal:
            set_back(held)
    if refusal and refusal.until:
        raise LockedOut(f"{_locked_words(refusal.until)}您已退出登录。")
    if refusal:
        raise WrongPassword(f"当前密码不正确，请重新输入。{_left_words(refusal.left)}")


def _expiry(user: User, ip: str | None) -> _Refusal | None:
    """The refusal of a temporary password that was right, and came too late."""
    if not (user.must_change_password and user.temporary_until):
        return None
    if user.temporary_until > timezone.now():
        return None
    record(FAILED, user, by=actor_of(user, ip), reason=_EXPIRED)
    return _Refusal(expired=True)


def actor_of(user: User, ip: str | None, *, seat: int | None = None) -> Actor:
    """Who acts on their own login: in the wanted or first seat, or in none."""
    held = choose_seat(seats_of(user), seat)
    if held:
        return actor_in(held, user, ip)
    return Actor(user_id=user.pk, name=user.name, ip=ip, request_id=request_id.get())


def _refusal(tries: Tries, username: str, password: str, ip: str | None, reason: str = "") -> _Refusal | None:
    """Why an attempt may not pass; None where it may. `reason` goes into the audit.

    The hash of the password is worked out for every name, so that the time tells none apart.
    """
    now, user = timezone.now(), tries if isinstance(tries, User) else None
    if tries.locked_until and tries.locked_until > now:
        _record_failure("user.login_refused", user, username, ip, reason)
        return _Refusal(until=tries.locked_until)
    if authenticate(username=username, password=password):
        return None
    _record_failure(FAILED, user, username, ip, reason)
    note_failure(ip, username, now)
    left = count_failure(tries, now)
    return _Refusal(left) if left else _Refusal(until=now + lock_time())


def _failure_words(left: int) -> str:
    return f"账号或密码不正确，或者账号已停用。请核对后重新输入。{_left_words(left)}"


def _left_words(left: int) -> str:
    return f"再错 {left} 次，将锁定 {settings.LOGIN_LOCK_MINUTES} 分钟。"


def _stopped_words() -> str:
    minutes = settings.LOGIN_LOCK_MINUTES
    return (
        f"这个网络地址在 {minutes} 分钟内用太多不同的账号登录失败，已暂停登录。请 {minutes} 分钟后再试；"
        "急需办理的，请换一个网络，或者联系本单位系统管理员。"
    )


def _locked_words(until: datetime) -> str:
    # Rounded up to the minute, so that at the time said the lock is over.
    shown = timezone.localtime(until + timedelta(seconds=59))
    return (
        f"连续 {settings.LOGIN_FAILURE_LIMIT} 次没有登录成功，已锁定到 {shown:%H:%M}。"
        "请到时再试，或者联系本单位系统管理员解除锁定。"
    )


def _record_failure(verb: str, user: User | None, username: str, ip: str | None, reason: str) -> None:
    if user:
        record(verb, user, by=actor_of(user, ip), reason=reason)
        return
    unknown = User(pk=index_of(username), name=UNKNOWN)
    by = Actor(user_id=None, name=UNKNOWN, ip=ip, request_id=request_id.get())
    record(verb, unknown, by=by, reason=reason)
