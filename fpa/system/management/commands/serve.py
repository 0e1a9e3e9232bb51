"""`fpa serve`: the web server, the worker and the keeper together."""

import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from fpa.core.statics import collect_static_files
from fpa.system.supervisor import commands, supervise


class Command(BaseCommand):
    help = "启动网上计生协：网页、后台任务和指标更新。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default=os.environ.get("FPA_ADDRESS", "127.0.0.1:8000"))
        parser.add_argument("--workers", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        collect_static_files()
        sys.exit(supervise(commands(options["address"], options["workers"])))
