"""A form drawn from definitions: every kind of input, what it reads, what it refuses, and what it asks why."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template

from fpa.core.forms import answers
from fpa.files.tests.samples import PDF
from fpa.forms.checking import Rule
from fpa.forms.drawing import TypedForm, prefill
from fpa.forms.fields import Kind, TypedField

OPTIONS = (("special", "特殊家庭"), ("poor", "困难家庭"))
FIELDS = [
    TypedField("h", "户数", Kind.INTEGER, "户", definition="报告期内走访的户数。", required_at="apply"),
    TypedField("m", "金额", Kind.MONEY, "元"),
    TypedField("area", "面积", Kind.DECIMAL, "平方米", decimals=1),
    TypedField("share", "占比", Kind.PERCENT),
    TypedField("t", "地点", Kind.TEXT),
    TypedField("l", "做法", Kind.LONG_TEXT),
    TypedField("c", "类别", Kind.CHOICE, options=OPTIONS),
    TypedField("cs", "对象", Kind.CHOICES, options=OPTIONS),
    TypedField("d", "日期", Kind.DATE),
    TypedField("y", "已公示", Kind.YES_NO),
    TypedField("f", "批文", Kind.FILE, required_at="close"),
    TypedField("rows", "设备", Kind.TABLE),
    TypedField("name", "名称", Kind.TEXT, table="rows"),
    TypedField("price", "单价", Kind.MONEY, "元", table="rows"),
    TypedField("per", "户均", Kind.MONEY, "元", formula="金额 ÷ 户数"),
]
TYPED = {
    "h": "１０", "m": "1,000.50", "area": "12.5", "share": "85.25%", "t": "新塘村", "l": "一\r\n二", "c": "poor",
    "cs": ["special"], "d": "2026-05-01", "y": "false", "rows-0-name": "桌", "rows-0-price": "99.9", "rows-1-name": "",
}  # fmt: skip
RULES = [Rule("户均 <= 50", "odd", "户均偏高。", key="m"), Rule("户数 <= 100", "hard", "请核对户数。")]


def form(typed=TYPED, files=None, **given):
    return TypedForm(typed, files, fields=FIELDS, step="apply", steps=("apply", "close"), **given)


def test_form_reads_every_kind():
    filled = form()
    assert filled.is_valid(), filled.errors
    assert filled.values == {
        "h": Decimal(10), "m": Decimal("1000.5"), "area": Decimal("12.5"), "share": Decimal("85.25"), "t": "新塘村",
        "l": "一\n二", "c": "poor", "cs": ("special",), "d": date(2026, 5, 1), "y": False, "per": Decimal("100.05"),
        "rows": ({"name": "桌", "price": Decimal("99.9")},),
    }  # fmt: skip


def test_form_draws_every_kind_with_its_hint_and_unit():
    page = Template("{% for bound in form %}{% field bound %}{% endfor %}").render(
        Context({"form": form(None)})
    )
    parts = (
        "户数（户）",
        "报告期内走访的户数。",
        "<textarea",
        "请选择",
        'aria-label="设备第 1 行：单价（元）"',
        'name="rows-2-price"',
    )
    parts += tuple(f'type="{kind}"' for kind in ("date", "checkbox", "file"))
    assert [part for part in parts if part not in page] == []
    assert "户均" not in page, "what is computed is not typed"


WRONG = [
    ({"h": ""}, "h", "请填写户数（户）。"),
    ({"h": "1.5"}, "h", "“户数”只能填整数"),
    ({"h": "甲"}, "h", "户数：“甲”不是数字"),
    ({"m": "1.001"}, "m", "最多两位小数"),
    ({"c": "other"}, "c", "没有“other”这个选项"),
    ({"d": "昨天"}, "d", "看不懂日期"),
    ({"rows-1-price": "贵"}, "rows", "设备：第 2 行“单价”：“贵”不是数字"),
    ({"rows-0-price": "-1"}, "rows", "“设备”第 1 行：“单价”不能是负数"),
    ({"h": "101"}, "h", "户数 101 户，超过 100，相差 1；请核对户数。"),
]


@pytest.mark.parametrize(("changed", "name", "message"), WRONG)
def test_form_says_what_is_wrong_at_its_field(changed, name, message):
    filled = form(TYPED | changed, rules=RULES[1:])
    assert not filled.is_valid()
    assert message in str(filled.errors[name])


def test_odd_value_is_asked_why_and_passes_with_an_explanation():
    filled = form(rules=RULES)
    assert not filled.is_valid()
    assert "数字属实的，请写明情况说明" in str(filled.errors["explain-m"])
    assert filled.fields["explain-m"].required
    filled = form(TYPED | {"explain-m": "含物资折价"}, rules=RULES)
    assert filled.is_valid(), filled.errors
    assert filled.explanations == {"m": "含物资折价"}


def test_known_value_stands_in_the_field_and_is_named():
    known = prefill(
        [TypedField("h", "户数", Kind.INTEGER, "户", prefilled_from="visit.households")],
        {"visit.households": Decimal(1200)},
    )
    shown = form(None, known=known)
    assert shown["h"].value() == "1,200"
    assert "平台已有记录：户数 1,200 户，请核对" in shown.fields["h"].help_text
    assert form(None, known=known, kept={"h": Decimal(3)})["h"].value() == "3"


def test_kept_values_are_drawn_as_they_were_read():
    first = form()
    assert first.is_valid()
    again = form(None, kept=first.values)
    typed = {name: again[name].value() for name in TYPED if "-" not in name}
    rows = {"rows-0-name": "桌", "rows-0-price": "99.90"}
    second = form(typed | rows)
    assert second.is_valid(), second.errors
    assert second.values == first.values
    assert 'value="99.90"' in str(again["rows"])


def test_file_is_required_at_its_step_unless_one_is_kept():
    def at_close(files=None, **given):
        return TypedForm(TYPED, files, fields=FIELDS, step="close", steps=("apply", "close"), **given)

    assert "f" in at_close().errors
    assert at_close(kept={"f": "0192"}).is_valid()
    sent = at_close({"f": SimpleUploadedFile("a.pdf", PDF)})
    assert sent.is_valid()
    assert (sent.values["f"], sent.cleaned_data["f"].content) == ("a.pdf", PDF)


def test_file_is_checked_through_and_through_as_every_upload():
    refused = form(files={"f": SimpleUploadedFile("a.pdf", b"MZ")})
    assert "内容不是 PDF" in refused.errors["f"][0]


def test_answers_of_the_form_can_be_checked_once_more():
    filled = form()
    assert filled.is_valid()
    told = {answer.name: answer.words for answer in answers(filled)}
    assert (told["c"], told["y"], told["m"]) == ("困难家庭", "否", "1,000.5")
