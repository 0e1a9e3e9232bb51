"""Plans: one a year, changed until they go up, approved by the level above."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fpa.approval.actions import approve_case, reject_case, return_case, withdraw_case
from fpa.audit.models import Event
from fpa.training.actions import CannotPlan, add_plan, edit_plan, submit_plan
from fpa.training.models import Plan

MORE = {"title": "新名", "sessions": 8, "participants": 400}


def test_add_plan_is_one_a_year(plan, actor, unit_of):
    assert Event.objects.get(verb="plan.added").changes["sessions"] == [None, 6]
    with pytest.raises(CannotPlan, match="已登记2023年"):
        add_plan(unit=unit_of("county"), year=2023, by=actor("county"), **MORE)
    with pytest.raises(CannotPlan, match="本单位及下级"):
        add_plan(unit=unit_of("sibling"), year=2024, by=actor("county"), **MORE)


def test_plan_follows_its_case(plan, actor):
    case = submit_plan(plan=plan, by=actor("county"))
    assert Plan.objects.get().state == "submitted"
    with pytest.raises(CannotPlan, match="审核中，不能修改"):
        edit_plan(plan=plan, by=actor("county"), **MORE)
    day = timezone.localdate() + timedelta(days=3)
    return_case(case=case, by=actor("city"), reason="场次偏少", due_on=day)
    assert edit_plan(plan=plan, by=actor("county"), **MORE).state == "returned"
    case = submit_plan(plan=plan, by=actor("county"))
    approve_case(case=case, by=actor("city"))
    assert Plan.objects.get().state == "approved"
    assert Event.objects.get(verb="plan.approved").changes["state"] == ["submitted", "approved"]


def test_who_reviews_again_sees_what_was_changed_since_the_return(plan, actor, client_as):
    case = submit_plan(plan=plan, by=actor("county"))
    page = f"/cases/{case.pk}/decide/"
    assert "退回以后的改动" not in client_as("city").get(page).text
    return_case(case=case, by=actor("city"), reason="场次偏少", due_on=timezone.localdate())
    was = Plan.objects.get()
    edit_plan(plan=plan, by=actor("county"), **MORE | {"sessions": 7})
    edit_plan(plan=Plan.objects.get(), by=actor("county"), **MORE)
    submit_plan(plan=plan, by=actor("county"))
    page = client_as("city").get(page).text
    changed = page[page.index("退回以后的改动") : page.index("</ul>", page.index("退回以后的改动"))]
    assert f"<s>{was.sessions}</s> → <b>{MORE['sessions']}</b>" in changed
    assert "状态" not in changed
    assert ">7<" not in changed


@pytest.mark.parametrize(
    ("verdict", "who", "state"), [(reject_case, "city", "rejected"), (withdraw_case, "county", "draft")]
)
def test_plan_that_is_not_approved_says_so(plan, actor, verdict, who, state):
    verdict(case=submit_plan(plan=plan, by=actor("county")), by=actor(who), reason="另行安排")
    assert Plan.objects.get().state == state


def test_submit_plan_of_the_province_has_nobody_above(plan, actor, unit_of):
    own = add_plan(unit=unit_of("province"), year=2023, by=actor("province"), **MORE)
    with pytest.raises(CannotPlan, match="没有上级审核"):
        submit_plan(plan=own, by=actor("province"))


def test_plan_pages_lead_from_the_form_to_the_case(plan, client_as):
    url = plan.get_absolute_url()
    client = client_as("county")
    assert "报送审核" in client.get(url).text
    edited = client.post(f"{url}edit/", MORE, follow=True).text
    assert "已保存“新名”" in edited
    assert "由怀化市计生协审核" in client.post(f"{url}submit/", follow=True).text
    assert "报送审核" not in client.get(url).text
    case = client_as("city").get("/cases/").text
    assert "新名" in case
    assert client_as("sibling").get(url).status_code == 404


def test_plan_of_the_province_is_in_force_at_once_and_stays_open_to_change(plan, client_as, unit_of):
    client = client_as("province")
    answers = {"unit": unit_of("province").code, "year": "2023", **MORE}
    page = client.post("/training/plans/add/", answers, follow=True).text
    assert "已生效，可以据此办班" in page
    assert "报送审核" not in page
    own = Plan.objects.get(unit=unit_of("province"))
    assert own.state == "approved"
    assert "已保存" in client.post(f"{own.get_absolute_url()}edit/", MORE, follow=True).text
