from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccessConfig(AppConfig):
    name = "fpa.access"
    label = "access"
    verbose_name = "单位、账号、岗位"

    def ready(self) -> None:
        from fpa.access import guards

        post_migrate.connect(guards.apply_after_migrate, dispatch_uid="fpa.access.guards")
