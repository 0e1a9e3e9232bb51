"""Declared form pages: what a declaration says already, who is offered one, what it loads, and where it leads."""

from datetime import date

import pytest
from django.http import Http404

from fpa.core.lists import Link
from fpa.pages.declared_forms import FormPage, add_page, edit_page, load_own_for, offered
from fpa.pages.declared_lists import List
from fpa.pages.forms import ReasonForm
from fpa.pages.model_forms import form_of
from fpa.pages.named import NamedView
from fpa.registers.models import Entry
from fpa.training.models import Participant, Plan, Session

PLANS = Plan.objects.select_related("unit")
SESSIONS = Session.objects.select_related("unit")
DAY = date(2023, 5, 12)


def turn_plan(**_):
    """An action that does nothing."""


@pytest.fixture
def plan(province_scope, unit_of):
    return Plan.objects.create(
        unit=unit_of("county"), year=2023, title="年度计划", sessions=6, participants=30
    )


@pytest.fixture
def of_the_city(province_scope, unit_of):
    """A session that the county sees from below."""
    task = Entry.objects.get(code="publicity")
    held = {"title": "市班", "level": 2, "place": "党校", "starts_on": DAY, "ends_on": DAY, "hours": 8}
    return Session.objects.create(unit=unit_of("city"), task=task, **held)


def test_page_is_called_what_its_action_is_called():
    page = FormPage(turn_plan, "training.edit", "办结", PLANS)
    assert (page.name, page.__name__) == ("turn_plan", "turn_plan")
    assert FormPage(turn_plan, "training.edit", "办结", PLANS, name="other").__name__ == "other"


@pytest.mark.parametrize(
    ("page", "title", "submit", "label", "said"),
    [
        (FormPage(turn_plan, "p", "办结", PLANS), "办结培训计划", "办结", "办结", "已办结“{}”。"),
        (FormPage(turn_plan, "p", "退回未办结", PLANS), "退回未办结", "退回", "退回", "已退回“{}”。"),
        (
            FormPage(turn_plan, "p", "作废", PLANS, ReasonForm, consequences=lambda _: ["无效"]),
            "作废培训计划", "确认作废", "作废", "已作废“{}”。",
        ),
        (
            FormPage(turn_plan, "p", "登记", PLANS, form_of(Participant, "name"), label="登记一人", said="好。"),
            "登记参训人员", "登记", "登记一人", "好。",
        ),
        (add_page(turn_plan, "p", form_of(Plan, "title"), "plan_list"), "登记培训计划", "登记", "登记", "已登记“{}”。"),
        (edit_page(turn_plan, "p", PLANS, form_of(Plan, "title")), "修改培训计划", "保存", "修改", "已保存“{}”。"),
    ],
)  # fmt: skip
def test_page_fills_in_what_its_title_says(page, title, submit, label, said):
    assert (page.title, page.submit, page.label, page.said) == (title, submit, label, said)
    assert page.words == title


def test_declaring_a_page_asks_the_database_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        FormPage(turn_plan, "training.edit", "办结", PLANS)


def test_page_is_offered_at_or_below_ones_unit_by_right_and_state(plan, actor):
    page = edit_page(turn_plan, "training.edit", PLANS, form_of(Plan, "title"), name="edit_plan")
    assert offered(actor("county"), plan, page) == [
        Link("修改", f"/training/plans/{plan.pk}/edit/", "pencil")
    ]
    assert offered(actor("city"), plan, page) == [Link("修改", f"/training/plans/{plan.pk}/edit/", "pencil")]
    for name in ("sibling", "township", "village", "auditor"):
        assert offered(actor(name), plan, page) == [], name
    plan.state = "submitted"
    assert offered(actor("county"), plan, page) == [], "it is not open to change"


def test_new_link_is_for_who_may(actor, db):
    page = add_page(turn_plan, "training.edit", form_of(Plan, "title"), "plan_list", name="add_plan")
    (link,) = page.new_link(actor("county"))
    assert (link.label, link.url, link.primary) == ("登记培训计划", "/training/plans/add/", True)
    assert page.new_link(actor("village")) == []


def test_row_column_leads_where_the_row_is_open_to_it(plan, actor):
    page = FormPage(
        turn_plan, "training.edit", "报送", PLANS, when=lambda row: row.year == 2023, name="submit_plan"
    )
    column = page.column(actor("county"))
    assert (column.value(plan), column.link(plan)) == ("报送", f"/training/plans/{plan.pk}/submit/")
    plan.year = 2022
    assert (column.value(plan), column.link(plan)) == ("", None)


def test_row_pages_stand_on_the_page_alone_for_who_may(plan, actor, rf):
    page = FormPage(turn_plan, "training.edit", "报送", PLANS, name="submit_plan")
    listed = List(key="plan_list", view="training.view", row_pages=[page])
    assert [column.key for column in listed.row_columns(rf.get("/"), actor("county"))] == ["submit_plan"]
    assert listed.row_columns(rf.get("/"), actor("village")) == []
    for way in ("export=xlsx", "print=1"):
        assert listed.row_columns(rf.get(f"/?{way}"), actor("county")) == []


def test_record_seen_from_below_is_not_loaded_to_be_acted_upon(of_the_city, actor, rf):
    request = rf.get("/")
    request.actor = actor("city")
    assert load_own_for(SESSIONS, of_the_city.pk, request, "training.edit")[1] == of_the_city
    request.actor = actor("county")
    with pytest.raises(Http404):
        load_own_for(SESSIONS, of_the_city.pk, request, "training.edit")


def test_edit_page_begins_with_what_is_on_record_and_keeps_a_wrong_answer(plan, client_as):
    client = client_as("county")
    url = f"{plan.get_absolute_url()}edit/"
    page = client.get(url).text
    assert 'value="年度计划"' in page
    assert "修改培训计划：年度计划" in page
    wrong = {"title": "别名", "sessions": "0", "participants": "30"}
    page = client.post(url, wrong).text
    assert 'value="别名"' in page
    assert "计划场次不能小于 1" in page
    assert Plan.objects.get().title == "年度计划"


def test_page_refused_by_its_action_says_why_on_the_form(plan, client_as):
    Plan.objects.update(state="submitted")
    answers = {"title": "别名", "sessions": "6", "participants": "30"}
    page = client_as("county").post(f"{plan.get_absolute_url()}edit/", answers).text
    assert "审核中，不能修改" in page
    assert 'value="别名"' in page


def test_declared_views_are_named_views():
    page = FormPage(turn_plan, "training.edit", "报送", PLANS)
    assert isinstance(page, NamedView)
    assert isinstance(List(key="plan_list", view="training.view"), NamedView)
