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


@cache
def icon(name: str, label: str = "") -> SafeString:
    """An icon of the sprite; decoration without a label, an image with one. Kept, since a page has some thirty."""
    href = f"{static('icons.svg')}#{name}"
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}"><use href="{}"/></svg>', label, href)
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}"/></svg>', href)


def state(word: object, tone: str) -> SafeString:
    """A state: its tone's shape, then its word."""
    return format_html('<span class="state state-{}">{}{}</span>', tone, icon(SHAPES[tone]), word)
