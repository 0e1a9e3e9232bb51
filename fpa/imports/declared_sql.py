"""The statements of a declared import, made from its model, columns and key.

In all of them `s` is a staged row, `d` its values, `t` the record that its key finds, and the joins of the parts stand
between. Parameters: `job`, `path` and `path_hi` (the job's range), `lo` and `hi` (what the person importing may see),
`parent`, `today`, and what is given to new records.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import connection, models

from fpa.imports.columns import Column

if TYPE_CHECKING:
    from fpa.imports.declared import Import

MOVED = "检查之后这个单位的隶属关系有调整，请重新导入核对"
RACED = "检查之后这条记录有变动，请重新导入核对"
ELSEWHERE = "这条记录已由其他单位登记，不能在这里更改；有误的请联系共同的上级核对"
REPEATED = "与平台已有的另一条记录重复，请核对"
CONTRADICTION = "这一行各列之间互相矛盾，请对照后修改"

MARK_MOVED = f"""
    UPDATE imports_importrow AS s SET outcome = 'rejected', reason = '{MOVED}', changes = '{{}}'
    WHERE s.job_id = %(job)s AND s.outcome IN ('new', 'changed') AND NOT EXISTS (SELECT FROM access_unit AS u
        WHERE u.id = (s.data ->> 'unit_id')::bigint AND u.path = s.data ->> 'path' AND u.valid_to IS NULL)
"""
COUNT = "SELECT count(*) FROM imports_importrow WHERE job_id = %(job)s AND outcome = %(outcome)s"
_IN_RANGE = "path >= %(path)s AND path < %(path_hi)s"
_WAITING = "(SELECT * FROM imports_importrow WHERE job_id = %(job)s AND outcome IN ('new', 'changed'))"


class Rule(NamedTuple):
    """Why a row is rejected: SQL over s, d, t, the key of the column that it is about, the reason."""

    condition: str
    field: str
    reason: str


class Statements:
    """The SQL of one declared import."""

    def __init__(self, declared: "Import") -> None:
        self.declared = declared
        self.meta: Any = declared.model._meta
        self.table = _quoted(self.meta.db_table)
        self.pk = _quoted(str(self.meta.pk.column))
        self.columns = [part for part in declared.parts if isinstance(part, Column)]

    @cached_property
    def judge(self) -> str:
        """Rows of `staged` with outcome, field, reason and changes."""
        number = " ".join(f"WHEN {rule.condition} THEN {n}" for n, rule in enumerate(self.rules, 1))
        return f"""
    SELECT s.*, v.outcome, coalesce((%(rule_fields)s::text[])[v.rule], '') AS field,
        coalesce((%(rule_reasons)s::text[])[v.rule], '') AS reason,
        CASE WHEN v.outcome = 'changed' THEN v.changes ELSE '{{}}' END AS changes
    FROM (SELECT s.position, c.rule, c.changes, CASE WHEN c.rule IS NOT NULL THEN 'rejected'
            WHEN t.{self.pk} IS NULL THEN 'new' WHEN c.changes = '{{}}' THEN 'unchanged' ELSE 'changed' END AS outcome
            {self._source("staged")}
            CROSS JOIN LATERAL (SELECT CASE {number} END AS rule, {self._changes} AS changes) AS c) AS v
    JOIN staged AS s USING (position)"""

    def _source(self, staged: str) -> str:
        joins = "\n".join(part.joins for part in self.declared.parts)
        keys = ", ".join(self._key)
        on = " AND ".join(f"t.{column} = {value}" for column, value in self._key.items())
        return f"""FROM {staged} AS s CROSS JOIN LATERAL jsonb_to_record(s.data) AS d({self._record}) {joins}
            LEFT JOIN (SELECT DISTINCT ON ({keys}) * FROM {self.table} WHERE {self._known}
                ORDER BY {keys}, {self.pk}) AS t ON {on}"""

    @property
    def _known(self) -> str:
        """Which records rows may speak of: those in the job's range, or those in the parent wherever they stand."""
        parent, open_field = self.declared.parent, self.declared.open_field
        known = f"{self._column(parent.field)} = {self._parent}" if parent else _IN_RANGE
        return f"{known} AND {self._column(open_field)} IS NULL" if open_field else known

    @cached_property
    def _record(self) -> str:
        data = {key: kind for part in self.declared.parts for key, kind in part.data.items()}
        data |= {"unit_id": "bigint", "path": "text", "new_id": "uuid"}
        return ", ".join(f"{_quoted(key)} {kind}" for key, kind in data.items())

    @cached_property
    def _key(self) -> dict[str, str]:
        """Columns of the record that the key consists of, each with the value that a row has for it."""
        within = {self._column("unit"): "d.unit_id"} if self.declared.is_key_within_unit else {}
        written = {column.key: self._cast(column) for column in self.columns}
        for part in self.declared.parts:
            written |= {item.key: next(iter(part.writes.values())) for item in part.fields if part.writes}
        found = {
            self._column(self._attribute(key)): written[key] for key in self.declared.key if key != "unit"
        }
        return within | found

    def _attribute(self, key: str) -> str:
        """The attribute of the record that a key's column fills."""
        for part in self.declared.parts:
            if part.writes and any(item.key == key for item in part.fields):
                return next(iter(part.writes))
        return key

    def _column(self, attribute: str) -> str:
        return _quoted(self.meta.get_field(attribute).column)

    def _cast(self, column: Column) -> str:
        return f"d.{_quoted(column.key)}::{_type(self.meta.get_field(column.key))}"

    @property
    def _parent(self) -> str:
        return (
            f"%(parent)s::{_type(self.meta.get_field(self.declared.parent.field))}"
            if self.declared.parent
            else ""
        )

    @cached_property
    def _changes(self) -> str:
        """What of the record would change: a blank cell changes nothing."""
        keys = set(self.declared.key)
        pairs = [
            f"'{column.key}', CASE WHEN {self._cast(column)} <> t.{at} OR t.{at} IS NULL AND d.{_quoted(column.key)}"
            f" IS NOT NULL THEN jsonb_build_array(t.{at}, {self._cast(column)}) END"
            for column in self.columns
            if column.key not in keys and (at := self._column(column.key))
        ]
        return f"jsonb_strip_nulls(jsonb_build_object({', '.join(pairs)}))"

    @cached_property
    def rules(self) -> list[Rule]:
        """Everything that a row is rejected for in the database, in the order in which it is asked."""
        key = self.declared.key[0]
        parts = [Rule(*each) for part in self.declared.parts for each in part.rules]
        return [
            *parts,
            Rule(f"t.{self._column('unit')} <> d.unit_id", key, ELSEWHERE),
            *self._checks(),
            *self._uniques(),
        ]

    def _checks(self) -> Iterator[Rule]:
        """The model's check constraints, asked of the row as it would be written."""
        row = ", ".join(f"{value} AS {column}" for column, value in self._row().items())
        unsaid = (self.declared.key[0], CONTRADICTION)
        editor = connection.schema_editor(collect_sql=True)
        checks: list[Any] = [
            each for each in self.meta.constraints if isinstance(each, models.CheckConstraint)
        ]
        for constraint in checks:
            check = constraint._get_check_sql(self.declared.model, editor).replace("%", "%%")
            field, reason = self.declared.rules.get(constraint.name, unsaid)
            yield Rule(f"(SELECT NOT ({check}) FROM (SELECT {row}) AS r)", field, reason)

    def _uniques(self) -> Iterator[Rule]:
        """The model's other unique constraints, each asked of its own index."""
        row = self._row()
        for constraint in self.meta.constraints:
            columns = {self._column(name) for name in getattr(constraint, "fields", ())}
            if not columns or constraint.condition or columns == set(self._key) | self._within_parent:
                continue
            same = " AND ".join(f"x.{column} = {row[column]}" for column in sorted(columns))
            field, reason = self.declared.rules.get(constraint.name, (self.declared.key[0], REPEATED))
            other = f"x.{self.pk} IS DISTINCT FROM t.{self.pk}"
            yield Rule(f"EXISTS (SELECT FROM {self.table} AS x WHERE {same} AND {other})", field, reason)

    @property
    def _within_parent(self) -> set[str]:
        return {self._column(self.declared.parent.field)} if self.declared.parent else set()

    def _row(self) -> dict[str, str]:
        """The record as it would be: what the row says, else what the record says, else what a new one begins with."""
        row = {self._column("unit"): "d.unit_id", self._column("path"): "d.path"}
        for field in self.meta.concrete_fields:
            if field.column not in ("unit_id", "path") and not field.primary_key:
                row[_quoted(field.column)] = self._value(field)
        return row

    def _value(self, field: Any) -> str:
        at, kind = f"t.{_quoted(field.column)}", _type(field)
        column = next((column for column in self.columns if column.key == field.name), None)
        written = {name: value for part in self.declared.parts for name, value in part.writes.items()}
        if column:
            return f"coalesce({self._cast(column)}, {at}, {_default(field)})"
        if field.name in written:
            return written[field.name]
        if self.declared.parent and field.name == self.declared.parent.field:
            return self._parent
        if field.name in self.declared.given:
            return f"coalesce({at}, %(given_{field.name})s::{kind})"
        return f"coalesce({at}, {_default(field)})"

    @cached_property
    def before(self) -> list[str]:
        """What is done before rows are written: what no longer is as it was judged becomes rejected."""
        broken = " OR ".join(rule[0] for part in self.declared.parts for rule in part.rules) or "false"
        marked = f"""
    UPDATE imports_importrow AS o SET outcome = 'rejected', reason = '{RACED}', changes = '{{}}'
    FROM (SELECT s.position, t.{self.pk} IS NOT NULL AS is_there, coalesce({broken}, false) AS is_broken
        {self._source(_WAITING)}) AS v
    WHERE o.job_id = %(job)s AND o.position = v.position AND ((o.outcome = 'new') = v.is_there OR v.is_broken)
        AND o.outcome IN ('new', 'changed')"""
        parts = [statement for part in self.declared.parts for statement in part.before]
        return [MARK_MOVED, *parts, marked]

    @cached_property
    def writing(self) -> list[tuple[str, str, str]]:
        """Words for the progress, statement, and the outcome whose rows it writes."""
        label = self.declared.label
        return [(f"正在新增{label}", self._insert(), "new"), (f"正在更新{label}", self._update(), "changed")]

    def _insert(self) -> str:
        row = self._row()
        if isinstance(self.meta.pk, models.UUIDField):
            row = {self.pk: "d.new_id", **row}
        return f"""
    INSERT INTO {self.table} ({", ".join(row)}) SELECT {", ".join(row.values())}
    {self._source(_WAITING)} WHERE s.outcome = 'new' ORDER BY s.position ON CONFLICT DO NOTHING"""

    def _update(self) -> str:
        row = {
            self._column(column.key): self._value(self.meta.get_field(column.key)) for column in self.columns
        }
        values = ", ".join(f"{value} AS {column}" for column, value in row.items())
        return f"""
    UPDATE {self.table} AS w SET {", ".join(f"{column} = v.{column}" for column in row)}
    FROM (SELECT t.{self.pk} AS target, {values} {self._source(_WAITING)} WHERE s.outcome = 'changed') AS v
    WHERE w.{self.pk} = v.target"""

    @cached_property
    def since(self) -> str:
        """The earliest day from which figures change; NULL where that is any day."""
        dated = self.declared.dated
        if not dated:
            return "SELECT NULL::date"
        return f"""
    SELECT min(least((s.data ->> '{dated}')::date, (s.changes #>> '{{{dated},0}}')::date, %(today)s::date))
    FROM imports_importrow AS s WHERE s.job_id = %(job)s AND s.outcome IN ('new', 'changed')"""


def _quoted(name: str) -> str:
    return f'"{name}"'


def _type(field: Any) -> str:
    """The type of a field's column; of a foreign key, that of what it refers to."""
    return str(field.cast_db_type(connection))


def _default(field: Any) -> str:
    """What a new record has where nothing says it,, as SQL; nothing where it has no default."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return "now()"
    value = field.get_db_prep_save(field.get_default(), connection) if field.has_default() else None
    if (
        value is None
        and field.empty_strings_allowed
        and not field.null
        and isinstance(field, models.CharField | models.TextField)
    ):
        value = ""
    if value is None:
        return f"NULL::{_type(field)}"
    written = connection.schema_editor(collect_sql=True).quote_value(value)
    return f"{written}::{_type(field)}".replace("%", "%%")
