"""Reads worth a name: finding members."""

from django.db.models import F

from fpa.membership.models import Member


def find_members(secret: dict[str, bytes]) -> list[Member]:
    """Members in scope whose person has this secret (`secret_lookup`), 50 at most; open memberships first."""
    members = Member.objects.filter(**{f"person__{column}": index for column, index in secret.items()})
    return list(
        members.select_related("person", "unit").order_by(F("left_on").desc(nulls_first=True), "path", "id")[
            :50
        ]
    )
