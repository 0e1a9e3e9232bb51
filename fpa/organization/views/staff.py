"""Pages of staff."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from fpa.access.loaders import check, load_for
from fpa.audit.record import recorder_of_export
from fpa.core.lists import Column, Link, Status, is_export, list_page
from fpa.organization import forms
from fpa.organization.actions import staff as actions
from fpa.organization.filters import StaffFilters
from fpa.organization.models import Staff
from fpa.pages.form_flow import form_flow
from fpa.pages.queries import full_name_of
from fpa.pages.record import Fact, history_panel, record_page

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


def staff_list(request: HttpRequest) -> HttpResponse:
    """The staff of the seat's unit and below, in the order of the units."""
    actor = check(request, "staff.export" if is_export(request) else "staff.view")
    may_edit = actor.may("staff.edit")
    return list_page(
        request,
        title="工作队伍",
        rows=STAFF,
        columns=COLUMNS,
        filters=StaffFilters,
        on_export=recorder_of_export(actor),
        links=[Link("登记工作人员", reverse("appoint_staff"), "user-plus", primary=True)] if may_edit else [],
        empty="还没有登记工作人员。",
    )


def staff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Someone's work at a unit, and its course."""
    actor, staff = load_for(STAFF, pk, request, "staff.view")
    end = Link("离任", reverse("end_staff", args=[staff.pk]), "user-minus")
    facts = [
        Fact("状态", state_of(staff)),
        Fact("单位", full_name_of(staff.unit), url=reverse("unit_detail", args=[staff.unit.code])),
        Fact("人员类别", staff.get_kind_display()),
        Fact("职务", staff.title),
        Fact("任职日期", staff.valid_from),
    ]
    return record_page(
        request,
        title=staff.name,
        facts_title="任职",
        facts=[*facts, Fact("离任日期", staff.valid_to)] if staff.valid_to else facts,
        actions=[end] if not staff.valid_to and actor.may("staff.edit") else [],
        panels=[history_panel(staff)],
        back=("staff_list", "工作队伍"),
        places=[("工作队伍", reverse("staff_list")), (staff.unit.name, "")],
    )


@sensitive_post_parameters("id_number", "phone")
def appoint_staff(request: HttpRequest) -> HttpResponse:
    """Record that a person works at a unit."""
    actor = check(request, "staff.edit")

    return form_flow(
        request,
        forms.AppointStaffForm(request.POST or None, seat=actor),
        title="登记工作人员",
        submit="登记",
        back=reverse("staff_list"),
        does=partial(actions.appoint_staff, by=actor),
        said=lambda staff: (f"已登记{staff.name}在{staff.unit.name}任职。", page_of(staff)),
    )


def end_staff(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that someone's work at a unit has ended."""
    actor, staff = load_for(STAFF, pk, request, "staff.edit")

    return form_flow(
        request,
        forms.EndStaffForm(request.POST or None),
        title=f"办理离任：{staff.name}",
        submit="确认离任",
        back=page_of(staff),
        does=partial(actions.end_staff, staff=staff, by=actor),
        said=lambda ended: (f"已登记{ended.name}离任。", page_of(ended)),
        consequences=lambda _: [
            f"从离任日期起，{staff.unit.name}的{staff.get_kind_display()}不再计入此人。",
            "记录仍保留。",
        ],
    )
