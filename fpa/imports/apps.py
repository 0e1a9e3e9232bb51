from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ImportsConfig(AppConfig):
    name = "fpa.imports"
    label = "imports"
    verbose_name = "导入"

    def ready(self) -> None:
        """Find the modules' importers."""
        autodiscover_modules("importing")
