"""What an action says where it does not do what was asked."""


class Refusal(Exception):
    """Base of every reason not to act: the message, in plain Chinese, names the thing, the rule and the way out.

    A form's flow puts any refusal on the form, with every answer kept; so none becomes an error page.
    """
