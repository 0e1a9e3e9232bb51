"""The statements of a declared import, made from its model, columns and key.

In all of them `s` is a staged row, `d` its values, `t` the record that its key finds, and the joins of the parts stand
between. Parameters: `job`, `path` and `path_hi` (the job's range), `lo` and `hi` (what the person importing may see),
`parent`, `today`, and what is given to new records.
"""

from collections.abc import Iterable, Iterator
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
_WRITTEN = "outcome IN ('new', 'changed')"
_OF_THE_RULE = """coalesce((%(rule_fields)s::text[])[v.rule], '') AS field,
        coalesce((%(rule_reasons)s::text[])[v.rule], '') AS reason"""
_CHANGES = "CASE WHEN v.outcome = 'changed' THEN v.changes ELSE '{}' END AS changes"
_WAITING = "(SELECT * FROM imports_importrow WHERE job_id = %(job)s AND outcome IN ('new', 'changed'))"


class Rule(NamedTuple):
    """Why a row is rejected: SQL over s, d, t, the key of the column that it is about, the reason."""

    condition: str
    field: str
    reason: str


class Unique(NamedTuple):
    """A unique constraint that the key does not hold by itself: its columns, the condition under which it holds (SQL
    over the columns; "" always), the key of the column that it is about, the reason against a record, the label of
    what may stand once in a file."""

    columns: list[str]
    condition: str
    field: str
    reason: str
    label: str


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
        values = "".join(f", {self._once(each)} AS once_{n}" for n, each in enumerate(self.uniques))
        alone = f"""
    SELECT s.position, c.rule, c.changes{values}, CASE WHEN c.rule IS NOT NULL THEN 'rejected'
        WHEN t.{self.pk} IS NULL THEN 'new' WHEN c.changes = '{{}}' THEN 'unchanged' ELSE 'changed' END AS outcome
    {self._source("staged")}
    CROSS JOIN LATERAL (SELECT CASE {number} END AS rule, {self._changes} AS changes) AS c"""
        if self.uniques:
            return self._judge_together(alone)
        return f"""
    SELECT s.*, v.outcome, {_OF_THE_RULE}, {_CHANGES}
    FROM ({alone}) AS v JOIN staged AS s USING (position)"""

    def _judge_together(self, alone: str) -> str:
        """The same, where a unique constraint may reject a row for another of the file: the first one stands, each
        later one names it. One sort a constraint, however many repeat."""
        numbers = range(len(self.uniques))
        firsts = ", ".join(
            f"min(position) FILTER (WHERE {_WRITTEN}) OVER (PARTITION BY once_{n}) AS first_{n}"
            for n in numbers
        )
        repeats = [f"v.{_WRITTEN} AND v.once_{n} IS NOT NULL AND v.first_{n} < v.position" for n in numbers]
        which = " ".join(f"WHEN {repeat} THEN {n + 1}" for n, repeat in enumerate(repeats))
        first = " ".join(f"WHEN {n + 1} THEN v.first_{n}" for n in numbers)
        return f"""
    SELECT s.*, CASE WHEN o.position IS NULL THEN v.outcome ELSE 'rejected' END AS outcome,
        coalesce((%(once_fields)s::text[])[w.which], v.field) AS field,
        CASE WHEN o.position IS NULL THEN v.reason ELSE '与' || CASE WHEN o.sheet = s.sheet THEN ''
            ELSE '工作表“' || o.sheet || '”' END || '第 ' || o.row || ' 行' || (%(once_labels)s::text[])[w.which]
            || '重复' END AS reason,
        CASE WHEN o.position IS NULL AND v.outcome = 'changed' THEN v.changes ELSE '{{}}' END AS changes
    FROM (SELECT v.*, {_OF_THE_RULE}, {firsts} FROM ({alone}) AS v) AS v
    CROSS JOIN LATERAL (SELECT CASE {which} END AS which) AS w
    JOIN staged AS s USING (position)
    LEFT JOIN staged AS o ON o.position = CASE w.which {first} END"""

    def _once(self, unique: Unique) -> str:
        """What of a row may stand once in the file; NULL where the constraint does not hold for it."""
        row = self._row()
        values = ", ".join(row[column] for column in unique.columns)
        holds = f"ROW({values}) IS NOT NULL" + (
            f" AND {self._as_written(unique.condition)}" if unique.condition else ""
        )
        return f"CASE WHEN {holds} THEN jsonb_build_array({values}) END"

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
            *self._against_records(),
        ]

    def _checks(self) -> Iterator[Rule]:
        """The model's check constraints, asked of the row as it would be written."""
        unsaid = (self.declared.key[0], CONTRADICTION)
        editor = connection.schema_editor(collect_sql=True)
        checks: list[Any] = [
            each for each in self.meta.constraints if isinstance(each, models.CheckConstraint)
        ]
        for constraint in checks:
            check = f"({constraint._get_check_sql(self.declared.model, editor)})".replace("%", "%%")
            field, reason = self.declared.rules.get(constraint.name, unsaid)
            yield Rule(f"NOT {self._as_written(check)}", field, reason)

    def _as_written(self, condition: str) -> str:
        """A condition over columns of the model, asked of the row as it would be written."""
        row = ", ".join(f"{value} AS {column}" for column, value in self._row().items())
        return f"(SELECT {condition} FROM (SELECT {row}) AS r)"

    def _against_records(self) -> Iterator[Rule]:
        """The unique constraints, each asked of its own index."""
        row = self._row()
        for unique in self.uniques:
            same = " AND ".join(f"x.{column} = {row[column]}" for column in unique.columns)
            other = f"x.{self.pk} IS DISTINCT FROM t.{self.pk}"
            held = f" AND {unique.condition}" if unique.condition else ""
            found = f"EXISTS (SELECT FROM {self.table} AS x WHERE {same} AND {other}{held})"
            holds = f"{self._as_written(unique.condition)} AND " if unique.condition else ""
            yield Rule(f"({holds}{found})", unique.field, unique.reason)

    @cached_property
    def uniques(self) -> list[Unique]:
        """The model's unique constraints and fields, but for the one that its key is."""
        by_key = set(self._key) | self._within_parent
        found = [*self._unique_constraints(), *self._unique_fields()]
        return [each for each in found if set(each.columns) != by_key]

    def _unique_constraints(self) -> Iterator[Unique]:
        editor = connection.schema_editor(collect_sql=True)
        named: list[Any] = [
            c for c in self.meta.constraints if isinstance(c, models.UniqueConstraint) and c.fields
        ]
        for constraint in named:
            condition = constraint._get_condition_sql(self.declared.model, editor)
            said = f"({condition})".replace("%", "%%") if condition else ""
            yield self._unique(constraint.name, constraint.fields, said)

    def _unique_fields(self) -> Iterator[Unique]:
        for field in self.meta.concrete_fields:
            if field.unique and not field.primary_key:
                yield self._unique(field.name, [field.name], "")
        for names in self.meta.unique_together:
            yield self._unique("", names, "")

    def _unique(self, name: str, names: Iterable[str], condition: str) -> Unique:
        """A constraint in words: those of the declaration, else its columns' labels."""
        about = [column for column in self.columns if column.key in names]
        own = about[0].key if about else self.declared.key[0]
        field, reason = self.declared.rules.get(name, (own, REPEATED))
        label = "、".join(column.label for column in about) or self.declared.label_of(field)
        return Unique(sorted(self._column(each) for each in names), condition, field, reason, label)

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
        of_parts = sum(len(part.rules) for part in self.declared.parts)
        broken = " OR ".join(rule.condition for rule in self.rules[:of_parts]) or "false"
        later = list(enumerate(self.rules, 1))[of_parts:]
        number = " ".join(f"WHEN {rule.condition} THEN {n}" for n, rule in later)
        marked = f"""
    UPDATE imports_importrow AS o SET outcome = 'rejected', changes = '{{}}',
        reason = CASE WHEN v.is_raced THEN '{RACED}' ELSE (%(rule_reasons)s::text[])[v.rule] END
    FROM (SELECT s.position, (s.outcome = 'new') = (t.{self.pk} IS NOT NULL) OR coalesce({broken}, false) AS is_raced,
            CASE {number} END AS rule
        {self._source(_WAITING)}) AS v
    WHERE o.job_id = %(job)s AND o.position = v.position AND (v.is_raced OR v.rule IS NOT NULL)
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
