"""Why a write of approval is refused: the message says the rule and the way out, in Chinese."""

from fpa.approval.steps import CannotPublish
from fpa.core.refusals import Refusal

__all__ = ["CannotDecide", "CannotPublish"]


class CannotDecide(Refusal):
    """The case does not allow this decision now, or not by this seat; the message says why, in Chinese."""
