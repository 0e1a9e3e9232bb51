"""Roles. What each may do is declared by the rooms: a permission names its roles (`module.py`, `fpa.core.modules`).

A permission is `thing.verb`, and the action and the audit verb use the same words. Roles stand in code, so that a
release carries its rights and a test can walk them all; a post names its role.
"""

from dataclasses import dataclass

from fpa.core.modules import permissions


@dataclass(frozen=True)
class Role:
    """A role with its Chinese name."""

    code: str
    label: str

    @property
    def permissions(self) -> frozenset[str]:
        """Codes of the permissions that the rooms give to this role."""
        return frozenset(permission.code for permission in permissions() if self.code in permission.roles)


OFFICE, TOWNSHIP, VILLAGE, AUDITOR, ADMINISTRATOR = (
    "office",
    "township",
    "village",
    "auditor",
    "administrator",
)
OFFICES = (OFFICE,)
REVIEWERS = (OFFICE, TOWNSHIP)
WORKERS = (OFFICE, TOWNSHIP, VILLAGE)
EVERYONE = (*WORKERS, AUDITOR, ADMINISTRATOR)

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(OFFICE, "计生协办公室"),
        Role(TOWNSHIP, "乡镇（街道）专干"),
        Role(VILLAGE, "村（社区）专干"),
        Role(AUDITOR, "安全审计员"),
        Role(ADMINISTRATOR, "系统管理员"),
    )
}

ROLE_CHOICES = [(role.code, role.label) for role in ROLES.values()]
