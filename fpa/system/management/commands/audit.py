"""`fpa audit verify` and `fpa audit seal`."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fpa.access.scope import whole_province
from fpa.audit.seal import CannotSeal, seal
from fpa.audit.verify import WORDS, Verification, verify


class Command(BaseCommand):
    """Exit code 0: all is as it was sealed. 1: `verify` found problems. 2: `seal` refused to go on."""

    help = "审计日志：verify 核对每条事件、叶子和库外树头；seal 立即封存。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal"])
        parser.add_argument("--format", choices=["text", "json"], default="text", dest="output")

    def handle(self, *args: Any, what: str, output: str, **options: Any) -> None:
        with (
            whole_province()
        ):  # the log is one for the whole province; nothing of it is shown but what is wrong
            if what == "seal":
                self._seal()
            else:
                self._verify(output)

    def _verify(self, output: str) -> None:
        verdict = verify()
        words = json.dumps(asdict(verdict), ensure_ascii=False) if output == "json" else _text(verdict)
        self.stdout.write(words)
        if verdict.problems:
            sys.exit(1)

    def _seal(self) -> None:
        try:
            self.stdout.write(f"已封存 {seal()} 条事件。")
        except CannotSeal as error:
            raise CommandError(str(error), returncode=2) from error


def _text(verdict: Verification) -> str:
    lines = [f"事件 {verdict.events} 条，已封存 {verdict.sealed} 条，等待封存 {verdict.waiting} 条。"]
    lines += [f"{WORDS[p.kind]}　{p.event_id}　{p.detail}" for p in verdict.problems]
    lines.append(f"发现 {len(verdict.problems)} 处问题。" if verdict.problems else "核对无误。")
    return "\n".join(lines)
