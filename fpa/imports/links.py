"""Ways into imports, for the pages of other rooms."""

from typing import Any

from django.urls import reverse

from fpa.core.lists import Link


def paste_link(kind: str, parent: Any, label: str) -> Link:
    """The page on which rows are pasted into a record: the first thing to do from that record's page."""
    url = f"{reverse('paste_rows', args=[kind])}?parent={parent.pk}"
    return Link(label, url, "table", primary=True)
