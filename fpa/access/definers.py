"""Functions that run with their owner's rights, each listed with its reason in `exceptions`: there is one.

`move_paths` lets the rows of append-only tables follow their unit. The application itself may not update such a row:
the right to would also let it lock what nobody may change.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from fpa.core import locks

NAME = "move_paths(text, text)"

_BODY = """
DECLARE
    lo text COLLATE "C" := nullif(current_setting('fpa.scope_lo', true), '');
    hi text COLLATE "C" := nullif(current_setting('fpa.scope_hi', true), '');
    old_end text := left(old_path, -1) || '0';
    moved bigint := 0;
    here bigint;
BEGIN
    IF (old_path >= lo AND old_path < hi AND new_path >= lo AND new_path < hi) IS NOT TRUE THEN
        RAISE insufficient_privilege USING MESSAGE = 'move_paths: outside of the scope';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory' AND objsubid = 1
        AND classid = 0 AND objid = {lock} AND mode = 'ExclusiveLock' AND granted) THEN
        RAISE insufficient_privilege USING MESSAGE = 'move_paths: the tree is not locked';
    END IF;
    IF old_path !~ '^/([0-9]+/)+$' OR new_path !~ '^/([0-9]+/)+$'
        OR EXISTS (SELECT FROM access_unit WHERE path = old_path)
        OR NOT EXISTS (SELECT FROM access_unit WHERE path = new_path) THEN
        RAISE insufficient_privilege USING MESSAGE = 'move_paths: no unit has moved there';
    END IF;
{updates}
    RETURN moved;
END
"""
_UPDATE = """
    UPDATE {table} SET path = new_path || substr(path, length(old_path) + 1)
        WHERE path >= old_path AND path < old_end;
    GET DIAGNOSTICS here = ROW_COUNT;
    moved := moved + here;"""
_CREATE = """
    CREATE OR REPLACE FUNCTION move_paths(old_path text, new_path text) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = {schema}, pg_temp AS $body${body}$body$
"""
_PRESENT = """
    SELECT prosrc, prosecdef, proconfig::text[], pg_get_userbyid(proowner) = current_user,
        has_function_privilege(%(role)s, oid, 'EXECUTE'), has_function_privilege('public', oid, 'EXECUTE')
    FROM pg_proc WHERE proname = 'move_paths' AND pronamespace = quote_ident(current_schema())::regnamespace
"""


def move_paths(old_path: str, new_path: str) -> int:
    """Let the rows of append-only tables at and below a path follow the unit that has moved; returns how many did.

    Call it when the units themselves have moved, with the tree locked, in a scope over both places. Raises
    ProgrammingError where one of these does not hold.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT move_paths(%s, %s)", [old_path, new_path])
        return int(cursor.fetchone()[0])


def statements(cursor: Any, tables: Iterable[str], schema: str, role: str) -> list[str]:
    """What makes the function as it should be for these tables; nothing where it is."""
    updates = "".join(_UPDATE.format(table=connection.ops.quote_name(table)) for table in sorted(tables))
    body = _BODY.format(lock=locks.TREE, updates=updates)
    cursor.execute(_PRESENT, {"role": role})
    wanted = (body, True, [f"search_path={schema}, pg_temp"], True, True, False)
    if cursor.fetchall() == [wanted]:
        return []
    return [
        _CREATE.format(schema=schema, body=body),
        f"REVOKE ALL ON FUNCTION {NAME} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {NAME} TO {connection.ops.quote_name(role)}",
    ]
