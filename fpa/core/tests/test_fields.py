"""A field on the page in each of its states, and what its field takes at the edges."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.forms import ValidationError
from django_filters.fields import RangeField

from fpa.core.forms import DateField, Form, NumberField, answers, display_value, style_widgets
from fpa.core.tests.test_components import shown
from fpa.core.tests.urls import VisitForm


class EveryKind(Form):
    text = forms.CharField(
        label="文字", help_text="写一句。", min_length=2, validators=[lambda _: refuse("二")]
    )
    tick = forms.BooleanField(label="同意", help_text="看过再勾。")
    radio = forms.ChoiceField(label="地点", choices=[("a", "甲"), ("b", "乙")], widget=forms.RadioSelect)
    span = RangeField(label="金额", required=False)
    hidden = forms.CharField(widget=forms.HiddenInput)


def refuse(message: str) -> None:
    raise ValidationError(message)


def field_html(form: forms.BaseForm, name: str) -> str:
    return shown("{% field bound %}", bound=form[name])


def page_html(form: forms.BaseForm) -> str:
    return shown('{% form_page form submit="保存" %}', form=form)


def described_by(html: str) -> set[str]:
    """The ids that a screen reader reads with the field; each must be on the page."""
    ids = {each for words in re.findall(r'aria-describedby="([^"]+)"', html) for each in words.split()}
    assert [each for each in ids if html.count(f'id="{each}"') != 1] == []
    return ids


@pytest.mark.parametrize(
    ("name", "untouched", "wrong"),
    [
        ("text", {"id_text_helptext"}, {"id_text_helptext", "id_text_error"}),
        ("tick", {"id_tick_helptext"}, {"id_tick_helptext", "id_tick_error"}),
        ("radio", set(), {"id_radio_error"}),
        ("span", set(), {"id_span_error"}),
    ],
)
def test_field_is_read_with_its_hint_and_its_fault(name: str, untouched: set[str], wrong: set[str]) -> None:
    html = field_html(EveryKind(), name)
    assert described_by(html) == untouched
    assert "field-wrong" not in html
    html = field_html(EveryKind({"span_min": "x"}), name)
    assert described_by(html) == wrong
    assert 'class="field field-wrong"' in html


def test_summary_leads_to_every_wrong_field_and_to_no_hidden_one() -> None:
    html = page_html(EveryKind({"span_min": "x"}))
    summary = re.search(r'<div class="fault-summary".*?</div>', html, re.S)
    assert summary
    assert "有 5 处需要改正" in summary.group()
    targets = re.findall(r'href="#([^"]+)"', summary.group())
    assert targets == ["id_text", "id_tick", "id_radio", "id_span"]
    assert [target for target in targets if html.count(f'id="{target}"') != 1] == []


def test_summary_holds_every_fault_of_a_field() -> None:
    html = page_html(EveryKind({"text": "一"}))
    links = re.findall(r'<a href="#id_text">([^<]+)</a>', html)
    assert len(links) == 2
    assert "二" in links


def test_field_shows_again_what_was_typed_and_never_as_markup() -> None:
    typed = '"><script>alert(1)</script>'
    html = page_html(EveryKind({"text": typed, "span_min": typed, "hidden": typed}))
    assert "<script>" not in html
    assert html.count("&quot;&gt;&lt;script&gt;") == 3


def test_range_is_one_group_with_two_named_ends() -> None:
    html = field_html(EveryKind({"span_min": "1", "span_max": "9"}), "span")
    assert "<legend>金额" in html
    assert re.findall(r'aria-label="金额（(.)）"', html) == ["起", "止"]
    assert re.findall(r'value="(\d)"', html) == ["1", "9"]


def test_dressing_twice_changes_nothing() -> None:
    form = VisitForm()
    before = without_key(page_html(form))
    style_widgets(form)
    assert without_key(page_html(form)) == before


def without_key(html: str) -> str:
    """A form without the key by which its step is done once: each page has its own."""
    return re.sub(r'name="once" value="[^"]+"', "", html)


def test_dress_keeps_the_classes_and_labels_that_a_form_has_of_its_own() -> None:
    class Own(Form):
        name = forms.CharField(label="姓名", widget=forms.TextInput(attrs={"class": "wide"}))
        kind = forms.ChoiceField(label="类别", choices=[("", "不限"), ("a", "甲")])

    html = page_html(Own())
    assert 'class="wide form-control"' in html
    assert ">不限</option>" in html


# Fields at the edges


@pytest.mark.parametrize(
    ("options", "typed", "value"),
    [
        ({"min_value": 0}, "0", Decimal(0)),
        ({"min_value": 0}, "-0", Decimal(0)),
        ({"max_value": 10000}, "1万", Decimal(10000)),
        ({"decimal_places": 2}, "1.50", Decimal("1.5")),
        ({"decimal_places": 2}, "1.500", Decimal("1.5")),
        ({"decimal_places": 0}, "1.0", Decimal(1)),
        ({"max_digits": 4, "decimal_places": 0}, "9,999", Decimal(9999)),
        ({"decimal_places": 0}, "1.2万", Decimal(12000)),
    ],
)
def test_number_field_takes_what_is_at_its_edge(options: dict[str, Any], typed: str, value: Decimal) -> None:
    assert NumberField(**options).clean(typed) == value


@pytest.mark.parametrize(
    ("options", "typed"),
    [
        ({"min_value": 0}, "-0.01"),
        ({"max_value": 10000}, "1.01万"),
        ({"decimal_places": 2}, "1.501"),
        ({"decimal_places": 0}, "0.5"),
        ({"max_digits": 4, "decimal_places": 0}, "1万"),
        ({"required": True}, "/"),
        ({}, "1" * 19),
        ({}, "1e3"),
        ({}, "NaN"),
        ({}, "Infinity"),
    ],
)
def test_number_field_refuses_what_is_beyond_in_chinese(options: dict[str, Any], typed: str) -> None:
    with pytest.raises(ValidationError) as refused:
        NumberField(**options).clean(typed)
    assert re.search(r"[一-鿿]", refused.value.messages[0])


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("1900-01-01", date(1900, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
        ("2024-02-29", date(2024, 2, 29)),
        (date(2026, 5, 1), date(2026, 5, 1)),
        (datetime(2026, 5, 1, 23, 59), date(2026, 5, 1)),
    ],
)
def test_date_field_takes_its_first_and_last_day_and_gives_days(typed: Any, day: date) -> None:
    found = DateField().clean(typed)
    assert (found, type(found)) == (day, date)


@pytest.mark.parametrize("typed", ["1899-12-31", "2101-01-01", "2023-02-29", "2026-05-01\0", "０"])
def test_date_field_refuses_what_is_no_day_of_ours(typed: str) -> None:
    with pytest.raises(ValidationError):
        DateField().clean(typed)


@pytest.mark.parametrize("blank", ["", None])
def test_date_field_may_be_left_out(blank: str | None) -> None:
    assert DateField(required=False).clean(blank) is None
    with pytest.raises(ValidationError):
        DateField().clean(blank)


def test_answers_left_out_are_said_to_be() -> None:
    class Optional(Form):
        note = forms.CharField(label="备注", required=False)
        on = DateField(label="日期", required=False)
        ways = forms.MultipleChoiceField(label="方式", choices=[("a", "甲")], required=False)
        agreed = forms.BooleanField(label="同意", required=False)

    form = Optional({})
    assert form.is_valid()
    assert [a.words for a in answers(form)] == ["未填写", "未填写", "未填写", "否"]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (slice(datetime(2026, 5, 1), datetime(2026, 5, 2, 23, 59)), "2026年5月1日至2026年5月2日"),
        (slice(Decimal(0), Decimal(0)), "0至0"),
        (slice(Decimal("0.5"), None), "不少于 0.5"),
        ({"甲": 1}, "甲"),
        (Decimal("0.00"), "0.00"),
        ("无此选项", "无此选项"),
    ],
)
def test_said_at_the_edges(value: Any, words: str) -> None:
    assert display_value(value, forms.ChoiceField(choices=[("a", "甲")])) == words
