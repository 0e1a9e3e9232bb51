"""What people type into the fields of people and units."""

import pytest
from django.core.exceptions import ValidationError

from fpa.pages.fields import UnitField, UnitInput
from fpa.people.fields import IdField, PhoneField


def unit_field(within="/"):
    field = UnitField(label="单位")
    field.within = within
    return field


@pytest.mark.parametrize("typed", ["鹤城区", "431202000000", "431202000000 鹤城区", " 鹤城区 "])
def test_unit_field_takes_a_code_a_name_or_both(db, unit_of, typed):
    assert unit_field().clean(typed) == unit_of("county")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("城关", "对应不止一个单位"),
        ("没有的地方", "没有找到“没有的地方”"),
        ("999999999999", "没有找到"),
        ("", "必填"),
    ],
)
def test_unit_field_says_why_not(db, typed, words):
    with pytest.raises(ValidationError) as fault:
        unit_field().clean(typed)
    assert words in str(fault.value)


def test_unit_field_names_candidates_with_their_codes(db):
    with pytest.raises(ValidationError, match=r"（43\d{10}）.*请改填区划代码"):
        unit_field().clean("城关")


def test_unit_field_knows_no_unit_outside_the_seat(db, unit_of):
    with pytest.raises(ValidationError, match="在您的管理范围内没有找到"):
        unit_field(unit_of("sibling").path).clean("鹤城区")


def test_unit_field_that_may_stay_empty_gives_none(db):
    field = UnitField(required=False)
    assert field.clean("") is None


def test_unit_input_offers_units_and_keeps_what_was_typed(db, unit_of):
    shown = UnitInput().render("unit", unit_of("county"), {"id": "id_unit"})
    assert 'value="431202000000 鹤城区"' in shown
    assert 'hx-get="/units/search/?field=unit"' in shown
    assert 'list="id_unit_units"' in shown
    assert 'value="&lt;b&gt;"' in UnitInput().render("unit", "<b>", {"id": "id_unit"})


@pytest.mark.parametrize("typed", ["43120219800520002x", "431202800520002", " 431202 19800520 002X "])
def test_id_field_gives_the_canonical_number(typed):
    assert IdField().clean(typed) == "43120219800520002X"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("431202198005200021", "校验位"),
        ("4.31202E+17", "科学计数法"),
        ("4312", "18 位"),
        ("43120220800520002X", "晚于今天"),
    ],
)
def test_id_field_says_what_is_wrong_and_never_repeats_it(typed, words):
    with pytest.raises(ValidationError, match=words) as fault:
        IdField().clean(typed)
    assert typed not in str(fault.value)


@pytest.mark.parametrize(
    ("typed", "kept"), [("+86 138-0000-1234", "13800001234"), ("0731-88886666", "0731-88886666")]
)
def test_phone_field_gives_the_stored_form(typed, kept):
    assert PhoneField().clean(typed) == kept


def test_phone_field_may_stay_empty():
    assert PhoneField(required=False).clean("  ") == ""
