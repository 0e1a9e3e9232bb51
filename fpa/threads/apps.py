from django.apps import AppConfig


class ThreadsConfig(AppConfig):
    name = "fpa.threads"
    label = "threads"
    verbose_name = "讨论"
