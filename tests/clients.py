"""The client that tests post with: as every page of the platform does, it sends a key with each form."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.test import Client

from fpa.core.once import FIELD


class KeyedClient(Client):
    """A client whose posted forms carry a fresh key each, unless the test gives one (`""` for none)."""

    def post(self, path: str, data: Any = None, *args: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        """Post as the page would. What is no form (a body with a content type of its own) goes as it is."""
        if data is None or isinstance(data, Mapping):
            data = {FIELD: str(uuid4()), **(data or {})}
        return super().post(path, data, *args, **kwargs)
