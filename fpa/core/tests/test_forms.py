"""Forms: what they say, how they are dressed, and the check-answers page (see urls.py beside)."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, cast

import pytest
from django import forms
from django.test import Client, RequestFactory

from fpa.access.models import Level, Unit
from fpa.core.forms import DateField, Form, NumberField, answers, check_answers, display_value
from fpa.core.tests.urls import UnitForm, VisitForm

VISIT = "/trial/visit/"
GOOD: dict[str, Any] = {
    "name": "张三",
    "on": "2026-05-29",
    "amount": "１,０００",
    "kind": "poor",
    "ways": ["cash", "goods"],
    "place": "home",
    "agreed": "on",
    "token": "t-1",
}
with_pages = [pytest.mark.django_db, pytest.mark.urls("fpa.core.tests.urls")]


@pytest.fixture
def client(client_as: Callable[[str], Client]) -> Client:
    return client_as("county")


# Messages


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("name", "请填写户主姓名。"),
        ("on", "请填写走访日期。"),
        ("amount", "请填写慰问金额（元）。"),
        ("kind", "请选择走访类别。"),
        ("place", "请选择走访地点。"),
        ("agreed", "请勾选“本人同意登记”。"),
    ],
)
def test_required_message_names_what_to_do(field: str, message: str) -> None:
    assert VisitForm({}).errors[field] == [message]


@pytest.mark.parametrize("typed", ["\u200b", "\u3000\ufeff \u200d"])
def test_what_cannot_be_seen_is_not_filled_in(typed: str) -> None:
    seen, unseen = VisitForm(GOOD).errors, VisitForm(GOOD | {"name": typed}).errors
    assert "name" not in seen
    assert unseen["name"] == VisitForm(GOOD | {"name": ""}).errors["name"]


def test_required_message_of_the_field_itself_wins() -> None:
    class Own(Form):
        reason = forms.CharField(label="事由", error_messages={"required": "请写明事由，不少于 5 个字。"})
        paper = forms.FileField(label="证明材料")

    errors = Own({}).errors
    assert errors["reason"] == ["请写明事由，不少于 5 个字。"]
    assert errors["paper"] == ["请上传证明材料。"]


@pytest.mark.django_db
def test_model_form_takes_labels_from_the_model() -> None:
    errors = UnitForm({}).errors
    assert errors["name"] == ["请填写名称。"]
    assert errors["level"] == ["请选择层级。"]
    assert errors["parent"] == ["请选择上级。"]


# Reading what people type


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-05-29", date(2026, 5, 29)),
        ("2026年5月29日", date(2026, 5, 29)),
        ("2026.5.29", date(2026, 5, 29)),
        ("２０２６／５／２９", date(2026, 5, 29)),
        ("20260529", date(2026, 5, 29)),
    ],
)
def test_date_field_reads_any_usual_writing(typed: str, day: date) -> None:
    assert DateField().clean(typed) == day


@pytest.mark.parametrize(
    ("typed", "reason"),
    [("2026-02-30", "2026年2月有 28 天"), ("昨天", "看不懂日期“昨天”"), ("2026-13-01", "一年没有 13 月")],
)
def test_date_field_refuses_with_the_reason(typed: str, reason: str) -> None:
    with pytest.raises(forms.ValidationError, match=reason) as refused:
        DateField().clean(typed)
    assert refused.value.messages[0].endswith("。")


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1,234", Decimal(1234)),
        ("１２３", Decimal(123)),
        ("1.2万", Decimal(12000)),
        (" 7 ", Decimal(7)),
        ("0.50", Decimal("0.5")),
    ],
)
def test_number_field_reads_what_offices_type(typed: str, value: Decimal) -> None:
    assert NumberField().clean(typed) == value


@pytest.mark.parametrize("typed", ["三百", "12人", "1.2.3", "约100", "98%"])
def test_number_field_refuses_with_the_reason(typed: str) -> None:
    with pytest.raises(forms.ValidationError, match=f"“{re.escape(typed)}”"):
        NumberField().clean(typed)


def test_number_field_keeps_the_rules_of_decimals() -> None:
    field = NumberField(decimal_places=2, min_value=0)
    for typed in ("1.234", "-1"):
        with pytest.raises(forms.ValidationError):
            field.clean(typed)


@pytest.mark.parametrize("typed", ["", "—", "/", None])
def test_number_field_left_blank_is_no_number(typed: str | None) -> None:
    assert NumberField(required=False).clean(typed) is None


# Dress


def test_form_dresses_each_widget_once() -> None:
    form = VisitForm()
    classes = {name: form.fields[name].widget.attrs["class"] for name in ("name", "kind", "place", "agreed")}
    assert classes == {
        "name": "form-control",
        "kind": "form-select",
        "place": "form-check-input",
        "agreed": "form-check-input",
    }
    assert form.label_suffix == ""


def test_form_date_uses_the_browsers_picker_with_the_day_it_holds() -> None:
    html = str(VisitForm(initial={"on": date(2026, 5, 29)})["on"])
    assert 'type="date"' in html
    assert 'value="2026-05-29"' in html


def test_form_says_choose_instead_of_dashes() -> None:
    html = str(VisitForm()["kind"])
    assert "请选择" in html
    assert "---" not in html
    assert html.count("<option") == 3


@pytest.mark.django_db
def test_model_form_says_choose_instead_of_dashes() -> None:
    form = UnitForm()
    cast(forms.ModelChoiceField, form.fields["parent"]).queryset = Unit.objects.filter(level=1)
    for name in ("level", "parent"):
        html = str(form[name])
        assert "请选择" in html
        assert "---" not in html


# Words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "未填写"),
        ("", "未填写"),
        ([], "未填写"),
        (0, "0"),
        (False, "否"),
        (True, "是"),
        (date(2026, 5, 29), "2026年5月29日"),
        (datetime(2026, 5, 29, 1, 5, tzinfo=UTC), "2026年5月29日 09:05"),
        (Decimal("1234567.5"), "1,234,567.5"),
        (["甲", "乙"], "甲、乙"),
        (slice(Decimal(1), None), "不少于 1"),
        (slice(None, Decimal(9)), "不超过 9"),
        (slice(Decimal(1), Decimal(9)), "1至9"),
        (slice(date(2026, 1, 1), None), "2026年1月1日及以后"),
        (slice(None, date(2026, 1, 1)), "2026年1月1日及以前"),
    ],
)
def test_said_gives_a_value_in_words(value: Any, words: str) -> None:
    assert display_value(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(3, "县市区"), ("3", "县市区"), (Level.CITY, "市州"), (["2", "3"], "市州、县市区")]
)
def test_said_gives_the_label_of_a_choice(value: Any, words: str) -> None:
    assert display_value(value, forms.ChoiceField(choices=Level.choices)) == words


def test_said_opens_grouped_choices() -> None:
    field = forms.ChoiceField(choices=[("省内", [("cs", "长沙")]), ("bj", "北京")])
    assert display_value("cs", field) == "长沙"


def test_answers_are_in_words_and_without_hidden_fields() -> None:
    form = VisitForm(GOOD)
    assert form.is_valid()
    assert [(a.label, a.words) for a in answers(form)] == [
        ("户主姓名", "张三"),
        ("走访日期", "2026年5月29日"),
        ("慰问金额（元）", "1,000"),
        ("走访类别", "困难家庭"),
        ("慰问方式", "慰问金、慰问品"),
        ("走访地点", "入户"),
        ("本人同意登记", "是"),
    ]


# Check answers


class TestCheckAnswers:
    pytestmark = with_pages

    def test_first_post_shows_answers_and_consequences_and_does_nothing(self, client: Client) -> None:
        response = client.post(VISIT, GOOD)
        html = response.content.decode()
        assert response.status_code == 200
        assert "核对走访" in html
        assert "确认登记" in html
        assert "计入本月慰问户数。" in html
        assert "2026年5月29日" in html

    def test_answers_go_along_unseen_and_exactly_as_typed(self, client: Client) -> None:
        html = client.post(VISIT, GOOD).content.decode()
        carried = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html)
        wanted = [(k, each) for k, v in GOOD.items() for each in (v if isinstance(v, list) else [v])]
        assert [pair for pair in carried if pair[0] in GOOD] == [
            (k, "True" if k == "agreed" else v) for k, v in wanted
        ]

    def test_second_post_acts(self, client: Client) -> None:
        response = client.post(VISIT, {**GOOD, "confirmed": "1"}, follow=True)
        assert "走访已登记。" in response.content.decode()

    def test_a_wrong_answer_is_never_confirmed(self, client: Client) -> None:
        response = client.post(VISIT, {**GOOD, "amount": "三百", "confirmed": "1"})
        assert "是汉字数字" in response.content.decode()

    def test_change_goes_back_with_every_answer_and_the_field_in_focus(self, client: Client) -> None:
        html = client.post(VISIT, {**GOOD, "change": "amount"}).content.decode()
        assert re.search(r'<input[^>]*name="amount"[^>]*value="１,０００"[^>]*autofocus', html)
        assert html.count("autofocus") == 1
        assert 'value="2026-05-29"' in html
        assert html.count("checked") == 4
        assert "登记走访" in html
        assert "核对走访" not in html

    @pytest.mark.parametrize("change", ["nonsense", "", "__class__"])
    def test_change_of_no_field_asks_again(self, client: Client, change: str) -> None:
        assert "核对走访" in client.post(VISIT, {**GOOD, "change": change}).content.decode()

    def test_change_wins_over_confirmed(self, client: Client) -> None:
        response = client.post(VISIT, {**GOOD, "change": "name", "confirmed": "1"})
        assert response.status_code == 200

    def test_answers_are_escaped(self, client: Client) -> None:
        html = client.post(VISIT, {**GOOD, "name": "<b>x"}).content.decode()
        assert "<b>x" not in html
        assert "&lt;b&gt;x" in html


def test_check_answers_can_not_carry_files() -> None:
    class Upload(Form):
        paper = forms.FileField(label="证明材料")

    request = RequestFactory().post("/")
    with pytest.raises(TypeError):
        check_answers(request, Upload({}), title="核对", consequences=[], submit="提交")


def test_dress_leaves_a_hint_to_be_given_later():
    form = VisitForm()
    form.fields["name"].help_text = "按证件填写。"
    assert form["name"].help_text == "按证件填写。"
