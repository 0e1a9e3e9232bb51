from django.apps import AppConfig


class ApprovalConfig(AppConfig):
    name = "fpa.approval"
    label = "approval"
    verbose_name = "审核与讨论"
