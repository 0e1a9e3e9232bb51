"""What an action says where it does not do what was asked."""


class Refusal(Exception):
    """Base of every reason not to act: the message, in plain Chinese, names the thing, the rule and the way out.

    A form's flow puts any refusal on the form, with every answer kept; so none becomes an error page.
    `way` is the address of the page on which it can be mended, where there is one for who asks: the message leads
    there.
    """

    def __init__(self, message: str = "", *, way: str = "") -> None:
        super().__init__(message)
        self.way = way
