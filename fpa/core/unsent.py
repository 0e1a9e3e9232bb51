"""Answers of a post that was not taken: the session had ended, the page's token was old, the seat had lost the right.

They go back to who typed them within the page that says so, and from there to their form, where they wait to be sent
anew (ux.md: nothing typed is lost). Neither the platform nor the browser stores them meanwhile.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import HttpRequest

from fpa.core.htmx import htmx_of

RESUMED = "resumed"
"""The field of a post that brings answers back to their form. It carries no key, so nothing is done by it."""
BROUGHT_BACK = "您填的内容还在，请核对后再提交。附件要重新选。"
LONGEST = 200_000
"""Characters; more is no form that a person fills in."""
LEFT_OUT = frozenset(
    {
        "csrfmiddlewaretoken",
        "once",
        "confirmed",
        "change",
        "password",
        "current",
        "repeated",
        "unsent",
        RESUMED,
    }
)
"""What a page gives its form anew, and passwords: these are typed again. `js/forms.js` leaves out the same."""


@dataclass(frozen=True)
class Unsent:
    """Where the answers belong, and the answers in order as (field, value)."""

    address: str
    answers: list[tuple[str, str]]

    def as_text(self) -> str:
        """The answers in one field of a form."""
        return urlencode(self.answers)


def brought_back(request: HttpRequest) -> str:
    """What to say of a form whose answers have come back, by what has held them up."""
    why = "登录已超时" if request.POST.get(RESUMED) == "login" else "刚才没有提交"
    return f"{why}，{BROUGHT_BACK}"


def unsent_of(request: HttpRequest) -> Unsent | None:
    """What a post would have sent. None for other requests, htmx's, posts from other sites, too long or empty ones."""
    if request.method != "POST" or htmx_of(request) or not _is_from_here(request):
        return None
    return _unsent(
        request.get_full_path(), [(name, value) for name, values in request.POST.lists() for value in values]
    )


def unsent_from(text: str, address: str) -> Unsent | None:
    """Answers that a page has carried on as `Unsent.as_text`; None where there are none."""
    return _unsent(address, parse_qsl(text, keep_blank_values=True)) if len(text) <= LONGEST else None


def _unsent(address: str, answers: list[tuple[str, str]]) -> Unsent | None:
    kept = Unsent(address, [(name, value) for name, value in answers if name not in LEFT_OUT])
    return kept if kept.answers and len(kept.as_text()) <= LONGEST else None


def _is_from_here(request: HttpRequest) -> bool:
    """Whether a page of ours sent it: no other site puts words into a form and calls them the person's own."""
    return urlsplit(request.headers.get("Origin", "")).netloc == request.get_host()
