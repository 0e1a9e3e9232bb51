"""Logging in: one answer whatever was wrong, a lock after repeated failures, an audit event of each attempt.

A name that no account bears is counted and locked as an account is, by its keyed index in the audit, so that the
answers never tell which accounts there are. What was typed is not kept: it may be a password.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import authenticate
from django.utils import timezone

from fpa.access.models import User
from fpa.access.scope import everything
from fpa.access.seats import actor_in, choose_seat, seats_of
from fpa.audit.models import Event
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.keys import keyring
from fpa.core.middleware import request_id

FAILED = "user.login_failed"
UNKNOWN = "未知账号"


class CannotLogIn(Exception):
    """The attempt failed or the account is locked; the message names neither what was wrong nor whether it exists."""


def log_in(*, username: str, password: str, ip: str | None) -> User:
    """The user of a name and password, for `django.contrib.auth.login`; sets the count of failures back.

    Raises CannotLogIn; the failure stays recorded, so a caller answers it instead of letting it through.
    """
    with everything():  # before the login there is no seat; nobody is shown what is read here
        user = User.objects.select_for_update().filter(username=username).first()
        refusal = _refusal(user, username, password, ip)
        if user and not refusal:
            # authenticate() may have stored a new hash of the password; the session is bound to the hash.
            user.refresh_from_db(fields=["password"])
            user.failed_logins, user.locked_until = 0, None
            user.save(update_fields=["failed_logins", "locked_until"])
            record("user.logged_in", user, by=actor_of(user, ip))
    if user is None or refusal:
        raise CannotLogIn(refusal)
    return user


def actor_of(user: User, ip: str | None, *, seat: int | None = None) -> Actor:
    """Who acts on their own login: in the wanted or first seat, or in none."""
    held = choose_seat(seats_of(user), seat)
    if held:
        return actor_in(held, user, ip)
    return Actor(user_id=user.pk, name=user.name, ip=ip, request_id=request_id.get())


def _refusal(user: User | None, username: str, password: str, ip: str | None) -> str:
    """What is said to a refused attempt; "" where it may pass."""
    now = timezone.now()
    until = user.locked_until if user else _unknown_locked_until(username)
    if until and until > now:
        _record_failure("user.login_refused", user, username, ip)
        return _locked_words(until)
    if authenticate(username=username, password=password):
        return ""
    _record_failure(FAILED, user, username, ip)
    failures = _counted(user, now) if user else _unknown_failures(username)
    left = -failures % settings.LOGIN_FAILURE_LIMIT
    return _failure_words(left) if left else _locked_words(now + _lock_time())


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
    return (
        "账号或密码不正确，或者账号已停用。请核对后重新输入。"
        f"再错 {left} 次，将锁定 {settings.LOGIN_LOCK_MINUTES} 分钟。"
    )


def _locked_words(until: datetime) -> str:
    # Rounded up to the minute, so that at the time said the lock is over.
    shown = timezone.localtime(until + timedelta(seconds=59))
    return (
        f"连续 {settings.LOGIN_FAILURE_LIMIT} 次没有登录成功，已锁定到 {shown:%H:%M}。"
        "请到时再试，或者联系本单位系统管理员解除锁定。"
    )


def _index_of(username: str) -> str:
    return "?" + keyring().index(username, column="access_user.username").hex()


def _record_failure(verb: str, user: User | None, username: str, ip: str | None) -> None:
    if user:
        record(verb, user, by=actor_of(user, ip))
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
