from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fpa.core"
    label = "core"
    verbose_name = "公用"

    def ready(self) -> None:
        """Register the query lookups."""
        import_module("fpa.core.lookups")
