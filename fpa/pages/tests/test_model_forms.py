"""Forms and filters made from a model's own fields."""

from datetime import timedelta

import django_filters as filters
import pytest
from django.utils import timezone

from fpa.core.forms import DateField, Form, NumberField
from fpa.pages.fields import BodiesField, UnitField
from fpa.pages.filters import SeatFilters, UnitFilter, filters_of
from fpa.pages.forms import OwnUnitForm, PlaceForm
from fpa.pages.model_forms import form_of
from fpa.registers.models import Entry
from fpa.training.models import Certificate, Participant, Plan, Session

PLANNED = form_of(Plan, "title sessions", "participants")
GOOD = {"title": "计划", "sessions": "6", "participants": "300"}


def faults(form):
    return {name: " ".join(found) for name, found in form.errors.items()}


def test_form_of_gives_fields_in_order_with_the_models_words():
    form = form_of(Session, "title starts_on hours organizer")()
    assert list(form.fields) == ["title", "starts_on", "hours", "organizer"]
    kinds = [type(field) for field in form.fields.values()]
    assert kinds[1:] == [DateField, NumberField, BodiesField]
    assert [field.label for field in form.fields.values()] == ["培训名称", "开始日期", "学时", "承办单位"]
    assert [field.required for field in form.fields.values()] == [True, True, True, False]


def test_form_of_gives_cleaned_answers():
    form = PLANNED(GOOD)
    assert form.is_valid()
    assert form.cleaned_data == {"title": "计划", "sessions": 6, "participants": 300}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"sessions": "0"}, {"sessions": "计划场次不能小于 1，现填 0，请核对后改正。"}),
        (
            {"participants": "1000001"},
            {"participants": "计划人次不能大于 1000000，现填 1000001，请核对后改正。"},
        ),
        ({"title": "长" * 81}, {"title": "计划名称最多 80 个字，现有 81 个字，请精简。"}),
    ],
)
def test_form_of_holds_to_the_models_bounds(changes, fault):
    assert faults(PLANNED(GOOD | changes)) == fault


def test_numbers_have_the_models_places_and_are_typed_as_offices_do():
    form = form_of(Session, "hours cost")
    assert form({"hours": "12.5", "cost": "1,200"}).is_valid()
    assert "小数" in faults(form({"hours": "12.55", "cost": "1"}))["hours"]
    assert "不能小于 0.5" in faults(form({"hours": "0.4", "cost": "1"}))["hours"]
    assert "不能小于 0" in faults(form({"hours": "1", "cost": "-1"}))["cost"]
    assert form()["cost"].initial == 0


def test_choices_begin_with_the_default_or_ask_for_one():
    fields = form_of(Session, "level kind")().fields
    assert fields["level"].choices[0] == ("", "请选择")
    assert (fields["kind"].choices[0][0], fields["kind"].initial) == ("general", "general")
    assert form_of(Participant, "result")().fields["result"].choices[0] == ("", "未考核")
    assert form_of(Session, "level")({"level": "3"}).is_valid()


def test_day_of_a_default_is_today_and_shown_once():
    form = form_of(Certificate, "issued_on")()
    assert form["issued_on"].initial == timezone.localdate()
    assert str(form["issued_on"]).count("<input") == 1


def test_unit_is_typed_and_ones_own_unless_another_form_is_the_base(province_scope, actor, unit_of):
    own = form_of(Plan, "unit title")
    assert issubclass(own, OwnUnitForm)
    assert isinstance(own.base_fields["unit"], UnitField)
    assert own(seat=actor("county")).initial["unit"] == unit_of("county")
    other = form_of(Participant, "unit", base=PlaceForm)
    assert "unit" not in other(seat=actor("county")).initial
    assert other.base_fields["unit"].label == "所在单位"
    assert not issubclass(PLANNED, OwnUnitForm)


def test_choice_of_rows_is_limited_as_the_model_says(province_scope, unit_of):
    given = {"unit": unit_of("county"), "title": "计划", "sessions": 1, "participants": 1}
    draft = Plan.objects.create(year=2022, **given)
    approved = Plan.objects.create(year=2023, state="approved", **given)
    form = form_of(Session, "plan")
    assert list(form().fields["plan"].queryset) == [approved]
    assert not form({"plan": draft.pk}).is_valid()


def test_choice_of_entries_is_that_of_today(province_scope):
    form = form_of(Session, "task")
    entry = Entry.objects.get(dictionary__code="key_tasks", code="publicity")
    assert entry in form().fields["task"].queryset
    Entry.objects.filter(pk=entry.pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    assert entry not in form().fields["task"].queryset
    assert {each.dictionary.code for each in form().fields["task"].queryset} == {"key_tasks"}


def test_plain_form_knows_of_no_model():
    assert not hasattr(Form, "model")
    assert PLANNED.model is Plan


def test_filters_of_are_of_the_kind_of_their_field():
    made = filters_of(Session, "title unit level", "plan cost", ended="ends_on").base_filters
    assert [type(each) for each in made.values()] == [
        filters.CharFilter,
        UnitFilter,
        filters.ChoiceFilter,
        filters.ModelChoiceFilter,
        filters.NumberFilter,
        filters.DateFromToRangeFilter,
    ]
    labels = ["培训名称", "主办单位（含下级）", "级别", "所属计划", "经费", "结束日期"]
    assert [each.label for each in made.values()] == labels
    assert (made["ended"].field_name, made["title"].lookup_expr) == ("ends_on", "prefix")


def test_filters_of_find_rows(province_scope, actor, unit_of, rf):
    given = {"unit": unit_of("county"), "title": "计划", "sessions": 1, "participants": 1}
    old, new = (Plan.objects.create(year=year, **given) for year in (2022, 2023))
    made = filters_of(Plan, "year unit state")
    assert issubclass(made, SeatFilters)
    request = rf.get("/")
    request.actor = actor("province")

    def found(**asked):
        return set(made(asked, Plan.objects.all(), request=request).qs)

    assert found(year="2023") == {new}
    assert found(state="approved") == set()
    assert found(unit="431202000000") == {old, new}
    assert found(unit="431221000000") == set()
