"""Progress of work whose transaction is still open: written by a connection of its own, seen at once."""

import logging
import time
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection, models

from fpa.core.database import connect
from fpa.core.visibility import ROOT_PATH, upper_bound

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.5
_SCOPE = (
    "SELECT set_config('fpa.scope_lo', %s, true), set_config('fpa.scope_hi', %s, true),"
    " set_config('statement_timeout', %s, true)"
)
WAIT_SECONDS = 10.0
"""How long the row is waited for: somebody else may hold it. It is no limit of the work's."""
_SAY = "UPDATE {} SET words = %s, done = %s WHERE id = %s RETURNING 1"
_BEGIN = "UPDATE {} SET attempts = attempts + 1 WHERE id = %s RETURNING attempts"


class Progress:
    """Says how far a job is: a row with `words`, `done` and `attempts`. The work must not write the row before its own
    end, or it would wait for itself."""

    def __init__(self, job: models.Model) -> None:
        self.job = job
        self.table = job._meta.db_table
        self.said_at = 0.0
        self.connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> Self:
        self.connection = connect(connection.settings_dict)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.connection is not None:
            self.connection.close()

    def begin(self) -> int:
        """Count a start of the work; returns how many there were. A job that kills its worker is not tried for ever.

        Raises psycopg.OperationalError where the row is held by somebody else for too long: the work is begun later.
        """
        try:
            row = self._execute(_BEGIN.format(self.table), [self.job.pk])
        except psycopg.errors.QueryCanceled as error:
            raise psycopg.OperationalError(f"{self.table} {self.job.pk} is held by somebody else") from error
        return row[0] if row else 1

    def say(self, words: str, done: int = 0, *, now: bool = False) -> None:
        """Put words and the number of rows done on the job, at most every EVERY_SECONDS unless `now`. Words that
        can't be put there in time are left out: the work goes on."""
        if now or time.monotonic() - self.said_at >= EVERY_SECONDS:
            try:
                self._execute(_SAY.format(self.table), [words, done, self.job.pk])
            except psycopg.errors.QueryCanceled:
                log.warning("%s %s：进度没有写上（记录被占用），工作照常进行", self.table, self.job.pk)
            self.said_at = time.monotonic()

    def _execute(self, statement: str, values: list[Any]) -> Any:
        if self.connection is None:
            return None
        with self.connection.transaction():
            limit = str(round(WAIT_SECONDS * 1000))
            self.connection.execute(_SCOPE, [ROOT_PATH, upper_bound(ROOT_PATH), limit])
            return self.connection.execute(statement, values).fetchone()
