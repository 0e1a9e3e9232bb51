"""Filters that every list of rows which stand at units has."""

from typing import Self

from django.db import models

from fpa.core.visibility import upper_bound


class ScopedQuerySet(models.QuerySet):
    """Filters of every list of rows that stand at units."""

    def under(self, path: str) -> Self:
        """Rows of the unit at `path` and of all units below it."""
        return self.filter(path__gte=path, path__lt=upper_bound(path))
