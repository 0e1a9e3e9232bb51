from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "fpa.membership"
    label = "membership"
    verbose_name = "会员"

    def ready(self) -> None:
        """Names kept beside a membership follow the person's own; a keeper's word lets members go."""
        from fpa.membership.actions import take_in
        from fpa.membership.models import Member
        from fpa.people.models import Purpose
        from fpa.people.names import register_name_copy
        from fpa.people.requests import register_agreement

        register_name_copy(Member)
        register_agreement(Purpose.JOIN, take_in)
