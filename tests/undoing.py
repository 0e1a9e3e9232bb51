"""Trying something, and leaving the database as it was."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """Undo what the block wrote, in a transaction or a savepoint of its own."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
