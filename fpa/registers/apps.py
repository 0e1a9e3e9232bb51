from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "fpa.registers"
    label = "registers"
    verbose_name = "字典、参数、工作日和编号"
