"""`fpa audit verify` and `fpa audit seal`."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand

from fpa.access.scope import everything
from fpa.audit.seal import seal
from fpa.audit.verify import Verdict, verify

WORDS = {
    "edited": "被改动",
    "deleted": "被删除",
    "swapped": "被互换",
    "inserted": "被插入",
    "cut_off": "被截断",
    "log": "日志异常",
}


class Command(BaseCommand):
    help = "审计日志：verify 核对每条事件、叶子和库外树头；seal 立即封存。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal"])
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, what: str, format: str, **options: Any) -> None:  # noqa: A002
        with everything():
            if what == "seal":
                self.stdout.write(f"已封存 {seal()} 条事件。")
                return
            verdict = verify()
        self.stdout.write(json.dumps(asdict(verdict), ensure_ascii=False) if format == "json" else _text(verdict))
        if verdict.problems:
            sys.exit(1)


def _text(verdict: Verdict) -> str:
    lines = [f"事件 {verdict.events} 条，已封存 {verdict.sealed} 条，等待封存 {verdict.waiting} 条。"]
    lines += [f"{WORDS[p.kind]}　{p.event_id}　{p.detail}" for p in verdict.problems]
    lines.append(f"发现 {len(verdict.problems)} 处问题。" if verdict.problems else "核对无误。")
    return "\n".join(lines)
