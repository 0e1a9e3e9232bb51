"""`fpa glossary` and `fpa glossary --check`."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from fpa.system.glossary import compose_glossary, glossary_file, is_fresh


class Command(BaseCommand):
    """Exit code 1: the file does not say what the code says (`--check`)."""

    help = "术语表：从代码写出 docs/glossary.md；--check 只核对它是不是最新的。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="只核对，不写文件")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        if not check:
            glossary_file().write_text(compose_glossary())
            self.stdout.write("已写好 docs/glossary.md。")
        elif not is_fresh():
            raise CommandError("docs/glossary.md 与代码不一致。请运行 fpa glossary 重新写出，一并提交。")
