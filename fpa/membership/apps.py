from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "fpa.membership"
    label = "membership"
    verbose_name = "会员"
