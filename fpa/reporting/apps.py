from django.apps import AppConfig


class ReportingConfig(AppConfig):
    name = "fpa.reporting"
    label = "reporting"
    verbose_name = "数据采集上报"
