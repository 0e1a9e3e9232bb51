"""Waiting for what another process does: until it is so, or a deadline, never for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK_EVERY = 0.02


def wait_for(what: Callable[[], T], seconds: float = 30) -> T:
    """Ask until the answer is true and give it. Raises AssertionError with the last answer after so many seconds."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s; the last answer was {answer!r}")
        time.sleep(LOOK_EVERY)
    return answer
