"""The seat a person works from: one appointment at a time, chosen at login and switched in the shell."""

from collections.abc import Callable
from typing import TypeVar, cast

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from fpa.access.models import Appointment, User
from fpa.access.scope import whole_province
from fpa.core.actor import Actor
from fpa.core.middleware import request_id
from fpa.core.visibility import NOWHERE

SESSION_KEY = "seat"


def seats_of(user: User) -> list[Appointment]:
    """A user's appointments in force today, highest unit first. Read over all scopes: a person's own seats are
    theirs to know."""
    with whole_province(savepoint=False):  # every request reads them
        found = Appointment.objects.filter(user=user, user__is_active=True).on(timezone.localdate())
        return list(found.select_related("post", "unit"))


def choose_seat(seats: list[Appointment], wanted: int | None) -> Appointment | None:
    """The wanted seat where it is still held, else the first; None where there is none."""
    return next((s for s in seats if s.pk == wanted), seats[0] if seats else None)


def actor_in(seat: Appointment, user: User, ip: str | None = None) -> Actor:
    """Make the actor of a request or command from a seat."""
    return Actor(
        user_id=user.pk,
        name=user.name,
        post_id=seat.post_id,
        post_title=seat.post.title,
        unit_id=seat.unit_id,
        unit_name=seat.unit.association,
        path=seat.path,
        level=seat.unit.level,
        role=seat.post.role,
        permissions=seat.post.rights.permissions,
        ip=ip,
        request_id=request_id.get(),
    )


def actor_for(username: str) -> Actor:
    """The actor of a command line's `--by USER`, in that user's first seat.

    Raises User.DoesNotExist, and PermissionError where the user holds no post today.
    """
    user = User.objects.get(username=username, is_active=True)
    seat = choose_seat(seats_of(user), None)
    if seat is None:
        raise PermissionError(f"账号“{username}”今天没有任职，不能办理业务。")
    return actor_in(seat, user)


def guest_of(user: User, ip: str | None = None) -> Actor:
    """The actor of an account that works without a seat on what is granted to it by name: no unit, no right, and a
    path that no unit has, so that nothing counts as at or below it."""
    return Actor(user.pk, user.name, path=NOWHERE, level=0, role="guest", ip=ip, request_id=request_id.get())


V = TypeVar("V", bound=Callable[..., HttpResponse])


def open_without_seat(view: V) -> V:
    """Mark a view as one for every login, seat or not: it shows what is granted to the account by name."""
    view.__dict__["needs_seat"] = False
    return view


class SeatedRequest(HttpRequest):
    """A request with what `seat_request` puts on it; `actor` is None for the public and for who has no post today."""

    seats: list[Appointment]
    actor: Actor | None
    htmx: HtmxDetails


def seated(request: HttpRequest) -> SeatedRequest:
    """The same request, typed as the scope middleware has left it for every view and template."""
    return cast(SeatedRequest, request)


def seat_request(request: HttpRequest) -> SeatedRequest:
    """Put the user's seats and the actor of the chosen one on a request.

    The seats are those that the session has brought with its account (`fpa.access.sessions`), else they are read.
    """
    found, user = seated(request), request.user
    found.seats = _seats_for(request, user) if isinstance(user, User) else []
    seat = choose_seat(found.seats, request.session.get(SESSION_KEY))
    ip = request.META.get("REMOTE_ADDR") or None
    found.actor = actor_in(seat, user, ip) if seat and isinstance(user, User) else None
    return found


def _seats_for(request: HttpRequest, user: User) -> list[Appointment]:
    asker = getattr(request.session, "asker", None)
    return asker.seats if asker and asker.user == user else seats_of(user)
