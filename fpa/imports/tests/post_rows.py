"""How a post's title is read: apart from the kind itself, since helper processes have no models."""

from fpa.imports.columns import BadCell, Text, normalise

__all__ = ["Title", "normalise"]


class Title(Text):
    """A title; 站长 is not allowed."""

    def value(self, cell, today) -> str:
        title = super().value(cell, today)
        if title == "站长":
            raise BadCell("没有这样的岗位")
        return title
