"""Counting tries at the login: by name, whether an account bears it or not, and by the address that they come from.

All counts lie in the database, so they hold over processes and restarts. A name is held until the transaction ends, so
tries at once are counted one after another. An address is only counted, never held: an office does not wait in line.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from fpa.access.models import TriedAddress, UnknownName, User
from fpa.core.keys import keyring

FORGOTTEN_AFTER = timedelta(hours=24)
"""A failure is counted with those of the day before it; a good login speaks for its address as long."""

Tries = User | UnknownName
"""Both hold `failed_logins`, `failed_at` and `locked_until`."""


def lock_time() -> timedelta:
    """How long a name stays locked, an address stopped, and a name counts at its address."""
    return timedelta(minutes=settings.LOGIN_LOCK_MINUTES)


def index_of(username: str) -> str:
    """By what a name is known where it may not be kept."""
    return "?" + keyring().index(username, column="access_user.username").hex()


def held_tries(username: str) -> Tries:
    """The counts of a name, held until the transaction ends: the account's, or those of a name that none bears."""
    user = User.objects.select_for_update().filter(username=username).first()
    if user:
        return user
    index = index_of(username)
    UnknownName.objects.bulk_create([UnknownName(index=index)], ignore_conflicts=True)
    return UnknownName.objects.select_for_update().get(pk=index)


def count_failure(tries: Tries, now: datetime) -> int:
    """Count a failure and give how many more are left; at the limit 0, the name is locked, and counting begins anew."""
    is_old = tries.failed_at is not None and tries.failed_at < now - FORGOTTEN_AFTER
    failures = 1 if is_old else tries.failed_logins + 1
    left = max(settings.LOGIN_FAILURE_LIMIT - failures, 0)
    tries.failed_logins, tries.failed_at = (failures if left else 0), now
    if not left:
        tries.locked_until = now + lock_time()
    tries.save(update_fields=["failed_logins", "failed_at", "locked_until"])
    return left


def set_back(user: User) -> None:
    """End the count and the lock of an account whose password was right."""
    user.failed_logins, user.locked_until = 0, None
    user.save(update_fields=["failed_logins", "locked_until"])


def note_failure(ip: str | None, username: str, now: datetime) -> None:
    """Count a name that failed against its address."""
    _note(ip, username, failed_at=now)


def note_entry(ip: str | None, username: str, now: datetime) -> None:
    """A name that got in speaks for its address, and its slips before count no more."""
    _note(ip, username, failed_at=None, entered_at=now)


def _note(ip: str | None, username: str, **times: datetime | None) -> None:
    if ip:
        TriedAddress.objects.bulk_create(
            [TriedAddress(ip=ip, index=index_of(username), **times)],
            update_conflicts=True,
            unique_fields=["ip", "index"],
            update_fields=list(times),
        )


def is_stopped(ip: str | None, now: datetime) -> bool:
    """Whether too many names have failed from an address of late: the limit, and one more for each name that got in
    from there within a day, so that an office behind one address is not stopped by its own slips."""
    limit = settings.LOGIN_NAMES_PER_ADDRESS
    if not (ip and limit):
        return False
    names = TriedAddress.objects.filter(ip=ip)
    failed = names.filter(failed_at__gt=now - lock_time()).count()
    return failed >= limit and failed >= limit + names.filter(entered_at__gt=now - FORGOTTEN_AFTER).count()


def forget_old_tries() -> None:
    """Drop what counts no more; the daily upkeep calls it."""
    before = timezone.now() - FORGOTTEN_AFTER
    UnknownName.objects.filter(failed_at__lt=before).delete()
    idle = Q(failed_at=None) | Q(failed_at__lt=before), Q(entered_at=None) | Q(entered_at__lt=before)
    TriedAddress.objects.filter(*idle).delete()
