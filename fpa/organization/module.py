"""What the rest of the house may know of units, standings and staff."""

from django.urls import reverse

from fpa.access.roles import REVIEWERS, WORKERS
from fpa.core.actor import Actor
from fpa.core.modules import Entry, Hit, HitGroup, Module, Permission
from fpa.pages.queries import search_units

FOUND = 8
"""Units that the search box shows."""


def search(wanted: str, actor: Actor) -> list[HitGroup]:
    """Units by name, code or initials."""
    units = search_units(wanted, actor.path, FOUND) if actor.may("unit.view") else []
    hits = [
        Hit(u.name, u.parent.name if u.parent else "", reverse("unit_detail", args=[u.code])) for u in units
    ]
    return [HitGroup("单位", hits)]


MODULE = Module(
    permissions=(
        Permission("staff.view", "看工作队伍", WORKERS),
        Permission("staff.export", "导出工作队伍", WORKERS),
        Permission("staff.edit", "登记工作人员、离任", REVIEWERS),
    ),
    menu=(
        Entry("organization", "组织机构", "unit_tree", "unit.view", 10),
        Entry("organization", "工作队伍", "staff_list", "staff.view", 30),
    ),
    verbs={
        "unit.renamed": "单位更名",
        "unit.moved": "调整单位隶属关系",
        "standing.set": "登记入序、参公、三定事项",
        "staff.appointed": "工作人员任职",
        "staff.ended": "工作人员离任",
    },
    fields={"document": "文号"},
    search=search,
    pages={
        "unit_detail": "单位",
        "unit_children": "下级单位",
        "staff_detail": "工作人员",
    },
)
