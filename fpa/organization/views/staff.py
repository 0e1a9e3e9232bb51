"""Pages of staff."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from fpa.access.loaders import check, load
from fpa.core.form_flow import form_flow, redirect_with_message
from fpa.core.identity import BadId, BadPhone
from fpa.organization import forms
from fpa.organization.actions import staff as actions
from fpa.organization.lists import STAFF, STAFF_LIST, page_of
from fpa.pages.declared_lists import declared_list
from fpa.pages.history import history_of
from fpa.pages.queries import full_name_of
from fpa.people.actions import NotTheSamePerson


def staff_list(request: HttpRequest) -> HttpResponse:
    """The staff of the seat's unit and below, in the order of the units."""
    return declared_list(request, STAFF_LIST)


def staff_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Someone's work at a unit, and its course."""
    staff = load(STAFF, pk, request, "staff.view")
    shown = {
        "title": staff.name,
        "staff": staff,
        "place": full_name_of(staff.unit),
        "history": history_of(staff),
        "places": [("工作队伍", reverse("staff_list")), (staff.unit.name, "")],
    }
    return render(request, "organization/staff_detail.html", shown)


@sensitive_post_parameters("id_number", "phone")
def appoint_staff(request: HttpRequest) -> HttpResponse:
    """Record that a person works at a unit."""
    actor = check(request, "staff.edit")

    def act(**answers: Any) -> HttpResponse:
        staff = actions.appoint_staff(**answers, by=actor)
        return redirect_with_message(request, f"已登记{staff.name}在{staff.unit.name}任职。", page_of(staff))

    return form_flow(
        request,
        forms.AppointStaffForm(request.POST or None, seat=actor),
        title="登记工作人员",
        submit="登记",
        back=reverse("staff_list"),
        act=act,
        refusals=(actions.CannotAppoint, BadId, BadPhone, NotTheSamePerson),
    )


def end_staff(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that someone's work at a unit has ended."""
    actor = check(request, "staff.edit")
    staff = load(STAFF, pk, request, "staff.edit")

    def act(**answers: Any) -> HttpResponse:
        ended = actions.end_staff(staff=staff, **answers, by=actor)
        return redirect_with_message(request, f"已登记{ended.name}离任。", page_of(ended))

    return form_flow(
        request,
        forms.EndStaffForm(request.POST or None),
        title=f"办理离任：{staff.name}",
        submit="确认离任",
        back=page_of(staff),
        act=act,
        refusals=actions.CannotEnd,
        consequences=lambda _: [
            f"从离任日期起，{staff.unit.name}的{staff.get_kind_display()}不再计入此人。",
            "记录仍保留。",
        ],
    )
