"""The list of staff."""

from collections.abc import Sequence

from django.urls import reverse

from fpa.core.actor import Actor
from fpa.core.lists import Column, Link, Status
from fpa.organization.filters import StaffFilters
from fpa.organization.models import Staff
from fpa.pages.declared_lists import List

STAFF = Staff.objects.select_related("unit")

COLUMNS = (
    Column("name", "姓名", lambda s: s.name, link=lambda s: page_of(s)),
    Column("unit", "单位", lambda s: s.unit.name),
    Column("kind", "人员类别", lambda s: s.get_kind_display()),
    Column("title", "职务", lambda s: s.title),
    Column("valid_from", "任职日期", lambda s: s.valid_from, sort="valid_from", kind="date"),
    Column("valid_to", "离任日期", lambda s: s.valid_to, sort="valid_to", kind="date"),
    Column("status", "状态", lambda s: state_of(s)),
    Column("code", "区划代码", lambda s: s.unit.code, kind="code", default=False),
)


def state_of(staff: Staff) -> Status:
    """Whether they are in office, by word and shape."""
    return Status("已离任", "off") if staff.valid_to else Status("在任", "done")


def page_of(staff: Staff) -> str:
    """Address of a page of staff."""
    return reverse("staff_detail", args=[staff.pk])


def _links(actor: Actor) -> Sequence[Link]:
    if not actor.may("staff.edit"):
        return ()
    return [Link("登记工作人员", reverse("appoint_staff"), "user-plus", primary=True)]


STAFF_LIST = List(
    key="staff_list",
    view="staff.view",
    export="staff.export",
    title="工作队伍",
    rows=lambda: STAFF,
    columns=COLUMNS,
    filters=StaffFilters,
    links=_links,
    empty="还没有登记工作人员。",
)
