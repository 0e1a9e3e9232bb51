from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "fpa.membership"
    label = "membership"
    verbose_name = "会员"

    def ready(self) -> None:
        """Names kept beside a membership follow the person's own."""
        from fpa.membership.models import Member
        from fpa.people.names import register_name_copy

        register_name_copy(Member)
