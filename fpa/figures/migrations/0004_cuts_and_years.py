"""Facts by year, with cuts, stocks by month.

What was counted stays: flows as they are, a stock's half-year under its last month (the running one under the month of
the last counted day). The months between are counted by the next refresh. The table is locked while it is copied: 25
seconds for the demo's 0.9 million facts, 35 for its 6 million on the way back, on a machine that had much else to do.
"""

from typing import Any

from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"

COLUMNS = """
    path varchar(64) COLLATE "C" NOT NULL,
    figure varchar(60) COLLATE "C" NOT NULL,
    period varchar(7) COLLATE "C" NOT NULL,
    own numeric(20, 2) NOT NULL,
    value numeric(20, 2) NOT NULL,
    unit_id bigint NOT NULL
"""

CREATE = f"""
CREATE TABLE figures_fact ({COLUMNS}, cut varchar(60) COLLATE "C" NOT NULL DEFAULT '',
    PRIMARY KEY (figure, period, unit_id, cut)) PARTITION BY RANGE (period)
"""

CREATE_BEFORE = f"CREATE TABLE figures_fact ({COLUMNS}, PRIMARY KEY (figure, period, unit_id))"

SET_ASIDE = """
ALTER TABLE figures_fact RENAME TO figures_fact_before;
ALTER INDEX figures_fact_pkey RENAME TO figures_fact_before_pkey
"""

YEARS = "SELECT DISTINCT left(period, 4)::int FROM figures_fact_before ORDER BY 1"

STOCKS = """
SELECT figure FROM figures_fact_before GROUP BY figure HAVING bool_and(period LIKE '____H_')
"""
"""A flow has facts for months, quarters and years beside those of half-years."""

RUNNING_HALF = """
SELECT to_char(day, 'YYYY') || CASE WHEN extract(month FROM day) <= 6 THEN 'H1' ELSE 'H2' END, to_char(day, 'YYYY-MM')
FROM figures_stockday ORDER BY day DESC LIMIT 1
"""

COPY = """
INSERT INTO figures_fact (figure, period, unit_id, path, own, value)
SELECT figure, CASE WHEN figure <> ALL(%(stocks)s) THEN period
                    WHEN period = %(half)s THEN %(month)s
                    ELSE replace(replace(period, 'H1', '-06'), 'H2', '-12') END,
       unit_id, path, own, value
FROM figures_fact_before
"""

STOCKS_AFTER = """
SELECT figure FROM figures_fact_before GROUP BY figure HAVING bool_and(period LIKE '____-__' OR cut <> '')
"""

COPY_BACK = """
INSERT INTO figures_fact (figure, period, unit_id, path, own, value)
SELECT figure, CASE WHEN figure <> ALL(%(stocks)s) THEN period
                    WHEN period = %(month)s THEN %(half)s
                    ELSE replace(replace(period, '-06', 'H1'), '-12', 'H2') END,
       unit_id, path, own, value
FROM figures_fact_before
WHERE cut = '' AND (figure <> ALL(%(stocks)s) OR period = %(month)s OR (right(period, 2) IN ('06', '12')
      AND period < %(month)s))
"""


def split_by_year(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the facts into a table of the new shape, with a partition for each year that has facts."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SCOPE)
        cursor.execute(SET_ASIDE)
        cursor.execute(CREATE)
        cursor.execute(YEARS)
        for (year,) in cursor.fetchall():
            cursor.execute(
                f"CREATE TABLE figures_fact_{year} PARTITION OF figures_fact FOR VALUES FROM (%s) TO (%s)",
                [str(year), str(year + 1)],
            )
        _copy(cursor, STOCKS, COPY)


def put_together(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put the facts of whole figures into one table again, stocks under their half-years."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SCOPE)
        cursor.execute(SET_ASIDE)
        cursor.execute(CREATE_BEFORE)
        _copy(cursor, STOCKS_AFTER, COPY_BACK)


def _copy(cursor: Any, stocks: str, statement: str) -> None:
    """Copy the facts; everything is marked as never counted, so the next refresh fills in what is not there."""
    cursor.execute(stocks)
    names = [name for (name,) in cursor.fetchall()]
    cursor.execute(RUNNING_HALF)
    half, month = cursor.fetchone() or ("", "")
    cursor.execute(statement, {"stocks": names, "half": half, "month": month})
    cursor.execute("DROP TABLE figures_fact_before")
    cursor.execute("DELETE FROM figures_stockday")


class Migration(migrations.Migration):
    dependencies = [("figures", "0003_stock_day")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunPython(split_by_year, put_together)],
            state_operations=[
                migrations.AddField(
                    "fact",
                    "cut",
                    models.CharField(
                        db_collation="C", db_default="", default="", max_length=60, verbose_name="分组"
                    ),
                ),
                migrations.AlterField(
                    "fact",
                    "pk",
                    models.CompositePrimaryKey(
                        "figure",
                        "period",
                        "unit",
                        "cut",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CountedFigure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "figure",
                    models.CharField(db_collation="C", max_length=60, unique=True, verbose_name="指标"),
                ),
                ("shape", models.CharField(max_length=64, verbose_name="口径版本")),
            ],
            options={"verbose_name": "已计数指标"},
        ),
    ]
