"""Rosters for tests of the import: invented people with valid numbers, and the command that brings a file in."""

import json
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import call_command

from fpa.core.identity import make_id
from fpa.core.tests.sheets_factory import make_csv

HEADER = ["姓名", "身份证号", "手机", "村（社区）"]
VILLAGE = "新街社区"
TOWNSHIP = "城中街道"


def number(serial: int, birth: date = date(1980, 5, 17)) -> str:
    """A valid ID number; an odd serial is a man's."""
    return make_id("431202", birth, serial)


def person(serial: int, **changes: Any) -> list[Any]:
    """A row of HEADER, with cells changed by name: `person(1, phone="")`."""
    cells = {"name": "张三", "id": number(serial), "phone": f"138{serial:08d}", "village": VILLAGE, **changes}
    return list(cells.values())


def run(file: Path, unit: str, by: str = "county", *options: str) -> dict[str, Any]:
    """`fpa import members FILE --unit --by --format json`, its answer parsed; a refusal's too."""
    out = StringIO()
    with suppress(SystemExit):  # 2 for a refusal; `test_import_command_exit_codes` looks at it
        call_command(
            *("import", "members", str(file), "--unit", unit, "--by", by, "--format", "json", *options),
            stdout=out,
        )
    return json.loads(out.getvalue())


def bring(
    folder: Path, rows: Sequence[Sequence[Any]], unit: str = "431202000000", by: str = "county"
) -> dict[str, Any]:
    """Import rows (header first) as CSV."""
    return run(make_csv(folder / "名册.csv", rows), unit, by)


def many(count: int) -> list[list[Any]]:
    """Rows of HEADER for different people, at most 360,000."""
    days = [date(1960, 1, 1) + timedelta(days=n) for n in range(-(-count // 900))]
    return [["张三", number(n % 900, days[n // 900]), f"138{n:08d}", VILLAGE] for n in range(count)]
