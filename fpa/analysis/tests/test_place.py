"""Which unit and period a page is about, and what its form offers."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from fpa.analysis.dashboard import FIRST_FIGURE, DashboardForm, Look
from fpa.analysis.parts import MEMBERS, Per
from fpa.analysis.place import place_of
from tests.cast import CITY, COUNTY, PROVINCE, SIBLING

from .facts import H1


def place(who, form_class=DashboardForm, **asked):
    request = RequestFactory().get("/dashboard/", {"period": H1} | asked)
    vars(request)["actor"] = who
    return place_of(request, "dashboard.view", form_class)


def test_place_of_is_the_seats_own_unit_by_default(province_scope, actor):
    found = place(actor("county"))
    assert (found.unit.code, str(found.period)) == (COUNTY, H1)
    assert found.query == {"unit": COUNTY, "period": H1}
    assert not found.form.is_bound


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        (COUNTY, COUNTY),
        (f"{SIBLING} 中方县", SIBLING),
        ("hcq", COUNTY),
        ("中方县", SIBLING),
        ("怀化市", CITY),
    ],
)
def test_place_of_takes_codes_names_and_initials(province_scope, actor, typed, code):
    assert place(actor("city"), unit=typed).unit.code == code


@pytest.mark.parametrize("typed", ["鹤", "没有这个单位", "长沙市"])
def test_place_of_stays_where_a_typed_name_is_not_one_unit_of_the_seat(province_scope, actor, typed):
    found = place(actor("county"), unit=typed)
    assert found.unit.code == COUNTY
    assert "unit" in found.form.errors


@pytest.mark.parametrize(
    "asked", [{"unit": PROVINCE}, {"unit": SIBLING}, {"unit": "1"}, {"period": "2023Q5"}]
)
def test_place_of_finds_nothing_outside_the_scope(province_scope, actor, asked):
    with pytest.raises(Http404):
        place(actor("county"), **asked)


def test_place_of_needs_the_permission(province_scope, actor):
    with pytest.raises(PermissionDenied):
        place(actor("auditor"))


def test_place_form_offers_years_before_their_halves_the_latest_first(province_scope, actor):
    offered = [code for code, _ in place(actor("county")).form.fields["period"].choices]
    assert offered[-3:] == ["2023", "2023H2", "2023H1"]
    assert len(offered) == len(set(offered))


def test_place_form_offers_a_period_that_the_address_names(province_scope, actor):
    offered = dict(place(actor("county"), period="2023-05").form.fields["period"].choices)
    assert offered["2023-05"] == "2023年5月"


@pytest.mark.parametrize(
    ("name", "asked", "look", "fields"),
    [
        ("province", {}, Look(FIRST_FIGURE, 2, Per.TOTAL), {"figure", "level", "per"}),
        ("province", {"level": "3", "per": "member"}, Look(FIRST_FIGURE, 3, Per.MEMBER), {"figure", "level", "per"}),
        ("city", {"level": "2", "per": "x"}, Look(FIRST_FIGURE, 3, Per.TOTAL), {"figure", "per"}),
        ("county", {"figure": MEMBERS, "per": "village"}, Look(MEMBERS, 4, Per.VILLAGE), {"figure", "per"}),
        ("county", {"figure": "fund.family_health"}, Look(FIRST_FIGURE, 4, Per.TOTAL), {"figure", "per"}),
        ("township", {"per": "village"}, Look(FIRST_FIGURE, 5, Per.TOTAL), {"figure"}),
        ("village", {}, Look(FIRST_FIGURE, None, Per.TOTAL), {"figure"}),
    ],
)  # fmt: skip
def test_dashboard_form_offers_what_a_level_can_compare(province_scope, actor, name, asked, look, fields):
    form = place(actor(name), **asked).form
    assert form.look == look
    assert set(form.fields) - {"unit", "period"} == fields
