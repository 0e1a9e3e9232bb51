"""Collections of the two standard forms: the half-year of the speech, complete but for four counties, and one that is
being filled in today.

The approved cells of the first add up to the figures file exactly; what is missing, late or waiting stands beside
them and is not counted.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from fpa.access.models import Kind, Level, Unit
from fpa.core.periods import Period
from fpa.core.planning import bulk_joins
from fpa.demo.accounts import COUNTY, demo_units
from fpa.demo.spread import spread, uneven
from fpa.reporting.models import Collection, Form
from fpa.reporting.standard_forms import ensure_forms, flow_code

VISITS = {"visit.households": 33_000, "visit.value": 31_000_000}
CAMPAIGN = {
    "campaign529.publicity_events": 26_000,
    "campaign529.publicity_participants": 4_000_000,
    "campaign529.care_events": 15_300,
    "campaign529.leaflets": 8_000_000,
    "campaign529.served": 85_000,
    "campaign529.benefited": 455_000,
}
FOLLOWS = {
    "visit.value": "visit.households",
    "campaign529.publicity_participants": "campaign529.publicity_events",
    "campaign529.leaflets": "campaign529.publicity_events",
    "campaign529.served": "campaign529.care_events",
    "campaign529.benefited": "campaign529.care_events",
}
"""A later item is spread in proportion to an earlier one: where nobody was visited, nothing was given."""

GAP_COUNTIES = 4
CLERKS = ["田桂英", "李建国", "龙秀芳", "谭红梅", "刘志平", "舒晓燕", "杨海波", "周玉兰", "向文斌", "彭秋香"]

Progress = Callable[[int, int], None]


@dataclass
class Round:
    """One collection and the state of each unit's submission in it."""

    collection: Collection
    totals: dict[str, int]
    random: Random
    states: dict[int, str] = field(default_factory=dict)
    sums: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(path, item) → what is approved at and below it."""


def make_collections(progress: Progress) -> None:
    """Publish the forms and load three collections. Call it in a scope over the whole province."""
    province = Unit.objects.get(level=1)
    forms = {form.code: form for form in ensure_forms(province)}
    units = list(Unit.objects.current().select_related("parent").order_by("path"))
    gaps = _gap_counties(units)
    progress(0, 3)
    past = (_visits_2023(forms["visit"], province), _campaign_2023(forms["campaign529"], province))
    for done, past_round in enumerate(past, 1):
        _decide_past(past_round, units, gaps)
        _write(past_round, units)
        _write_summaries(past_round, units, gaps)
        progress(done, 3)
    current = _current_visits(forms["visit"], province)
    _decide_current(current, units)
    _write(current, units)
    progress(3, 3)


def _gap_counties(units: Sequence[Unit]) -> list[Unit]:
    """The counties that are not through; the demo county is not among them."""
    counties = [
        u for u in units if u.level == Level.COUNTY and u.kind == Kind.ADMINISTRATIVE and u.code != COUNTY
    ]
    return Random("gaps").sample(counties, GAP_COUNTIES)


def _visits_2023(form: Form, province: Unit) -> Round:
    days = (date(2023, 6, 1), date(2023, 6, 26), date(2023, 7, 15))
    return Round(_collection(form, province, "2023H1", Level.VILLAGE, *days), VISITS, Random("visits"))


def _campaign_2023(form: Form, province: Unit) -> Round:
    days = (date(2023, 5, 25), date(2023, 6, 10), date(2023, 7, 1))
    return Round(_collection(form, province, "2023-05", Level.TOWNSHIP, *days), CAMPAIGN, Random("campaign"))


def _current_visits(form: Form, province: Unit) -> Round:
    today = timezone.localdate()
    days = (today - timedelta(days=14), today + timedelta(days=10), today + timedelta(days=30))
    period = str(Period.of(today, "half"))
    totals = {key: total // 3 for key, total in VISITS.items()}
    return Round(_collection(form, province, period, Level.VILLAGE, *days), totals, Random("current"))


def _collection(
    form: Form, unit: Unit, period: str, level: Level, opens: date, due: date, locks: date
) -> Collection:
    label = Period.parse(period).label
    collection = Collection(
        form=form, unit=unit, title=f"{label}{form.name}", period=period, fill_level=level
    )
    collection.opens_on, collection.due_on, collection.locks_on = opens, due, locks
    collection.save()
    return collection


def _decide_past(this: Round, units: Sequence[Unit], gaps: Sequence[Unit]) -> None:
    """All through, but for some units of the gap counties."""
    gap_paths = tuple(gap.path for gap in gaps)
    for unit in _leaves(this, units):
        roll = this.random.random() if unit.path.startswith(gap_paths) else 1.0
        this.states[unit.pk] = _state(roll, missing=0.08, draft=0.12, submitted=0.2)


def _decide_current(this: Round, units: Sequence[Unit]) -> None:
    """Under way everywhere; in the demo county more is waiting for its township. The demo village reports by itself."""
    county = next(u.path for u in units if u.code == COUNTY)
    own = demo_units()["village"].pk
    for unit in _leaves(this, units):
        waiting = 0.85 if unit.path.startswith(county) else 0.65
        state = _state(this.random.random(), missing=0.4, draft=0.48, submitted=waiting)
        this.states[unit.pk] = "" if unit.pk == own else state


def _state(roll: float, *, missing: float, draft: float, submitted: float) -> str:
    if roll < missing:
        return ""
    return "draft" if roll < draft else "submitted" if roll < submitted else "approved"


def _leaves(this: Round, units: Sequence[Unit]) -> list[Unit]:
    return [unit for unit in units if unit.level == this.collection.fill_level]


def _write(this: Round, units: Sequence[Unit]) -> None:
    """Write the submissions of the filling level with their cells; the approved cells add up to the totals."""
    leaves = [u for u in _leaves(this, units) if this.states[u.pk]]
    approved = [u for u in leaves if this.states[u.pk] == "approved"]
    others = [u for u in leaves if this.states[u.pk] != "approved"]
    values = _values(this, approved, this.totals)
    share = len(others) / max(len(approved), 1)
    values |= _values(this, others, {key: int(total * share) for key, total in this.totals.items()})
    _submissions(this, [(u, this.states[u.pk], False) for u in leaves])
    rows = [
        (u.pk, key, values[u.pk, key], this.states[u.pk] == "approved") for u in leaves for key in this.totals
    ]
    _cells(this, rows)
    _cases(this, this.collection.fill_level)
    for unit in approved:
        for path in ancestors([unit.path]):
            this.sums.update({(path, key): values[unit.pk, key] for key in this.totals})


def _values(this: Round, units: Sequence[Unit], totals: dict[str, int]) -> dict[tuple[int, str], int]:
    """(unit, item) → value; each item's values add up to its total."""
    if not units:
        return {}
    values: dict[tuple[int, str], int] = {}
    for key, total in totals.items():
        weights = uneven(len(units), this.random)
        if key in FOLLOWS:
            weights = [w * values[u.pk, FOLLOWS[key]] for u, w in zip(units, weights, strict=True)]
        parts = spread(total, weights)
        values |= {(u.pk, key): part for u, part in zip(units, parts, strict=True)}
    return values


def _write_summaries(this: Round, units: Sequence[Unit], gaps: Sequence[Unit]) -> None:
    """Write each upper level's summary, computed from the approved cells below it, up to the cities."""
    gap_paths = {gap.path for gap in gaps}
    reporting = ancestors(u.path for u in units if this.states.get(u.pk))
    for level in range(this.collection.fill_level - 1, Level.PROVINCE, -1):
        at_level = [u for u in units if u.level == level]
        states = {u: _summary_state(u, level, gap_paths) for u in at_level if u.path in reporting}
        _submissions(this, [(u, state, True) for u, state in states.items()])
        filed = [u for u, state in states.items() if state != "draft"]
        _cells(this, [(u.pk, key, this.sums[u.path, key], False) for u in filed for key in this.totals])
        _cases(this, level)


def ancestors(paths: Iterable[str]) -> set[str]:
    """All paths above these, and they themselves: a unit sums up where anything below it reports."""
    return {path[: end + 1] for path in paths for end, sign in enumerate(path) if sign == "/"}


def _summary_state(unit: Unit, level: int, gap_paths: set[str]) -> str:
    """A gap county is not through, and so its city waits for the province."""
    inside = any(unit.path.startswith(path) for path in gap_paths)
    above = any(path.startswith(unit.path) for path in gap_paths)
    if level == Level.COUNTY:
        return "draft" if inside else "approved"
    return "submitted" if inside or above else "approved"


def _submissions(this: Round, rows: Iterable[tuple[Unit, str, bool]]) -> None:
    opens = datetime.combine(this.collection.opens_on, datetime.min.time(), UTC)
    days = (min(this.collection.due_on, timezone.localdate()) - this.collection.opens_on).days
    lines = [(u.pk, u.path, state, summary, _moment(this, opens, days)) for u, state, summary in rows]
    _run(
        """
        INSERT INTO reporting_submission (collection_id, unit_id, path, state, is_summary, explanation,
            acted_for_by, first_submitted_at, last_submitted_at)
        SELECT %s, unit, path, state, summary, '', '', CASE WHEN state <> 'draft' THEN moment END,
            CASE WHEN state <> 'draft' THEN moment END
        FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::boolean[], %s::timestamptz[])
            AS row (unit, path, state, summary, moment)
        """,
        [this.collection.pk, *_columns(lines, 5)],
    )


def _moment(this: Round, opens: datetime, days: int) -> datetime:
    """When it was submitted: one in thirty of a past round is some days late. Two days are left for the decision."""
    late = this.collection.due_on < timezone.localdate() and this.random.random() < 1 / 30
    day = days + this.random.randint(1, 8) if late else this.random.randint(0, max(days - 2, 0))
    return opens + timedelta(days=day, minutes=this.random.randint(0, 9 * 60))


def _cells(this: Round, rows: Sequence[tuple[int, str, int, bool]]) -> None:
    """Write cells (unit, item, value, counted) with the first line of each one's history."""
    _run(
        """
        WITH written AS (
            INSERT INTO reporting_cell (submission_id, unit_id, path, key, period, value, explanation, version,
                counted, saved_by, saved_at)
            SELECT s.id, s.unit_id, s.path, row.key, %s, row.value, '', 1, row.counted,
                (%s::text[])[1 + row.unit %% %s], coalesce(s.first_submitted_at, now())
            FROM unnest(%s::bigint[], %s::text[], %s::numeric[], %s::boolean[]) AS row (unit, key, value, counted)
            JOIN reporting_submission s ON s.collection_id = %s AND s.unit_id = row.unit
            RETURNING id, unit_id, path, value, saved_by, saved_at
        )
        INSERT INTO reporting_cellhistory (cell_id, unit_id, path, version, value, explanation, saved_by, saved_at)
        SELECT id, unit_id, path, 1, value, '', saved_by, saved_at FROM written
        """,
        [this.collection.period, CLERKS, len(CLERKS), *_columns(rows, 4), this.collection.pk],
    )


def _cases(this: Round, level: int) -> None:
    """The cases of a level's submissions, each with the decisions that brought it where it stands."""
    url = reverse("review_submission", args=[0]).replace("0", "%s")
    before, after = url.split("%s")
    _run(
        """
        INSERT INTO approval_case (kind, facts, changes, is_past, flow_id, unit_id, path, subject_type, subject_id,
            subject_url, title, state, round, step, permission, reviewer_id, reviewer_path, submitted_at)
        SELECT 'submission', '{}', '{}', false, f.id, s.unit_id, s.path,
            'reporting.submission', s.id::text, %s || s.id || %s, %s || '：' || u.name,
            CASE s.state WHEN 'approved' THEN 'approved' ELSE 'open' END, 1, 0, 'submission.review',
            p.id, p.path, s.first_submitted_at
        FROM reporting_submission s
        JOIN access_unit u ON u.id = s.unit_id AND u.level = %s
        JOIN access_unit p ON p.id = u.parent_id
        JOIN approval_flow f ON f.code = %s
        WHERE s.collection_id = %s AND s.state <> 'draft'
        """,
        [before, after, this.collection.title, level, flow_code(level), this.collection.pk],
    )
    _run(_TASKS, [level, this.collection.pk])
    for verdict, later in (("submit", "0 hours"), ("approve", "20 hours")):
        _run(_DECISIONS, [verdict, *CLERKS[:2], verdict, verdict, later, verdict, level, this.collection.pk])


_TASKS = """
INSERT INTO approval_task (case_id, unit_id, path, kind, step, round, assignee_id, permission, user_name, state,
    opened_at, done_at, recused)
SELECT c.id, c.unit_id, c.path, 'review', 0, 1, c.reviewer_id, c.permission, '',
    CASE c.state WHEN 'approved' THEN 'done' ELSE 'open' END, c.submitted_at,
    CASE c.state WHEN 'approved' THEN c.submitted_at + interval '20 hours' END, '{}'
FROM approval_case c
JOIN access_unit u ON u.id = c.unit_id
JOIN reporting_submission s ON c.subject_type = 'reporting.submission' AND c.subject_id = s.id::text
WHERE u.level = %s AND s.collection_id = %s
"""
_DECISIONS = """
INSERT INTO approval_decision (file, case_id, unit_id, path, actor_name, post_title, actor_unit_id,
    actor_unit_name, at, round, step, verdict, reason, places)
SELECT '', c.id, c.unit_id, c.path, CASE WHEN %s = 'submit' THEN %s ELSE %s END, '计生专干',
    CASE WHEN %s = 'submit' THEN c.unit_id ELSE c.reviewer_id END,
    regexp_replace(regexp_replace(CASE WHEN %s = 'submit' THEN u.name ELSE p.name END, '(社区)?居(民)?委(员)?会$',
    '社区'), '村?村(民)?委(员)?会$', '村') || '计生协', c.submitted_at + %s::interval, 1, 0, verdict, '', '[]'
FROM approval_case c
JOIN access_unit u ON u.id = c.unit_id
JOIN access_unit p ON p.id = c.reviewer_id
JOIN reporting_submission s ON c.subject_type = 'reporting.submission' AND c.subject_id = s.id::text
CROSS JOIN (SELECT %s AS verdict) v
WHERE u.level = %s AND s.collection_id = %s AND (verdict = 'submit' OR c.state = 'approved')
"""


def _columns(rows: Sequence[tuple[Any, ...]], width: int) -> list[list[Any]]:
    """Rows turned into the arrays that unnest() takes."""
    return [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(width)]


def _run(statement: str, values: Sequence[Any]) -> None:
    """Run a bulk statement."""
    with connection.cursor() as cursor, bulk_joins(rows=sys.maxsize):
        cursor.execute(statement, values)
