from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "fpa.forms"
    label = "forms"
    verbose_name = "字段定义"
