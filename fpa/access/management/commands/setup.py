"""`fpa setup`: keys, the application's role, migrations, and the tree of units. Safe to run again."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from fpa.access.load_units import load_units
from fpa.access.renamed_apps import rename_apps
from fpa.core import database
from fpa.core.crypto import generate_keyring


class Command(BaseCommand):
    help = "准备数据库：密钥、应用角色、数据表和区划单位。可重复执行。"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.KEYRING_FILE.exists():
            generate_keyring(settings.KEYRING_FILE)
        database.ensure_app_role(settings.OWNER_DATABASE, settings.DATA_DIR)
        rename_apps()
        call_command("migrate", verbosity=0, interactive=False)
        made = load_units()
        self.stdout.write(f"数据库已就绪{f'，载入 {made:,} 个单位' if made else ''}。")
