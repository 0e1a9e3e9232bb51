"""What a module declares to have its records imported; everything else about an import is written once, in this app.

An importer lives in its module's `importing.py`, which is found when the platform starts. Its `normalise` runs in
other processes, so it is a plain function of a module that needs no models.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.urls import reverse

from fpa.access.models import Level, Unit
from fpa.core.actor import Actor
from fpa.core.sheets.header import Field
from fpa.core.visibility import upper_bound
from fpa.imports.copy_lines import Normalise
from fpa.imports.forbidden import is_forbidden
from fpa.imports.models import ImportRow, Job
from fpa.pages.progress import Progress


@dataclass(frozen=True)
class UnitFields:
    """Which fields of the file say where a row belongs: a code, and names from the higher level to the lower."""

    code: str
    names: tuple[str, ...]


class Importer(ABC):
    """One kind of record that can be imported. Subclasses declare; `fpa.imports` uploads, checks, previews, returns."""

    kind: str
    """A word for addresses, `fpa import KIND` and `Job.kind`."""
    label: str
    """What is imported, as people say it: 会员."""
    measure: str
    """What counts them: 人."""
    permission: str
    verb: str
    """The audit verb of a finished import, in full: member.imported."""
    levels: tuple[int, ...] = (Level.VILLAGE,)
    """Of which levels the units are that rows belong to."""
    parent: "Parent | None" = None
    """What the rows go into, where they go into something."""
    fields: tuple[Field, ...]
    units: ClassVar[UnitFields]
    key_field: str
    """The field by which duplicates within the file are found."""
    is_key_within_unit: bool = False
    """Whether another unit's rows may have the same key."""
    defaults: tuple[str, ...]
    """What is taken where a new record's cell is blank, in sentences for the preview and the confirmation."""
    template: dict[str, str]
    """The fields of the empty table that is offered, each with how it is filled in."""
    subject_keys: tuple[str, ...]
    """What of a row's data `subject` reads: rejected rows keep it when the import is done."""

    @property
    @abstractmethod
    def judge(self) -> str:
        """SQL over the relation `staged` (the rows without faults, duplicates left out) that gives the same columns
        and outcome, field, reason, changes. `%(lo)s`, `%(hi)s` bound what the person importing may see."""

    @property
    def judge_values(self) -> Mapping[str, Any]:
        """Further parameters of `judge`."""
        return {}

    @property
    def fill_down(self) -> tuple[str, ...]:
        """Keys whose blank cells take the value above: the unit's columns, which offices merge."""
        return (self.units.code, *self.units.names)

    @property
    @abstractmethod
    def normalise(self) -> Normalise:
        """The function that brings rows into canonical form; it is named to helper processes."""

    @abstractmethod
    def context(self) -> Any:
        """What `normalise` needs beside the rows; it is pickled."""

    @abstractmethod
    def apply(self, job: Job, by: Actor, progress: Progress) -> None:
        """Write the staged rows with outcome new or changed, set-based, in the caller's transaction over everything;
        say between statements how far it is.

        Rows that the database no longer takes as judged become rejected; raises `Raced` where that was only seen
        while writing: the caller starts again.
        """

    @abstractmethod
    def list_url(self, unit: Unit) -> str:
        """Where the imported records are to be seen."""

    @abstractmethod
    def unit_field(self, within: str) -> forms.Field:
        """The form field that gives a unit at or below the path `within`."""

    @abstractmethod
    def subject(self, row: ImportRow) -> str:
        """What a preview calls a row: masked."""

    @abstractmethod
    def changes_in_words(self, row: ImportRow) -> str:
        """What becomes of the record: 会员类别：普通会员 → 骨干会员."""

    def label_of(self, key: str) -> str:
        """The proper name of a field."""
        return next((field.label for field in self.fields if field.key == key), key)

    @property
    def url(self) -> str:
        """The upload page."""
        return reverse(f"import_{self.kind}")


@dataclass(frozen=True)
class Parent:
    """What the rows of an import go into: a session, a batch, a form. It is chosen at the upload, and locked by each
    step: whoever closes it meanwhile waits, or the import finds it closed."""

    model: type[Model]
    field: str
    """The foreign key of the imported model."""
    label: str
    permission: str
    """The right that its rows may be written by, beside the import's own."""
    why_not: Callable[[Any], str] = lambda row: ""
    """Why nothing may be added to it now, in Chinese; an empty string where it may."""

    def find(self, pk: str, by: Actor, *, lock: bool) -> Any:
        """The row, in the actor's range. Raises LookupError with the reason where nothing may go into it."""
        rows = self.model._default_manager.filter(path__gte=by.path, path__lt=upper_bound(by.path))
        rows = rows.select_for_update() if lock else rows
        try:
            row = rows.filter(pk=pk).first() if by.may(self.permission) else None
        except (ValidationError, ValueError):
            row = None
        if row is None:
            raise LookupError(f"没有这个{self.label}，或您不能往里导入。请从{self.label}的页面重新进入。")
        if reason := self.why_not(row):
            raise LookupError(reason)
        return row


class Raced(Exception):
    """Somebody else wrote the same records while an import did; nothing was written, start again."""


_IMPORTERS: dict[str, Importer] = {}


def register(importer: Importer) -> None:
    """Make a kind known. Raises ValueError for a kind that is taken, or that asks for what must not be collected."""
    if importer.kind in _IMPORTERS:
        raise ValueError(f"two importers for {importer.kind!r}")
    asked = [
        name for field in importer.fields for name in (field.label, *field.aliases) if is_forbidden(name)
    ]
    if asked:
        raise ValueError(f"{importer.kind!r} asks for what the platform must not hold: {asked}")
    _IMPORTERS[importer.kind] = importer


def importers() -> list[Importer]:
    """All kinds that can be imported."""
    return list(_IMPORTERS.values())


def importer_of(kind: str) -> Importer:
    """The importer of a kind. Raises LookupError."""
    return _IMPORTERS[kind]
