"""Why a write of approval is refused: the message says the rule and the way out, in Chinese."""

from fpa.approval.steps import CannotPublish

__all__ = ["CannotDecide", "CannotOpen", "CannotPublish", "CannotReply", "CannotSettle"]


class CannotDecide(Exception):
    """The case does not allow this decision now, or not by this seat; the message says why, in Chinese."""


class CannotOpen(Exception):
    """A thread can't be opened so."""


class CannotReply(Exception):
    """The thread takes no reply."""


class CannotSettle(Exception):
    """The thread can't be settled by this seat, or is settled already."""
