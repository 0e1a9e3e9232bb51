from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "fpa.figures"
    label = "figures"
    verbose_name = "指标"
