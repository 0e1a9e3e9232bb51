from django.apps import AppConfig


class SystemConfig(AppConfig):
    name = "fpa.system"
    label = "system"
    verbose_name = "系统管理"
