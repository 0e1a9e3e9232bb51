"""What can be wrong with an expression; the messages are plain Chinese, fit for a form."""


class ExpressionError(ValueError):
    """The only kind of error that expressions raise."""


class BadExpression(ExpressionError):
    """It can't be written so: syntax, an unknown name, too long or too deep."""


class CannotEvaluate(ExpressionError):
    """It can't be worked out with these values: text where a number is wanted, a number out of bounds."""
