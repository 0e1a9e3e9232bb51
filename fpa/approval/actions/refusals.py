"""Why a write of approval is refused: the message says the rule and the way out, in Chinese."""

from fpa.approval.steps import CannotPublish
from fpa.core.refusals import Refusal

__all__ = ["TWO_PERSONS", "CannotDecide", "CannotPublish"]

TWO_PERSONS = "这件事项由您本人上报，按双人复核的规定，请由本单位另一位同事审核。"


class CannotDecide(Refusal):
    """The case does not allow this decision now, or not by this seat; the message says why, in Chinese."""
