from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "fpa.organization"
    label = "organization"
    verbose_name = "组织建设管理"
