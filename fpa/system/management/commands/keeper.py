"""`fpa keeper`: keeps the figures fresh and the audit sealed."""

from typing import Any

from django.core.management.base import BaseCommand

from fpa.system.keeper import keep


class Command(BaseCommand):
    help = "保持指标新鲜、审计封存；随 fpa serve 自动运行。"

    def handle(self, *args: Any, **options: Any) -> None:
        keep()
