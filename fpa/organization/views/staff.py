"""Pages of staff."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from fpa.access.loaders import check, load_for
from fpa.core.lists import Link
from fpa.organization import forms
from fpa.organization.actions import staff as actions
from fpa.organization.lists import STAFF, STAFF_LIST, page_of, state_of
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.pages.queries import full_name_of
from fpa.pages.record import Fact, history_panel, record_page
from fpa.people.lists import said_of_request


def staff_list(request: HttpRequest) -> HttpResponse:
    """The staff of the seat's unit and below, in the order of the units."""
    return declared_list(request, STAFF_LIST)


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
        does=partial(actions.appoint_or_ask, by=actor),
        said=lambda made: (
            said_of_request(made) or (f"已登记{made.name}在{made.unit.association}任职。", page_of(made))
        ),
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
