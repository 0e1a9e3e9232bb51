"""Icons of the sprite, and states told by word and shape."""

from functools import cache

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

SHAPES = {
    "done": "circle-check",
    "waiting": "clock",
    "returned": "arrow-back-up",
    "wrong": "alert-triangle",
    "late": "clock-exclamation",
    "off": "circle-minus",
    "plain": "circle",
}
"""The shape of each tone, so that a status is told by word and shape before colour."""


def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decoration without a label, an image with one."""
    href = _href(name)
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


@cache
def _href(name: str) -> str:
    """Where an icon stands; kept, since a page has some thirty."""
    return f"{static('icons.svg')}#{name}"


def state(word: object, tone: str) -> SafeString:
    """A state: its tone's shape, then its word."""
    return format_html('<span class="state state-{}">{}{}</span>', tone, icon(SHAPES[tone]), word)
