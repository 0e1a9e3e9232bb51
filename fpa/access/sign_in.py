"""Logging in: one answer whatever was wrong, a lock after repeated failures, an audit event of each attempt.

A name that no account bears is counted and locked as an account is, by its keyed index in the audit, so that the
answers never tell which accounts there are. What was typed is not kept: it may be a password.
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
from fpa.audit.models import Event
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.keys import keyring
from fpa.core.middleware import request_id
from fpa.core.refusals import Refusal

FAILED = "user.login_failed"
UNKNOWN = "未知账号"


_OWN_PASSWORD = "修改密码时核对当前密码"
_EXPIRED = "临时密码已过期"


class CannotLogIn(Refusal):
    """The attempt failed or the account is locked; the message names neither what was wrong nor whether it exists."""


class WrongPassword(Exception):
    """What someone logged in gave as the current password is not it."""


class LockedOut(Exception):
    """The account is locked; its session has to end."""


@dataclass(frozen=True)
class _Refusal:
    """Why an attempt may not pass: how many more are left, or until when the account is locked, or `expired`."""

    left: int = 0
    until: datetime | None = None
    expired: bool = False

    @property
    def words(self) -> str:
        """What is said to it at the login."""
        if self.expired:
            return f"临时密码只在 {TEMPORARY_DAYS} 天内有效，现已过期。请联系本单位系统管理员再重置一次。"
        return _locked_words(self.until) if self.until else _failure_words(self.left)


def log_in(*, username: str, password: str, ip: str | None) -> User:
    """The user of a name and password, for `django.contrib.auth.login`; sets the count of failures back.

    Raises CannotLogIn; the failure stays recorded, so a caller answers it instead of letting it through.
    """
    with whole_province():  # before the login there is no seat; nobody is shown what is read here
        user = User.objects.select_for_update().filter(username=username).first()
        refusal = _refusal(user, username, password, ip) or _expiry(user, ip)
        if user and not refusal:
            # authenticate() may have stored a new hash of the password; the session is bound to the hash.
            user.refresh_from_db(fields=["password"])
            _set_back(user)
            record("user.logged_in", user, by=actor_of(user, ip))
    if user is None or refusal:
        raise CannotLogIn(refusal.words if refusal else "")
    return user


def confirm_password(*, user: User, password: str, ip: str | None) -> None:
    """See that whoever sits before an open session knows its password; guesses count and lock as those at the login.

    Raises WrongPassword and LockedOut; both stay recorded, so a caller answers them instead of letting them through.
    """
    with whole_province():  # one's own login: there may be no seat yet
        held = User.objects.select_for_update().get(pk=user.pk)
        refusal = _refusal(held, held.username, password, ip, _OWN_PASSWORD)
        if not refusal:
            _set_back(held)
    if refusal and refusal.until:
        raise LockedOut(f"{_locked_words(refusal.until)}您已退出登录。")
    if refusal:
        raise WrongPassword(f"当前密码不正确，请重新输入。{_left_words(refusal.left)}")


def _set_back(user: User) -> None:
    user.failed_logins, user.locked_until = 0, None
    user.save(update_fields=["failed_logins", "locked_until"])


def _expiry(user: User | None, ip: str | None) -> _Refusal | None:
    """The refusal of a temporary password that was right, and came too late."""
    if not (user and user.must_change_password and user.temporary_until):
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


def _refusal(
    user: User | None, username: str, password: str, ip: str | None, reason: str = ""
) -> _Refusal | None:
    """Why an attempt may not pass; None where it may. `reason` goes into the audit."""
    now = timezone.now()
    until = user.locked_until if user else _unknown_locked_until(username)
    if until and until > now:
        _record_failure("user.login_refused", user, username, ip, reason)
        return _Refusal(until=until)
    if authenticate(username=username, password=password):
        return None
    _record_failure(FAILED, user, username, ip, reason)
    failures = _counted(user, now) if user else _unknown_failures(username)
    left = -failures % settings.LOGIN_FAILURE_LIMIT
    return _Refusal(left) if left else _Refusal(until=now + _lock_time())


def _counted(user: User, now: datetime) -> int:
    """Count a failure; at the limit lock the account and begin anew."""
    user.failed_logins += 1
    failures = user.failed_logins
    if failures >= settings.LOGIN_FAILURE_LIMIT:
        user.failed_logins, user.locked_until = 0, now + _lock_time()
    user.save(update_fields=["failed_logins", "locked_until"])
    return failures


def _lock_time() -> timedelta:
    return timedelta(minutes=settings.LOGIN_LOCK_MINUTES)


def _failure_words(left: int) -> str:
    return f"账号或密码不正确，或者账号已停用。请核对后重新输入。{_left_words(left)}"


def _left_words(left: int) -> str:
    return f"再错 {left} 次，将锁定 {settings.LOGIN_LOCK_MINUTES} 分钟。"


def _locked_words(until: datetime) -> str:
    # Rounded up to the minute, so that at the time said the lock is over.
    shown = timezone.localtime(until + timedelta(seconds=59))
    return (
        f"连续 {settings.LOGIN_FAILURE_LIMIT} 次没有登录成功，已锁定到 {shown:%H:%M}。"
        "请到时再试，或者联系本单位系统管理员解除锁定。"
    )


def _index_of(username: str) -> str:
    return "?" + keyring().index(username, column="access_user.username").hex()


def _record_failure(verb: str, user: User | None, username: str, ip: str | None, reason: str) -> None:
    if user:
        record(verb, user, by=actor_of(user, ip), reason=reason)
        return
    unknown = User(pk=_index_of(username), name=UNKNOWN)
    record(verb, unknown, by=Actor(user_id=None, name=UNKNOWN, ip=ip, request_id=request_id.get()))


def _unknown_attempts(username: str) -> list[datetime]:
    attempts = Event.objects.filter(object_type="access.user", object_id=_index_of(username), verb=FAILED)
    return list(attempts.order_by("at").values_list("at", flat=True))


def _unknown_failures(username: str) -> int:
    return len(_unknown_attempts(username))


def _unknown_locked_until(username: str) -> datetime | None:
    """As for an account: every failure that fills the limit locks."""
    attempts = _unknown_attempts(username)
    is_full = attempts and len(attempts) % settings.LOGIN_FAILURE_LIMIT == 0
    return attempts[-1] + _lock_time() if is_full else None
