"""`fpa demo`: prepare the database, load the demo data once, and serve."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from psycopg.errors import InsufficientPrivilege

from fpa.core import database
from fpa.demo import accounts
from fpa.demo.load import is_loaded, load_demo
from fpa.demo.people import LoadedAtAnotherScale

SCALE, FULL_SCALE = 100, 1
BAR_WIDTH = 30


class Command(BaseCommand):
    help = "准备演示数据并启动系统。第二次起直接启动。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--full", action="store_true", help="全部 6,073,700 名会员（默认 1/100）")
        parser.add_argument("--no-serve", action="store_true", help="只准备数据，不启动")
        parser.add_argument("--address", default=os.environ.get("FPA_ADDRESS", "127.0.0.1:8000"))

    def handle(self, *args: Any, **options: Any) -> None:
        subprocess.run([sys.executable, "-m", "fpa", "setup"], check=True)
        self._load(FULL_SCALE if options["full"] else SCALE)
        self.stdout.write(self._welcome(options["address"]))
        self.stdout.flush()
        if not options["no_serve"]:
            call_command("serve", address=options["address"])

    def _load(self, scale: int) -> None:
        if is_loaded():
            if scale == FULL_SCALE and not is_loaded(scale):
                self.stdout.write(
                    "已有按 1/100 载入的演示数据，照旧启动。要全部会员，请先 make clean-data 再 make full。"
                )
            return
        try:
            load_demo(scale, self._bar)
        except LoadedAtAnotherScale as error:
            raise CommandError(str(error)) from None
        with suppress(InsufficientPrivilege), database.connect(settings.OWNER_DATABASE) as owner:
            owner.execute("CHECKPOINT")  # or a crash in the next minutes would have the whole load to replay

    def _bar(self, step: str, done: int, total: int) -> None:
        """Draw the progress of one step on one line; one line a step where nobody watches."""
        if not self.stdout.isatty():
            if done >= total:
                self.stdout.write(f"{step}　{total:,}")
            return
        filled = BAR_WIDTH * done // max(total, 1)
        self.stdout.write(
            f"\r{step:　<12}{'█' * filled}{'░' * (BAR_WIDTH - filled)} {done:,}/{total:,}", ending=""
        )
        if done >= total:
            self.stdout.write("")
        self.stdout.flush()

    def _welcome(self, address: str) -> str:
        lines = [f"\n网上计生协演示系统：http://{address}", f"演示账号（密码均为 {accounts.PASSWORD}）："]
        lines += [f"  {name:<14}{title}　{person}" for name, (_, title, person) in accounts.TITLES.items()]
        second = "、".join(accounts.TWO_PERSON)
        return "\n".join([*lines, f"  {second}　同岗位的第二人：谁报送，谁不能审核"])
