from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "fpa.audit"
    label = "audit"
    verbose_name = "审计"
