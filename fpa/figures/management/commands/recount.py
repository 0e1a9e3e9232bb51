"""`fpa recount`: prove that the facts equal the records, and put right what does not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fpa.access.models import Level, Unit
from fpa.core.visibility import ROOT_PATH
from fpa.figures.freshness import rebuild
from fpa.figures.management.arguments import Refused, period_of, unit_of
from fpa.figures.recount import Proof, TooBusy, recount


class Command(BaseCommand):
    help = "按原始记录逐条重数，核对每一个指标数；有差异时以 1 退出。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", metavar="代码", help="只核对这个单位及其下级")
        parser.add_argument("--period", metavar="报告期", help="只核对这个报告期，如 2023H1")
        parser.add_argument("--repair", action="store_true", help="有差异的指标按记录重新生成")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            unit = unit_of(options["unit"]) if options["unit"] else Unit.objects.get(level=Level.PROVINCE)
            period = period_of(options["period"]) if options["period"] else None
            proof = recount(unit, period)
        except (Refused, TooBusy) as reason:
            self.stderr.write(str(reason))
            sys.exit(2)
        self._show(proof)
        if proof.differences and options["repair"]:
            self._repair(proof)
        if proof.differences:
            sys.exit(1)

    def _show(self, proof: Proof) -> None:
        for difference in proof.differences:
            self.stdout.write(str(difference))
        self.stdout.write(f"核对 {proof.proven + len(proof.differences):,} 个指标数：")
        self.stdout.write(f"与记录一致 {proof.proven:,} 个，有差异 {len(proof.differences):,} 个。")

    def _repair(self, proof: Proof) -> None:
        keys = sorted({difference.figure.key for difference in proof.differences})
        rebuild(keys, ROOT_PATH)
        self.stdout.write(f"已按记录重新生成：{'、'.join(keys)}。请再执行一次 fpa recount 确认。")
