"""`fpa audit verify`, `fpa audit seal` and `fpa audit head`."""

import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fpa.access.scope import whole_province
from fpa.audit.outside import NoSuchHead, current_head, parse_heads
from fpa.audit.seal import CannotSeal, seal
from fpa.audit.verify import WORDS, Verification, verify


class Command(BaseCommand):
    """Exit code 0: all is as it was sealed. 1: `verify` found problems. 2: `seal` refused to go on, or no such head."""

    help = "审计日志：verify 核对每条事件、叶子和库外树头；seal 立即封存；head 显示现在的树头，供另行保存。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal", "head"])
        parser.add_argument(
            "--head",
            action="append",
            default=[],
            metavar="条数:根",
            help="另处保存的树头，或者记有树头的文件；可给多个",
        )
        parser.add_argument("--format", choices=["text", "json"], default="text", dest="output")

    def handle(self, *args: Any, what: str, output: str, head: list[str], **options: Any) -> None:
        with (
            whole_province()
        ):  # the log is one for the whole province; nothing of it is shown but what is wrong
            if what == "seal":
                self._seal()
            elif what == "head":
                self.stdout.write(str(current_head()))
            else:
                self._verify(output, head)

    def _verify(self, output: str, given: list[str]) -> None:
        try:
            kept = [head for each in given for head in parse_heads(each)]
        except NoSuchHead as error:
            raise CommandError(str(error), returncode=2) from error
        verdict = verify(kept)
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
