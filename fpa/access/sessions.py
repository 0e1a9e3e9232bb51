"""Who asks: a session, the account that it is of, and the account's seats of today, by one query.

Kept as Django keeps its sessions, in a table that knows the account beside (`SESSION_ENGINE`). Nothing of it is held
between two requests: a right ends with the appointment, the account's lock or the new password, at the next request.
"""

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, cast

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends import db
from django.db import DEFAULT_DB_ALIAS, models
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.functional import SimpleLazyObject

from fpa.access.models import Appointment, LoginSession, Post, Unit, User
from fpa.access.scope import read_whole_province


@dataclass(frozen=True)
class Asker:
    """Whose session it is, and what stands in it. `user` is None for a session before the login, and for a locked
    account; `seats` are its appointments in force on the day, highest unit first."""

    session_data: str
    user: User | None = None
    seats: list[Appointment] = field(default_factory=list)


def _columns(model: type[models.Model], alias: str) -> str:
    return ", ".join(f'{alias}."{each.column}"' for each in model._meta.concrete_fields)


_READ = {User: "u", Appointment: "a", Post: "p", Unit: "n"}
_NAMES = {model: [each.attname for each in model._meta.concrete_fields] for model in _READ}
_ASK = f"""
    SELECT s.session_data, {", ".join(_columns(model, alias) for model, alias in _READ.items())}
    FROM {LoginSession._meta.db_table} s
    LEFT JOIN {User._meta.db_table} u ON u.id = s.user_id AND u.is_active
    LEFT JOIN {Appointment._meta.db_table} a
        ON a.user_id = u.id AND a.valid_from <= %(day)s AND (a.valid_to IS NULL OR a.valid_to > %(day)s)
    LEFT JOIN {Post._meta.db_table} p ON p.id = a.post_id
    LEFT JOIN {Unit._meta.db_table} n ON n.id = a.unit_id
    WHERE s.session_key = %(key)s AND s.expire_date > %(now)s
    ORDER BY a.path, a.id"""


def read_asker(session_key: str) -> Asker | None:
    """Whose session a key is of, with the seats of today (as `seats.seats_of`); None where it has ended."""
    rows = read_whole_province(_ASK, {"key": session_key, "now": timezone.now(), "day": timezone.localdate()})
    if not rows:
        return None
    users, appointments, posts, units = zip(*(_instances(row[1:]) for row in rows), strict=True)
    seats = [seat for seat in appointments if seat is not None]
    for seat, post, unit in zip(seats, posts, units, strict=False):
        seat.user, seat.post, seat.unit = users[0], post, unit
    return Asker(rows[0][0], users[0], seats)


def _instances(values: tuple[Any, ...]) -> list[Any]:
    """A row's account, appointment, post and unit, each None where the join found none."""
    found, start = [], 0
    for model, names in _NAMES.items():
        own = values[start : start + len(names)]
        start += len(names)
        is_there = own[names.index("id")] is not None
        found.append(model.from_db(DEFAULT_DB_ALIAS, names, own) if is_there else None)
    return found


class SessionStore(db.SessionStore):
    """Django's sessions of the database, which bring along who asks."""

    asker: Asker | None = None

    @classmethod
    def get_model_class(cls) -> type[LoginSession]:
        """The table that knows the account."""
        return LoginSession

    def create_model_instance(self, data: dict[str, Any]) -> LoginSession:
        """The row to be saved: its account is the one that is logged in."""
        row = cast(LoginSession, super().create_model_instance(data))
        row.user_id = data.get(SESSION_KEY)
        return row

    def load(self) -> dict[str, Any]:
        """What stands in the session; `asker` is read with it. Nothing where it has ended."""
        self.asker = read_asker(self.session_key or "")
        if self.asker is None:
            self._session_key = None
            return {}
        return self.decode(self.asker.session_data)


def forget_ended(today: date) -> None:
    """Delete the sessions that nobody logged out of and whose time is over."""
    SessionStore.clear_expired()


class AskerMiddleware(AuthenticationMiddleware):
    """`request.user` as its session has brought it."""

    def process_request(self, request: HttpRequest) -> None:
        """Put the account on the request; it is read when it is first asked for."""
        request.user = cast(User, SimpleLazyObject(partial(user_of, request)))


def user_of(request: HttpRequest) -> User | AnonymousUser:
    """The account of a request's session. A session from before the account's present password is ended, as in
    `django.contrib.auth.get_user`."""
    session = cast(SessionStore, request.session)
    known = session.get(SESSION_KEY)
    user = session.asker.user if session.asker else None
    if user is None or str(user.pk) != known:
        return AnonymousUser()
    if not constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash()):
        session.flush()
        return AnonymousUser()
    return user
