"""Time limits of statements: nothing that one request or one job asks of the database may stop the others.

A limit holds for each statement, waiting for locks included, until its transaction ends. Requests have theirs from the
settings; a job sets its own by `limited`, which for most is that of the settings (`limited_job`). What sets none at all
ends by what the application's role begins with (`core.database`).
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError, connection
from psycopg.errors import IdleInTransactionSessionTimeout, QueryCanceled

log = logging.getLogger(__name__)

_SET = "SELECT set_config('statement_timeout', %s, true), set_config('idle_in_transaction_session_timeout', %s, true)"
_PRESENT = "SELECT current_setting('statement_timeout')"
_SET_STATEMENT = "SELECT set_config('statement_timeout', %s, true)"


def set_limits(statement_seconds: float, idle_seconds: float) -> None:
    """Limit the statements of this transaction, and how long it may stand open between two; 0 is no limit."""
    with connection.cursor() as cursor:
        cursor.execute(_SET, [_milliseconds(statement_seconds), _milliseconds(idle_seconds)])


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Let no statement of this block take longer; the limit of before holds again at its end. 0 is no limit.

    What takes longer raises OperationalError (`ran_out_of_time`). Raises RuntimeError outside a transaction, where the
    setting would be lost at once.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a time limit lives in a transaction; open one first")
    with connection.cursor() as cursor:
        cursor.execute(_PRESENT)
        before = cursor.fetchone()[0]
        cursor.execute(_SET_STATEMENT, [_milliseconds(seconds)])
    yield
    if not connection.needs_rollback:  # a transaction that is to be undone takes its limit along
        with connection.cursor() as cursor:
            cursor.execute(_SET_STATEMENT, [before])


@contextmanager
def limited_job(what: str) -> Iterator[None]:
    """Let no statement of a job take longer than JOB_STATEMENT_SECONDS; where one does, the platform's log names the
    job, and the error goes on to whoever ends the job or tries it again. Call it in the job's transaction."""
    seconds = settings.JOB_STATEMENT_SECONDS
    try:
        with limited(seconds):
            yield
    except Exception as error:
        if ran_out_of_time(error):
            log.error("%s：数据库有一步超过 %g 秒的上限，已停下，没有写入，下次再做", what, seconds)
        raise


def ran_out_of_time(error: BaseException) -> bool:
    """Whether an error of the database is that of a limit, and not of the query or the connection."""
    cause = error.__cause__ if isinstance(error, DatabaseError) else error
    return isinstance(cause, QueryCanceled | IdleInTransactionSessionTimeout)


def end_when_killed() -> None:
    """Have the database end this transaction within a second of this process's death, even amid a long statement."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL client_connection_check_interval = '1s'")


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))
