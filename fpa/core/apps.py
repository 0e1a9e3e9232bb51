from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "fpa.core"
    label = "core"
