"""Pages that belong to no module: what went wrong and the way out, and the elder mode."""

from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.views.decorators.http import require_POST

from fpa.core.addresses import own_address
from fpa.core.htmx import htmx_of
from fpa.core.middleware import request_id
from fpa.core.unsent import unsent_of

ELDER_COOKIE = "elder"
_YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Fault:
    """What an error page says: its code, what happened, what to do now."""

    code: int
    happened: str
    way_out: str


BAD_REQUEST = Fault(400, "浏览器送来的内容不完整或者不合规矩", "请返回上一页，刷新后重新填写。")
FORBIDDEN = Fault(403, "您的岗位没有办理这项业务的权限", "如确需办理，请联系本单位系统管理员调整岗位。")
NOT_FOUND = Fault(
    404, "没有找到这个页面或这条记录", "它可能已经移走，或者不在您的管理范围内。请核对网址，或者从首页进入。"
)
NOT_THIS_WAY = Fault(
    405,
    "这个网址不能这样打开",
    "没有办理任何事项。请回到原来的页面，用页面上的按钮办理，不要直接打开这个网址；也可以从首页进入。",
)
KEYLESS = Fault(
    400,
    "这一步没有办理：送来的内容里没有防止重复办理的编号",
    "没有保存任何内容。请返回上一页，刷新后重新办理。",
)
STALE = Fault(
    403,
    "这个页面打开得太久，已经失效",
    "没有提交任何内容。请重新打开要办的页面；如仍不行，请重新登录。",
)
BROKEN = Fault(
    500,
    "系统出了问题，这一次没有办成",
    "您提交的内容没有保存。请稍后再试；仍不行，请把下面的编号告诉系统管理员。",
)
TOO_LONG = Fault(
    503,
    "这一次要做的事太多，系统没能及时做完，已经停下",
    "没有保存任何内容，别人不受影响。请缩小范围（例如选一个县、一段时间）再试；一次要办很多的，请分几次办；"
    "正好有人在批量办理时，过几分钟再试。仍不行，请把下面的编号告诉系统管理员。",
)
ENDED = 401
"""Of a request whose session has ended; htmx is told by it alone (`js/login_again.js`)."""
RETRY_AFTER = 60
"""Seconds."""


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return _page(BAD_REQUEST)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403, in the words of who refused."""
    return _page(FORBIDDEN, _own_words(exception), request)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404, in the words of who looked; an address that no page has gets the usual ones."""
    return _page(NOT_FOUND, _own_words(exception))


def not_this_way(answer: HttpResponse) -> HttpResponse:
    """Give a bare 405 the page that it has none of; Django has no handler of ours for it."""
    answer.content = _words(NOT_THIS_WAY)
    return answer


def keyless(request: HttpRequest) -> HttpResponse:
    """Answer a post that could be done twice (`core.once`): a page, or for htmx the words that `app.js` shows."""
    if htmx_of(request):
        said = f"{KEYLESS.happened}。{KEYLESS.way_out}"
        return HttpResponse(said, content_type="text/plain; charset=utf-8", status=KEYLESS.code)
    return _page(KEYLESS, "", request)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose token is missing or old (settings.CSRF_FAILURE_VIEW)."""
    return HttpResponse(status=ENDED) if htmx_of(request) else _page(STALE, "", request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching database or session: either may be what broke."""
    return _page(BROKEN)


def took_too_long(request: HttpRequest) -> HttpResponse:
    """Answer a request whose statement reached its time limit; nothing of it was kept."""
    answer = _page(TOO_LONG, "", request)
    answer["Retry-After"] = str(RETRY_AFTER)
    return answer


def _own_words(exception: Exception) -> str:
    """The exception's message where it was written for people, that is in Chinese."""
    said = exception.args[0] if exception.args else ""
    return said if isinstance(said, str) and any("一" <= c <= "鿿" for c in said) else ""


def _page(fault: Fault, own_words: str = "", request: HttpRequest | None = None) -> HttpResponse:
    """The page of a fault; with the answers of the request's post, where it had some, to go back to their form."""
    return HttpResponse(_words(fault, own_words, request), status=fault.code)


def _words(fault: Fault, own_words: str = "", request: HttpRequest | None = None) -> str:
    context = {"fault": fault, "own_words": own_words, "request_id": request_id.get()}
    unsent = unsent_of(request) if request else None
    if request and unsent:
        context |= {"unsent": unsent, "csrf_token": get_token(request)}
    return render_to_string("error.html", context)


@login_not_required
@require_POST
def set_elder_mode(request: HttpRequest) -> HttpResponse:
    """Switch large print on or off for this browser, and go back to where one was."""
    response = HttpResponseRedirect(own_address(request.POST.get("next", ""), "/"))
    if request.POST.get("elder") == "on":
        response.set_cookie(
            ELDER_COOKIE, "1", max_age=_YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    else:
        response.delete_cookie(ELDER_COOKIE, samesite="Lax")
    return response
