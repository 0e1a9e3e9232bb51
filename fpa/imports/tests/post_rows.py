"""Rows of posts in canonical form: apart from the kind itself, since helper processes have no models."""

from fpa.imports.copy_lines import Fault, Normal


def normalise(records, context) -> list[Normal]:
    """A title is its own key; 站长 is not allowed."""
    return [_normal(str(record.values["title"] or ""), context) for record in records]


def _normal(title, context) -> Normal:
    faults = [Fault("title", "没有这样的岗位")] if title == "站长" else []
    return Normal(title.encode() or None, {"title": title, "role": context}, faults)
