from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class FiguresConfig(AppConfig):
    name = "fpa.figures"
    label = "figures"
    verbose_name = "指标"

    def ready(self) -> None:
        """Let every module of ours declare the figures that its records yield; make partitions after migrations."""
        from fpa.figures.partitions import make_partitions

        post_migrate.connect(make_partitions, sender=self, dispatch_uid="fpa.figures.partitions")
        for config in apps.get_app_configs():
            module = f"{config.name}.figures"
            if config.name.startswith("fpa.") and find_spec(module):
                import_module(module)
