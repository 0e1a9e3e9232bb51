"""The process's key ring, read once from the file outside the database that the settings name."""

from functools import cache

from django.conf import settings

from fpa.core.crypto import Keyring


@cache
def keyring() -> Keyring:
    """The ring of this installation. Raises `BadKeyring` where the file is missing or damaged."""
    return Keyring.load(settings.KEYRING_FILE)
