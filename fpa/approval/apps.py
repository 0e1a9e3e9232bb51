from importlib import import_module
from importlib.util import find_spec

from django.apps import AppConfig, apps


class ApprovalConfig(AppConfig):
    name = "fpa.approval"
    label = "approval"
    verbose_name = "审批与讨论"

    def ready(self) -> None:
        """Let every room of ours register the kinds of cases that its things go up by."""
        for config in apps.get_app_configs():
            module = f"{config.name}.cases"
            if config.name.startswith("fpa.") and find_spec(module):
                import_module(module)
