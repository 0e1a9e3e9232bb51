"""Options that come from the registers' dictionaries, kept for half a minute: they are asked for at every value."""

from django.core.cache import cache
from django.utils import timezone

from fpa.registers import queries

KEPT_SECONDS = 30


def choices(code: str) -> list[tuple[str, str]]:
    """Value and word of the entries that may be chosen today, in order."""
    today = timezone.localdate()
    key = f"dictionary-choices:{code}:{today}"
    return cache.get_or_set(key, lambda: queries.choices(code, today), KEPT_SECONDS) or []


def labels(code: str) -> dict[str, str]:
    """The words of all entries that a dictionary ever had."""
    return cache.get_or_set(f"dictionary-labels:{code}", lambda: queries.labels(code), KEPT_SECONDS) or {}
