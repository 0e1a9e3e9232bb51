"""What is held with others: which units see it, and what can't be so."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from fpa.access.models import Unit
from fpa.pages.fields import BodiesField
from fpa.training.models import Session

DAY = date(2023, 5, 12)


def held(unit, **changes):
    return Session(**{"unit": unit, "level": 3, "starts_on": DAY, "ends_on": DAY} | changes)


def test_bodies_field_parts_names_however_they_are_parted(province_scope):
    assert BodiesField().clean("县卫健局，妇联；红十字会、 团委") == "县卫健局、妇联、红十字会、团委"
    assert BodiesField(required=False).clean("") == ""


def test_bodies_field_refuses_a_name_of_more_than_one_unit(province_scope, unit_of):
    twin = unit_of("village")
    Unit.objects.filter(pk=unit_of("sibling").pk).update(name=twin.name)
    with pytest.raises(ValidationError, match=f"“{twin.name}”对应不止一个单位.+请改填区划代码"):
        BodiesField().clean(f"{twin.name}、妇联")


def test_bodies_field_takes_a_code_for_such_a_name(province_scope, unit_of):
    named = f"{unit_of('sibling').code} {unit_of('sibling').name}"
    assert BodiesField().clean(named) == named


def test_bodies_field_keeps_its_hint_unless_told_another():
    assert "顿号" in BodiesField().help_text
    assert "顿号" in BodiesField(help_text="").help_text
    assert BodiesField(help_text="同上。").help_text == "同上。"


def test_co_holders_are_the_units_that_are_named_but_ones_own(province_scope, unit_of):
    county, sibling = unit_of("county"), unit_of("sibling")
    session = held(county, organizer=f"{sibling.name}计生协", partners=f"县卫健局、{county.name}")
    session.find_co_holders()
    assert session.co_holders == [sibling.path]


@pytest.mark.parametrize(
    ("name", "changes", "words"),
    [
        ("county", {}, ""),
        ("county", {"level": 4}, ""),
        ("county", {"ends_on": date(2023, 5, 11)}, "结束日期不能早于开始日期"),
        ("county", {"level": 2}, "不能高于县市区级"),
        ("county", {"level": 0}, "不能高于"),
        ("province", {"level": 0}, ""),
    ],
)
def test_fault_of_what_is_held(province_scope, unit_of, name, changes, words):
    fault = held(unit_of(name), **changes).fault
    assert words in fault
    assert bool(fault) == bool(words)
