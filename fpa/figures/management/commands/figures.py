"""`fpa figures`: every figure of the catalogue at a unit in a period."""

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.figures import catalogue, queries
from fpa.figures.display import exact_words
from fpa.figures.freshness import refresh
from fpa.figures.management.arguments import Refused, period_of, unit_of
from fpa.figures.queries import Reading


class Command(BaseCommand):
    help = "列出一个单位在一个报告期的全部指标。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, metavar="代码", help="12 位区划代码")
        parser.add_argument(
            "--period", required=True, metavar="报告期", help="如 2023、2023H1、2023Q2、2023-05"
        )
        parser.add_argument("--format", choices=["table", "json"], default="table", help="输出格式")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            unit, period = unit_of(options["unit"]), period_of(options["period"])
        except Refused as reason:
            self.stderr.write(str(reason))
            sys.exit(2)
        refresh()
        with whole_province():  # the command line is the operator's; it shows any unit asked for
            readings = queries.read([f.key for f in catalogue.every()], unit, period).values()
        if options["format"] == "json":
            self.stdout.write(json.dumps([_row(r) for r in readings], ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(_line(r) for r in readings))


def _row(reading: Reading) -> dict[str, Any]:
    value = reading.value if reading.value is None or isinstance(reading.value, int) else float(reading.value)
    return {
        "key": reading.figure.key,
        "value": value,
        "qualifier": reading.qualifier,
        "unit": reading.figure.unit,
        "as_of": timezone.localtime(reading.as_of).isoformat(timespec="seconds"),
    }


def _line(reading: Reading) -> str:
    return f"{reading.figure.key:<36}{exact_words(reading):>20}  {reading.figure.name}"
