"""Pages of one's own login: in, out, from which seat, and the password."""

from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from fpa.access import actions
from fpa.access.forms import ChangePasswordForm, LoginForm
from fpa.access.models import Appointment, User
from fpa.access.scope import whole_province
from fpa.access.seats import SESSION_KEY, seated, seats_of
from fpa.access.sign_in import (
    CannotLogIn,
    LockedOut,
    WrongPassword,
    actor_of,
    confirm_password,
    log_in,
)
from fpa.audit.record import record
from fpa.core.addresses import own_address
from fpa.core.once import needs_key
from fpa.core.unsent import Unsent, unsent_from
from fpa.core.views import ENDED


@login_not_required
@sensitive_post_parameters("password")
@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Log in; who has several seats chooses one next."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = LoginForm(request.POST or None)
    user = _signed_in(request, form)
    return _after_login(request, user) if user else login_page(request, form)


@login_not_required
@sensitive_post_parameters("password")
@never_cache
def login_again(request: HttpRequest) -> HttpResponse:
    """Log in over a page whose session has ended (`js/login_again.js`). The answer names a token for the page's forms;
    it is empty where the page is another's, from a seat that is not theirs, and the form again where it was refused."""
    form = LoginForm(request.POST or None)
    user = _signed_in(request, form)
    if user is None:
        shown = {"form": form, "title": "重新登录", "action": request.path}
        return render(request, "access/login_again.html", shown)
    seat = next((seat for seat in seats_of(user) if str(seat.post_id) == request.POST.get("post")), None)
    if seat is None:
        return HttpResponse()
    request.session[SESSION_KEY] = seat.pk
    return HttpResponse(headers={"X-CSRFToken": get_token(request)})


def _signed_in(request: HttpRequest, form: LoginForm) -> User | None:
    """Who has just logged in by the form; None where nobody has, and the form says why, if it was sent."""
    if request.method != "POST" or not form.is_valid():
        return None
    name, password = form.cleaned_data["username"], form.cleaned_data["password"]
    try:
        user = log_in(username=name, password=password, ip=_ip(request))
    except CannotLogIn as refusal:
        form.add_error(None, str(refusal))
        return None
    auth.login(request, user)  # cycles the session's key
    return user


def login_page(request: HttpRequest, form: LoginForm, unsent: Unsent | None = None) -> HttpResponse:
    """The page of a login: at its own address, or in the place of a page whose post came without a session."""
    shown = {"form": form, "title": "登录"}
    if unsent:
        form.initial["unsent"] = unsent.as_text()
        shown["action"] = reverse("login", query={"next": unsent.address})
    return render(request, "access/login.html", shown, status=ENDED if unsent else None)


def _after_login(request: HttpRequest, user: User) -> HttpResponse:
    wanted, seats = _next(request), seats_of(user)
    if len(seats) == 1:
        return _go_on(request)
    unsent = unsent_from(request.POST.get("unsent", ""), wanted)
    if unsent:
        shown = {"title": "选择岗位", "seats": seats, "next": wanted, "unsent": unsent}
        return render(request, "access/choose_seat.html", shown)
    return HttpResponseRedirect(reverse("choose_seat", query={"next": wanted}))


def _go_on(request: HttpRequest) -> HttpResponse:
    """To where one wanted; with answers that were held up, by a page that sends them back to their form."""
    wanted = _next(request)
    unsent = unsent_from(request.POST.get("unsent", ""), wanted)
    return (
        render(request, "access/resume.html", {"unsent": unsent}) if unsent else HttpResponseRedirect(wanted)
    )


@require_POST
def logout(request: HttpRequest) -> HttpResponse:
    """Log out; the session is forgotten."""
    _record_own("user.logged_out", request)
    auth.logout(request)
    messages.success(request, "您已退出登录。")
    return redirect("login")


@require_GET
def choose_seat(request: HttpRequest) -> HttpResponse:
    """The seats to work from today; who has none is told so plainly."""
    shown = {"title": "选择岗位", "seats": seated(request).seats, "next": _next(request)}
    return render(request, "access/choose_seat.html", shown)


@require_POST
def switch_seat(request: HttpRequest) -> HttpResponse:
    """Work from another of one's own seats; anyone else's does not exist."""
    seat = _own_seat(request, request.POST.get("seat", ""))
    request.session[SESSION_KEY] = seat.pk
    _record_own("user.seat_switched", request, seat)
    messages.success(request, f"当前岗位：{seat.unit.association}，{seat.post.title}。")
    return _go_on(request)


def _own_seat(request: HttpRequest, wanted: str) -> Appointment:
    for seat in seated(request).seats:
        if str(seat.pk) == wanted:
            return seat
    raise Http404("您今天没有这个岗位，请刷新页面后重新选择。")


@needs_key
@sensitive_post_parameters("current", "password", "repeated")
def change_password(request: HttpRequest) -> HttpResponse:
    """Choose a new password; sessions elsewhere end, this one goes on. Too many wrong guesses of the old end it."""
    user = _user(request)
    form = ChangePasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            return _change_password(request, user, form.cleaned_data)
        except WrongPassword as refusal:
            form.add_error("current", str(refusal))
        except LockedOut as refusal:
            auth.logout(request)
            messages.error(request, str(refusal))
            return redirect("login")
    return render(request, "access/change_password.html", {"form": form, "title": "修改密码"})


def _change_password(request: HttpRequest, user: User, answers: dict[str, str]) -> HttpResponse:
    confirm_password(user=user, password=answers["current"], ip=_ip(request))
    by = actor_of(user, _ip(request), seat=request.session.get(SESSION_KEY))
    actions.change_password(user=user, password=answers["password"], by=by)
    auth.update_session_auth_hash(request, user)
    messages.success(request, "密码已修改，其他设备上的登录已退出。")
    return redirect("home")


def _record_own(verb: str, request: HttpRequest, seat: Appointment | None = None) -> None:
    """Record what someone did with their own login, in whatever scope they are."""
    user = _user(request)
    wanted = seat.pk if seat else request.session.get(SESSION_KEY)
    with whole_province():
        record(verb, user, by=actor_of(user, _ip(request), seat=wanted))


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the login middleware has seen to it
    return request.user


def _ip(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None


def _next(request: HttpRequest) -> str:
    """Where one wanted to go: an address of ours, else home."""
    return own_address(request.POST.get("next", request.GET.get("next", "")), reverse("home"))
