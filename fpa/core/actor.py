"""Who acts: passed as `by=` to every action, so that no write is without a name."""

from dataclasses import dataclass, field

from fpa.core.visibility import ROOT_PATH


@dataclass(frozen=True)
class Actor:
    """A person in a post at a unit, for the length of one request or job."""

    user_id: int | None
    name: str
    post_id: int | None = None
    post_title: str = ""
    unit_id: int | None = None
    unit_name: str = ""
    path: str = ROOT_PATH
    level: int = 1
    role: str = ""
    permissions: frozenset[str] = field(default_factory=frozenset)
    ip: str | None = None
    request_id: str = ""

    def may(self, permission: str) -> bool:
        """Tell whether the post's role carries a permission such as `member.transfer`."""
        return permission in self.permissions


SYSTEM = Actor(user_id=None, name="系统")
"""The platform itself: sealing, recounting, loading reference data."""
