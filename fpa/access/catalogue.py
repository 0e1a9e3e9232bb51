"""What the database's catalogue says of guards: policies, switches and privileges, as they are now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Policy = tuple[str, str, str, str | None, str | None]
"""Name, `PERMISSIVE` and roles in one word, command, USING and WITH CHECK as the database writes them."""

_POLICIES = """
    SELECT tablename, policyname, permissive || ' ' || roles::text, cmd, qual, with_check
    FROM pg_policies WHERE schemaname = {schema}
"""
_SWITCHES = """
    SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p')
"""
# What the application's role holds, by itself or as everybody (0), on a table or on one of its columns.
_GRANTS = """
    SELECT relname, privilege_type, grantee = 0 FROM pg_class, aclexplode(relacl)
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p')
      AND grantee IN (0, %(role)s::regrole)
    UNION ALL
    SELECT relname, privilege_type || ' of columns', grantee = 0
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid, aclexplode(attacl)
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p')
      AND grantee IN (0, %(role)s::regrole)
"""


@dataclass
class Guards:
    """The guards of one table."""

    policies: set[Policy] = field(default_factory=set)
    switches: tuple[bool, bool] = (False, False)
    granted: set[str] = field(default_factory=set)
    granted_to_all: set[str] = field(default_factory=set)


def read_guards(cursor: Any, role: str) -> Mapping[str, Guards]:
    """The guards of every table of the schema, by its name."""
    found: defaultdict[str, Guards] = defaultdict(Guards)
    cursor.execute(_POLICIES.format(schema="current_schema()"))
    for table, *policy in cursor.fetchall():
        found[table].policies.add(tuple(policy))
    cursor.execute(_SWITCHES)
    for table, *switches in cursor.fetchall():
        found[table].switches = tuple(switches)
    cursor.execute(_GRANTS, {"role": role})
    for table, verb, is_to_all in cursor.fetchall():
        (found[table].granted_to_all if is_to_all else found[table].granted).add(verb)
    return found


def as_written(cursor: Any, table: str, statements: Mapping[str, str]) -> set[Policy]:
    """How the database itself writes the policies that `statements` (name → what follows `ON table`) would make on a
    table: tried on an empty temporary one of the same columns, so that no lock is taken on the table."""
    cursor.execute(f"CREATE TEMPORARY TABLE guard_probe (LIKE {table})")
    try:
        for name, rest in statements.items():
            cursor.execute(f"CREATE POLICY {name} ON guard_probe {rest}")
        cursor.execute(_POLICIES.format(schema="pg_my_temp_schema()::regnamespace::text"))
        return {tuple(policy) for _, *policy in cursor.fetchall()}
    finally:
        cursor.execute("DROP TABLE guard_probe")
