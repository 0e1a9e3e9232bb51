"""Counting one figure again: one statement that counts, compares with what stands, and adds the differences upwards."""

from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import CharField, DateField, F, Func, Q, QuerySet, Value
from django.db.models.functions import Cast
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.visibility import upper_bound
from fpa.figures.catalogue import Figure, Kind
from fpa.figures.fact_periods import halves, spans, stock_day

Sql = tuple[str, list[Any]]

STATEMENT = """
WITH RECURSIVE fresh AS ({fresh}),
marked AS MATERIALIZED ({marked}),
old AS (
    SELECT f.unit_id, f.period, f.own FROM figures_fact f JOIN marked ON marked.id = f.unit_id
    WHERE f.figure = %s AND f.period = ANY(%s) AND f.own <> 0
),
change AS MATERIALIZED (
    SELECT unit_id, period, coalesce(fresh.own, 0) - coalesce(old.own, 0) AS own
    FROM fresh FULL JOIN old USING (unit_id, period)
    WHERE coalesce(fresh.own, 0) <> coalesce(old.own, 0)
),
lineage AS (
    SELECT DISTINCT unit_id, unit_id AS above_id FROM change
    UNION ALL
    SELECT l.unit_id, u.parent_id FROM lineage l JOIN access_unit u ON u.id = l.above_id
    WHERE u.parent_id IS NOT NULL
),
rolled AS (
    SELECT l.above_id AS unit_id, c.period, sum(c.own) AS value,
           coalesce(sum(c.own) FILTER (WHERE l.above_id = c.unit_id), 0) AS own
    FROM change c JOIN lineage l USING (unit_id) GROUP BY 1, 2
)
INSERT INTO figures_fact AS f (figure, period, unit_id, path, own, value)
SELECT %s, r.period, u.id, u.path, r.own, r.value FROM rolled r JOIN access_unit u ON u.id = r.unit_id
ORDER BY 2, 3
ON CONFLICT (figure, period, unit_id) DO UPDATE
SET own = f.own + excluded.own, value = f.value + excluded.value
"""
"""`fresh` and `old` hold the own numbers of the marked units; a unit's lineage is itself and all units above it."""

STOCK = """
SELECT g.unit_id, p.period, sum(g.n) AS own
FROM (
    SELECT unit_id, width_bucket(since, %s::date[]) AS first, width_bucket(until, %s::date[]) AS past, {sum} AS n
    FROM ({rows}) r(unit_id, since, until{amount}) GROUP BY 1, 2, 3
) g JOIN unnest(%s::int[], %s::text[]) p(number, period)
    ON p.number >= g.first AND (g.past IS NULL OR p.number < g.past)
GROUP BY 1, 2
"""
"""The thresholds are the days after each half-year's end: a row counts from the first end on or after `since`, and no
longer from the first end on or after `until`."""

FLOW = """
SELECT g.unit_id, s.period, sum(g.n) AS own
FROM (SELECT unit_id, part, {sum} AS n FROM ({rows}) r(unit_id, part{amount}) GROUP BY 1, 2) g
JOIN unnest(%s::text[], %s::text[]) s(part, period) USING (part)
GROUP BY 1, 2
"""


LESSEN = """
UPDATE figures_fact a SET value = a.value - p.value
FROM figures_fact p JOIN access_unit u ON u.id = p.unit_id
WHERE a.figure = p.figure AND a.period = p.period AND a.figure = ANY(%s) AND a.unit_id = ANY(%s) AND u.path = %s
"""

DELETE = """
DELETE FROM figures_fact f USING access_unit u
WHERE u.id = f.unit_id AND f.figure = ANY(%s) AND u.path >= %s AND u.path < %s
"""


def recompute(figure: Figure, where: Q, since: date | None) -> None:
    """Count a figure again for the units whose `path` meets `where`, in its periods from the day `since` on.

    Call it in a scope over the whole province, holding the refresh's lock.
    """
    today = timezone.localdate()
    rows = figure.records().filter(where).order_by()
    (fresh, values), periods = (_stock if figure.kind is Kind.STOCK else _flow)(figure, rows, today, since)
    marked, marked_values = _compiled(Unit.objects.filter(where).order_by().values_list("id"))
    statement = STATEMENT.format(fresh=fresh, marked=marked)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, *marked_values, figure.key, periods, figure.key])


def _stock(figure: Figure, rows: QuerySet[Any], today: date, since: date | None) -> tuple[Sql, list[str]]:
    kept = halves(today, since)
    after = [stock_day(half, today) + timedelta(days=1) for half in kept]
    until = F(figure.until) if figure.until else Cast(Value(None), DateField())
    inner, values = _selected(figure, rows, F(figure.since), until)
    periods = [str(half) for half in kept]
    numbers = list(range(len(kept)))
    return (STOCK.format(rows=inner, **_summed(figure)), [after, after, *values, numbers, periods]), periods


def _flow(figure: Figure, rows: QuerySet[Any], today: date, since: date | None) -> tuple[Sql, list[str]]:
    pairs = spans(today, since)
    month = Func(F(figure.on), Value("YYYY-MM"), function="to_char", output_field=CharField())
    inner, values = _selected(figure, rows, month if figure.on else F(figure.period))
    parts, periods = [part for part, _ in pairs], [whole for _, whole in pairs]
    return (FLOW.format(rows=inner, **_summed(figure)), [*values, parts, periods]), sorted(set(periods))


def _selected(figure: Figure, rows: QuerySet[Any], *times: Any) -> Sql:
    """The query of a figure's rows: unit, its times, and the amount where one is summed."""
    amount = [F(figure.measure)] if figure.measure else []
    return _compiled(rows.values_list("unit_id", *times, *amount))


def _summed(figure: Figure) -> dict[str, str]:
    return (
        {"sum": "sum(amount)", "amount": ", amount"} if figure.measure else {"sum": "count(*)", "amount": ""}
    )


def _compiled(rows: QuerySet[Any]) -> Sql:
    sql, values = rows.query.sql_with_params()
    return sql, list(values)


def forget(keys: list[str], path: str) -> None:
    """Take a subtree's facts out: from the values of the units above it, then from the table.

    Call it as `recompute`. A fact is found by its unit's path of now, so facts of moved units are found too.
    """
    above = [unit.pk for unit in Unit.objects.above(path) if unit.path != path]
    with connection.cursor() as cursor:
        cursor.execute(LESSEN, [keys, above, path])
        cursor.execute(DELETE, [keys, path, upper_bound(path)])
