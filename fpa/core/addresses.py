"""Addresses that a request asks to be sent to: taken apart, and followed only within the site."""

import re
from urllib.parse import unquote, urlsplit

from django.urls import Resolver404, resolve

LONGEST = 2_000
_ROUNDS = 5
"""How often an address may be encoded; what is wrapped more often is no address of ours."""
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\ud800-\udfff]")
"""What browsers drop or read as `/`, and what would break a header's line."""


def own_address(wanted: str, otherwise: str) -> str:
    """`wanted` where it is the path of a page of ours, with its parameters; else `otherwise`.

    Nothing is mended: an address with a host, a scheme, a control character or a backslash, plain or encoded, however
    often, is not followed, nor is one that no page answers.
    """
    return wanted if _is_safe(wanted) and _is_answered(wanted) else otherwise


def _is_safe(wanted: str) -> bool:
    if len(wanted) > LONGEST:
        return False
    for _ in range(_ROUNDS):
        if not wanted.startswith("/") or wanted.startswith("//") or _UNSAFE.search(wanted):
            return False
        plain = unquote(wanted)
        if plain == wanted:
            return True
        wanted = plain
    return False


def _is_answered(wanted: str) -> bool:
    try:
        parts = urlsplit(wanted)
        resolve(unquote(parts.path))
    except (ValueError, Resolver404):
        return False
    return not parts.scheme and not parts.netloc
