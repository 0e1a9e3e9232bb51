"""The records of a figure as SQL: what a counting statement reads."""

from datetime import date
from typing import Any

from django.db.models import CharField, DateField, F, Func, IntegerField, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from fpa.figures.cuts import Cut
from fpa.figures.figure import Figure

Sql = tuple[str, list[Any]]

STOCK_SOURCE = """
SELECT unit_id, width_bucket(since, %s::date[]) AS first, width_bucket(until, %s::date[]) AS past,
       amount, subject, {cut} AS cut
FROM ({rows}) r(unit_id, since, until, amount, subject, label) {known}
"""

AGED_SOURCE = """
SELECT unit_id, width_bucket(since, %s::date[]) AS first, width_bucket(until, %s::date[]) AS past,
       amount, subject, cut
FROM (
    SELECT unit_id, amount, subject, b.cut, greatest(since, (born + make_interval(years => b.low))::date) AS since,
           least(until, (born + make_interval(years => b.high))::date) AS until
    FROM ({rows}) r(unit_id, since, until, amount, subject, born)
    CROSS JOIN unnest(%s::text[], %s::int[], %s::int[]) b(cut, low, high) WHERE born IS NOT NULL
) aged WHERE since < coalesce(until, 'infinity')
"""
"""Whoever is in an age band is so from a birthday to a birthday: a row counts there while both hold."""

FLOW_SOURCE = """
SELECT unit_id, part, amount, subject, {cut} AS cut
FROM ({rows}) r(unit_id, part, amount, subject, label) {known}
"""


def compiled(rows: QuerySet[Any]) -> Sql:
    """A query's statement and its values."""
    sql, values = rows.query.sql_with_params()
    return sql, list(values)


def stock_source(figure: Figure, rows: QuerySet[Any], after: list[date], cut: Cut | None) -> Sql:
    """Unit, first and past period, amount, subject, cut of each row; `after` are the days after each period's end."""
    until = F(figure.until) if figure.until else Cast(Value(None), DateField())
    inner, values = _selected(figure, rows, [F(figure.since), until], cut)
    if cut and cut.bands:
        bands = [list(column) for column in zip(*_bands(cut), strict=True)]
        return AGED_SOURCE.format(rows=inner), [after, after, *values, *bands]
    known, labels = _labelled(cut)
    return STOCK_SOURCE.format(rows=inner, **known), [after, after, *values, *labels]


def flow_source(figure: Figure, rows: QuerySet[Any], cut: Cut | None) -> Sql:
    """Unit, part (a period's code), amount, subject and cut of each row."""
    month = Func(F(figure.on), Value("YYYY-MM"), function="to_char", output_field=CharField())
    inner, values = _selected(figure, rows, [month if figure.on else F(figure.period)], cut)
    known, labels = _labelled(cut)
    return FLOW_SOURCE.format(rows=inner, **known), [*values, *labels]


def _selected(figure: Figure, rows: QuerySet[Any], times: list[Combinable], cut: Cut | None) -> Sql:
    amount: Combinable = F(figure.measure) if figure.measure else Cast(Value(1), IntegerField())
    subject: Combinable = F(figure.subject) if figure.subject else Cast(Value(None), IntegerField())
    label: Combinable = F(cut.born or cut.by) if cut else Value("")
    return compiled(rows.values_list("unit_id", *times, amount, subject, label))


def _bands(cut: Cut) -> list[tuple[str, int, int | None]]:
    return [(f"{cut.prefix}{band.code}", band.low, band.high) for band in cut.bands]


def _labelled(cut: Cut | None) -> tuple[dict[str, str], list[Any]]:
    """How a row's value becomes its cut, and which values have one."""
    if cut is None:
        return {"cut": "''::text", "known": ""}, []
    known = "WHERE label::text = ANY(%s)"
    return {"cut": f"'{cut.prefix}' || label", "known": known}, [list(cut.values)]
