"""What the work of one import may cost the database."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DatabaseError
from psycopg.errors import QueryCanceled

from fpa.core.limits import limited, ran_out_of_time
from fpa.imports.actions import CannotImport

_TOO_LONG = (
    "数据库处理这个文件时有一步超过了 {seconds:g} 秒的上限，已停止，没有写入任何数据。"
    "请把文件分成几个后重新上传；仍不行请联系系统管理员。"
)


@contextmanager
def limited_statements() -> Iterator[None]:
    """Give every statement of this transaction IMPORT_STATEMENT_SECONDS, so that no file keeps the database for hours.

    Raises CannotImport where one took longer: nothing of the transaction stays.
    """
    try:
        with limited(settings.IMPORT_STATEMENT_SECONDS):
            yield
    except (DatabaseError, QueryCanceled) as error:
        if not ran_out_of_time(error):
            raise
        raise CannotImport(too_long()) from error


def too_long() -> str:
    """What is said of an import whose statement took longer than it may."""
    return _TOO_LONG.format(seconds=settings.IMPORT_STATEMENT_SECONDS)
