"""`fpa setup`: keys, static files, the application's role, migrations, the tree of units, standard flows and forms.

Safe to run again.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connection
from psycopg.errors import LockNotAvailable

from fpa.access.guards import GuardsBusy
from fpa.access.load_units import load_units
from fpa.access.renamed_apps import rename_apps
from fpa.access.scope import whole_province
from fpa.core import database
from fpa.core.crypto import generate_keyring
from fpa.core.modules import modules
from fpa.core.statics import collect_static_files

LOCK_WAIT_MS = 2_000
"""How long a migration waits for a table; whoever comes meanwhile waits behind it."""


def prepare_folder_and_role() -> None:
    """Make what there is beside the tables: the keys, the static files, the application's role."""
    if not settings.KEYRING_FILE.exists():
        generate_keyring(settings.KEYRING_FILE)
    collect_static_files()
    database.ensure_app_role(settings.OWNER_DATABASE, settings.DATA_DIR)


class Command(BaseCommand):
    help = "准备数据库：密钥、应用角色、数据表、区划单位、标准流程和报表。可重复执行。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bare", action="store_true", help="只备好数据库，不发布标准流程和报表")

    def handle(self, *args: Any, **options: Any) -> None:
        prepare_folder_and_role()
        self._migrate()
        made = load_units()
        if not options["bare"]:
            self._publish()
        self.stdout.write(f"数据库已就绪{f'，载入 {made:,} 个单位' if made else ''}。")

    def _publish(self) -> None:
        """What the rooms need to begin work: standard flows and forms, where they are missing or have changed."""
        for module in modules().values():
            if module.on_setup:
                with whole_province():  # what is published belongs to the province; nothing is shown
                    module.on_setup()

    def _migrate(self) -> None:
        """Change tables without having everyone wait behind us: a lock that does not come soon is asked for again
        later, by whoever runs the command."""
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {LOCK_WAIT_MS}")
            rename_apps()
            call_command("migrate", verbosity=0, interactive=False)
        except GuardsBusy as busy:
            raise CommandError(str(busy)) from busy
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                "有长时间的事务占着要改动的数据表，这一步没有做；已做完的不受影响，系统照常运行。"
                "请等它结束后再运行一次 fpa setup。"
            ) from error
