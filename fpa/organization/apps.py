from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "fpa.organization"
    label = "organization"
    verbose_name = "组织建设管理"

    def ready(self) -> None:
        """Names kept beside a post follow the person's own."""
        from fpa.organization.models import Staff
        from fpa.people.names import register_name_copy

        register_name_copy(Staff)
