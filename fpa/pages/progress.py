"""Progress of work whose transaction is still open: written by a connection of its own, seen at once."""

import time
from types import TracebackType
from typing import Any, Self

import psycopg
from django.db import connection, models

from fpa.core.database import connect
from fpa.core.visibility import ROOT_PATH, upper_bound

EVERY_SECONDS = 0.5
_SCOPE = (
    "SELECT set_config('fpa.scope_lo', %s, true), set_config('fpa.scope_hi', %s, true),"
    " set_config('statement_timeout', '10s', true)"
)
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
        """Count a start of the work; returns how many there were. A job that kills its worker is not tried for ever."""
        row = self._execute(_BEGIN.format(self.table), [self.job.pk])
        return row[0] if row else 1

    def say(self, words: str, done: int = 0, *, now: bool = False) -> None:
        """Put words and the number of rows done on the job, at most every EVERY_SECONDS unless `now`."""
        if now or time.monotonic() - self.said_at >= EVERY_SECONDS:
            self._execute(_SAY.format(self.table), [words, done, self.job.pk])
            self.said_at = time.monotonic()

    def _execute(self, statement: str, values: list[Any]) -> Any:
        if self.connection is None:
            return None
        with self.connection.transaction():
            self.connection.execute(_SCOPE, [ROOT_PATH, upper_bound(ROOT_PATH)])
            return self.connection.execute(statement, values).fetchone()
