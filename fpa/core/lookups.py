"""Query lookups that PostgreSQL can answer from an index under row-level security."""

from typing import Any

from django.db.models import CharField, Lookup


@CharField.register_lookup
class StartsWith(Lookup):
    """`name__prefix="张"`: PostgreSQL's `^@`, which uses the index of a column with COLLATE "C" below a policy.

    LIKE does not, since it is not leakproof (design §9). Nothing in the text is a wildcard.
    """

    lookup_name = "prefix"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """`column ^@ text`, both as Django gives them."""
        column, column_params = self.process_lhs(compiler, connection)
        text, text_params = self.process_rhs(compiler, connection)
        return f"{column} ^@ {text}", (*column_params, *text_params)
