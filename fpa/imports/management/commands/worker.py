"""`fpa worker`: do long jobs until told to stop."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from fpa.imports.worker import work


class Command(BaseCommand):
    help = "后台任务进程：检查和写入导入的文件。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="做完排队的任务就退出")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        work(wait=not once)
