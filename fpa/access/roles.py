"""Roles and what each may do. A permission is `thing.verb`, and the action and the audit verb use the same words.

Declared in code, so that a release carries its rights and a test can walk them all; a post names its role.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """A set of permissions with a Chinese name."""

    code: str
    label: str
    permissions: frozenset[str]


_LOOK = {"unit.view", "figure.view", "dashboard.view", "report.view", "thread.view", "case.view"}
_MEMBERS = {"member.view", "member.join", "member.edit", "member.leave", "member.reveal", "member.export"}
_STAFF = {"staff.view", "staff.export"}
_FILL = {"submission.view", "submission.fill", "thread.write"}
_REVIEW = {"submission.review", "member.transfer", "member.import", "staff.edit"} | _STAFF

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "office",
            "计生协办公室",
            frozenset(
                _LOOK
                | _MEMBERS
                | _FILL
                | _REVIEW
                | {"collection.issue", "collection.exempt", "unit.edit", "report.make"}
            ),
        ),
        Role("township", "乡镇（街道）专干", frozenset(_LOOK | _MEMBERS | _FILL | _REVIEW)),
        Role("village", "村（社区）专干", frozenset(_LOOK | _MEMBERS | _FILL | _STAFF)),
        Role("auditor", "安全审计员", frozenset({"audit.view", "unit.view"})),
        Role(
            "administrator",
            "系统管理员",
            frozenset({"unit.view", "user.view", "user.edit", "post.edit", "job.view"}),
        ),
    )
}

ROLE_CHOICES = [(role.code, role.label) for role in ROLES.values()]
