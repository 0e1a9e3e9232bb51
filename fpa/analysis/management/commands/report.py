"""`fpa report half-year`: the half-year report of a unit as docx."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from fpa.access.scope import whole_province
from fpa.analysis.report.compose import CannotReport, compose
from fpa.analysis.report.document import write_report
from fpa.core.official import CannotWriteOfficial
from fpa.figures.freshness import refresh
from fpa.figures.management.arguments import Refused, period_of, unit_of


class Command(BaseCommand):
    help = "编写报告。half-year：一个单位的半年（或全年）工作情况，每个数字取自平台的指标数。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=["half-year"], help="报告种类")
        parser.add_argument("--unit", required=True, metavar="代码", help="12 位区划代码")
        parser.add_argument("--period", required=True, metavar="报告期", help="如 2023H1，全年写 2023")
        parser.add_argument("-o", "--output", required=True, metavar="文件", help="写到这个 docx 文件")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._write(options["unit"], options["period"], options["output"])
        except (Refused, CannotReport, CannotWriteOfficial) as reason:
            self._refuse(str(reason))
        except OSError as error:
            self._refuse(f"文件“{options['output']}”写不进去（{error.strerror}），请换一个可以写入的位置。")

    def _write(self, code: str, period: str, output: str) -> None:
        unit, wanted = unit_of(code), period_of(period)
        refresh()
        with whole_province():  # the command line is the operator's; it reports on any unit asked for
            report = compose(unit, wanted)
        write_report(output, report, signed_on=timezone.localdate())
        self.stdout.write(f"已写好“{report.title}”：{output}，引用指标 {len(report.readings)} 项。")

    def _refuse(self, reason: str) -> None:
        self.stderr.write(reason)
        sys.exit(2)
