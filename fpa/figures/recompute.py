"""Counting one figure again: one statement that counts, compares with what stands, and carries the result upwards.

A figure is counted once as a whole, and once for each of its dimensions (`Pass`).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.planning import FEW, bulk_joins
from fpa.figures.cuts import Cut
from fpa.figures.fact_periods import spans, stock_day, stock_periods
from fpa.figures.figure import Figure, Kind
from fpa.figures.sources import Sql, compiled, flow_source, stock_source

LINEAGE = """lineage AS (
    SELECT unit_id, unit_id AS above_id FROM (SELECT DISTINCT unit_id FROM change) c
    UNION ALL
    SELECT l.unit_id, u.parent_id FROM lineage l JOIN access_unit u ON u.id = l.above_id
    WHERE u.parent_id IS NOT NULL
),
"""
"""The changed units, each with itself and all units above it."""

STOCK = """
WITH RECURSIVE source AS ({source}),
marked AS MATERIALIZED ({marked}),
old AS (
    SELECT f.unit_id, f.cut, p.number::int - 1 AS number, f.own
    FROM figures_fact f JOIN marked ON marked.id = f.unit_id
    JOIN unnest(%s::text[]) WITH ORDINALITY p(period, number) ON p.period = f.period
    WHERE f.figure = %s AND f.period = ANY(%s) AND {same_cut} AND f.own <> 0
),
change AS MATERIALIZED (
    SELECT unit_id, cut, number, sum(n) AS n
    FROM (
        SELECT unit_id, cut, first AS number, amount AS n FROM source
        UNION ALL
        SELECT unit_id, cut, past, -amount FROM source WHERE past IS NOT NULL
        UNION ALL
        SELECT unit_id, cut, number, -own FROM old
        UNION ALL
        SELECT unit_id, cut, number + 1, own FROM old
    ) steps WHERE number < %s GROUP BY 1, 2, 3 HAVING sum(n) <> 0
),
{lineage}rolled AS (
    SELECT l.above_id AS unit_id, c.cut, c.number, sum(c.n) AS value,
           coalesce(sum(c.n) FILTER (WHERE l.above_id = l.unit_id), 0) AS own
    FROM change c JOIN lineage l USING (unit_id) GROUP BY 1, 2, 3
),
run AS (
    SELECT unit_id, cut, number, sum(own) OVER line AS own, sum(value) OVER line AS value,
           lead(number, 1, %s) OVER line AS next
    FROM rolled WINDOW line AS (PARTITION BY unit_id, cut ORDER BY number)
)
INSERT INTO figures_fact AS f (figure, period, unit_id, cut, path, own, value)
SELECT %s, (%s::text[])[n + 1], u.id, r.cut, u.path, r.own, r.value
FROM run r JOIN access_unit u ON u.id = r.unit_id CROSS JOIN generate_series(r.number, r.next - 1) n
WHERE r.own <> 0 OR r.value <> 0
ORDER BY n, u.id, r.cut
"""
"""A row counts from the first period that ends on or after `since`, and no longer from the first that ends on or after
`until`: steps up and down, numbered by period. The steps that differ from those of the facts are carried upwards and
added up along the periods only then: a member is two steps, not a number in each of fifty months."""

FLOW = """
WITH RECURSIVE source AS ({source}),
fresh AS (
    SELECT g.unit_id, g.cut, s.period, sum(g.n) AS own
    FROM (SELECT unit_id, cut, part, sum(amount) AS n FROM source GROUP BY 1, 2, 3) g
    JOIN unnest(%s::text[], %s::text[]) s(part, period) USING (part)
    GROUP BY 1, 2, 3
),
marked AS MATERIALIZED ({marked}),
old AS (
    SELECT f.unit_id, f.period, f.cut, f.own FROM figures_fact f JOIN marked ON marked.id = f.unit_id
    WHERE f.figure = %s AND f.period = ANY(%s) AND {same_cut} AND f.own <> 0
),
change AS MATERIALIZED (
    SELECT unit_id, period, cut, coalesce(fresh.own, 0) - coalesce(old.own, 0) AS own
    FROM fresh FULL JOIN old USING (unit_id, period, cut)
    WHERE coalesce(fresh.own, 0) <> coalesce(old.own, 0)
),
{lineage}rolled AS (
    SELECT l.above_id AS unit_id, c.period, c.cut, sum(c.own) AS value,
           coalesce(sum(c.own) FILTER (WHERE l.above_id = l.unit_id), 0) AS own
    FROM change c JOIN lineage l USING (unit_id) GROUP BY 1, 2, 3
)
INSERT INTO figures_fact AS f (figure, period, unit_id, cut, path, own, value)
SELECT %s, r.period, u.id, r.cut, u.path, r.own, r.value FROM rolled r JOIN access_unit u ON u.id = r.unit_id
ORDER BY 2, 3, 4
"""
"""`fresh` and `old` hold the own numbers of the marked units."""

REPLACE = """
WITH RECURSIVE marked AS ({marked}),
affected AS (
    SELECT id, parent_id, path FROM access_unit WHERE id IN (SELECT id FROM marked)
    UNION
    SELECT u.id, u.parent_id, u.path FROM affected a JOIN access_unit u ON u.id = a.parent_id
),
source AS MATERIALIZED ({source}),
lineage AS (
    SELECT DISTINCT unit_id, unit_id AS above_id FROM source
    UNION ALL
    SELECT l.unit_id, u.parent_id FROM lineage l JOIN access_unit u ON u.id = l.above_id
    WHERE u.parent_id IS NOT NULL
),
pairs AS MATERIALIZED (SELECT unit_id, above_id FROM lineage WHERE above_id IN (SELECT id FROM affected)),
fresh AS ({fresh}),
old AS (
    SELECT f.unit_id, f.period, f.cut FROM figures_fact f JOIN affected a ON a.id = f.unit_id
    WHERE f.figure = %s AND f.period = ANY(%s) AND {same_cut} AND (f.value <> 0 OR f.own <> 0)
)
INSERT INTO figures_fact AS f (figure, period, unit_id, cut, path, own, value)
SELECT %s, n.period, u.id, n.cut, u.path, coalesce(n.own, 0), coalesce(n.value, 0)
FROM (SELECT * FROM fresh FULL JOIN old USING (unit_id, period, cut)) n JOIN access_unit u ON u.id = n.unit_id
ORDER BY 2, 3, 4
"""
"""Distinct subjects don't add up: the marked units and all units above them are counted anew from all rows below."""

ADDED = (
    "ON CONFLICT (figure, period, unit_id, cut) DO UPDATE"
    " SET path = excluded.path, own = f.own + excluded.own, value = f.value + excluded.value"
)
REPLACED = (
    "ON CONFLICT (figure, period, unit_id, cut) DO UPDATE"
    " SET path = excluded.path, own = excluded.own, value = excluded.value"
    " WHERE (f.own, f.value) <> (excluded.own, excluded.value)"
)
"""What follows where facts stand already. A first count leaves it out, and goes several times as fast."""

DISTINCT_STOCK = """
WITH held AS (
    SELECT p.above_id AS unit_id, s.cut, w.whole, s.subject, range_agg(int4range(s.first, s.past)) AS times
    FROM source s JOIN pairs p USING (unit_id) CROSS JOIN (VALUES (true), (false)) w(whole)
    WHERE (w.whole OR p.above_id = p.unit_id) AND (s.past IS NULL OR s.past > s.first)
    GROUP BY 1, 2, 3, 4
),
grouped AS (
    SELECT unit_id, cut, whole, lower(time) AS first, upper(time) AS past, count(*) AS n
    FROM held CROSS JOIN unnest(times) time GROUP BY 1, 2, 3, 4, 5
),
counted AS (
    SELECT unit_id, cut, whole, p.period, own
    FROM (
        SELECT unit_id, cut, whole, number, sum(sum(n)) OVER line AS own, lead(number) OVER line AS next
        FROM (
            SELECT unit_id, cut, whole, first AS number, n FROM grouped
            UNION ALL
            SELECT unit_id, cut, whole, past, -n FROM grouped WHERE past IS NOT NULL
        ) steps GROUP BY unit_id, cut, whole, number
        WINDOW line AS (PARTITION BY unit_id, cut, whole ORDER BY number)
    ) r JOIN unnest(%s::int[], %s::text[]) p(number, period)
        ON p.number >= r.number AND (r.next IS NULL OR p.number < r.next)
    WHERE own <> 0
)
SELECT unit_id, period, cut, sum(own) FILTER (WHERE NOT whole) AS own, sum(own) FILTER (WHERE whole) AS value
FROM counted GROUP BY 1, 2, 3
"""
"""One subject's rows at one unit make one run of periods each, however they overlap (`range_agg`)."""

DISTINCT_FLOW = """
SELECT p.above_id AS unit_id, t.period, s.cut, count(DISTINCT s.subject) AS value,
       count(DISTINCT s.subject) FILTER (WHERE p.above_id = p.unit_id) AS own
FROM source s JOIN pairs p USING (unit_id) JOIN unnest(%s::text[], %s::text[]) t(part, period) USING (part)
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True)
class Pass:
    """One counting of a figure: of the whole, or by one dimension; in which periods, by which statement."""

    statement: str
    values: list[Any]
    merge: str
    same_cut: str


def recompute(figure: Figure, where: Q, since: date | None) -> None:
    """Count a figure again for the units whose `path` meets `where`, in its periods from the day `since` on.

    Call it in a scope over the whole province, holding the refresh's lock.
    """
    marked = compiled(Unit.objects.filter(where).order_by().values_list("id"))
    rows_where = Q() if figure.kind is Kind.DISTINCT else where
    rows = figure.records().filter(rows_where).order_by()
    with connection.cursor() as cursor, bulk_joins(rows=_units_counted(rows_where)):
        for cut in (None, *figure.cuts):
            counted = (_stock_pass if figure.since else _flow_pass)(figure, rows, marked, since, cut)
            merge = counted.merge if _stands(cursor, figure, counted) else ""
            cursor.execute(counted.statement + merge, counted.values)


def _units_counted(where: Q) -> int:
    """How many units' rows are read, counted up to a few and one more."""
    return Unit.objects.filter(where).order_by()[: FEW + 1].count()


def _stands(cursor: Any, figure: Figure, counted: Pass) -> bool:
    """Whether there are facts already that a pass counts."""
    cursor.execute(
        f"SELECT EXISTS (SELECT 1 FROM figures_fact f WHERE figure = %s AND {counted.same_cut})", [figure.key]
    )
    return bool(cursor.fetchone()[0])


def _stock_pass(
    figure: Figure, rows: QuerySet[Any], marked: Sql, since: date | None, cut: Cut | None
) -> Pass:
    today = timezone.localdate()
    kept = stock_periods(today, since, cut=bool(cut))
    after = [stock_day(period, today) + timedelta(days=1) for period in kept]
    periods = [str(period) for period in kept]
    source = stock_source(figure, rows, after, cut)
    if figure.kind is Kind.DISTINCT:
        return _replacing(
            figure, source, marked, DISTINCT_STOCK, [list(range(len(kept))), periods], periods, cut
        )
    count, key = len(kept), figure.key
    same_cut = _same_cut(cut)
    statement = STOCK.format(source=source[0], marked=marked[0], same_cut=same_cut, lineage=LINEAGE)
    values = [*source[1], *marked[1], periods, key, periods, count, count, key, periods]
    return Pass(statement, values, ADDED, same_cut)


def _flow_pass(figure: Figure, rows: QuerySet[Any], marked: Sql, since: date | None, cut: Cut | None) -> Pass:
    pairs = spans(timezone.localdate(), since)
    parts, periods = [part for part, _ in pairs], [whole for _, whole in pairs]
    source = flow_source(figure, rows, cut)
    if figure.kind is Kind.DISTINCT:
        return _replacing(figure, source, marked, DISTINCT_FLOW, [parts, periods], sorted(set(periods)), cut)
    same_cut = _same_cut(cut)
    statement = FLOW.format(source=source[0], marked=marked[0], same_cut=same_cut, lineage=LINEAGE)
    values = [*source[1], parts, periods, *marked[1], figure.key, sorted(set(periods)), figure.key]
    return Pass(statement, values, ADDED, same_cut)


def _replacing(
    figure: Figure,
    source: Sql,
    marked: Sql,
    fresh: str,
    fresh_values: list[Any],
    periods: list[str],
    cut: Cut | None,
) -> Pass:
    same_cut = _same_cut(cut)
    statement = REPLACE.format(source=source[0], fresh=fresh, marked=marked[0], same_cut=same_cut)
    values = [*marked[1], *source[1], *fresh_values, figure.key, periods, figure.key]
    return Pass(statement, values, REPLACED, same_cut)


def _same_cut(cut: Cut | None) -> str:
    """The condition on a fact that a pass counts it."""
    return f"f.cut ^@ '{cut.prefix}'" if cut else "f.cut = ''"
