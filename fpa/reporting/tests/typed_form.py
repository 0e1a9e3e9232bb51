"""A form with a line of every kind, for tests."""

from fpa.access.models import Unit
from fpa.forms.fields import Kind, Sensitivity
from fpa.reporting.models import Check, Form, Item, PeriodKind

OPTIONS = [["new", "新建"], ["old", "改建"]]
LINES = [
    {"key": "site.budget", "label": "投入", "kind": Kind.MONEY, "measure": "元"},
    {"key": "site.area", "label": "面积", "kind": Kind.DECIMAL, "measure": "平方米", "decimals": 1},
    {"key": "site.share", "label": "自筹占比", "kind": Kind.PERCENT, "required_at": ""},
    {"key": "site.place", "label": "地点", "kind": Kind.TEXT},
    {"key": "site.way", "label": "方式", "kind": Kind.CHOICE, "options": OPTIONS},
    {"key": "site.opened", "label": "开放日期", "kind": Kind.DATE, "required_at": ""},
    {"key": "site.plaque", "label": "已挂牌", "kind": Kind.YES_NO, "required_at": ""},
    {"key": "site.paper", "label": "批文", "kind": Kind.FILE, "required_at": ""},
    {
        "key": "site.cost",
        "label": "每平方米投入",
        "kind": Kind.MONEY,
        "formula": "投入 ÷ 面积",
        "required_at": "",
    },
    {
        "key": "site.head",
        "label": "负责人",
        "kind": Kind.TEXT,
        "required_at": "",
        "sensitivity": Sensitivity.PERSONAL,
    },
]
RULE = {"expression": "投入 ÷ 面积 <= 300", "key": "site.area"}


def make_typed_form():
    """Publish it by the province; call it in the whole province's scope."""
    unit = Unit.objects.get(parent=None)
    form = Form.objects.create(unit=unit, code="site", name="阵地建设", period_kind=PeriodKind.HALF)
    for order, line in enumerate(LINES, 1):
        Item.objects.create(unit=unit, form=form, order=order, **line)
    check = {"kind": "expression", "params": RULE, "severity": "odd", "message": "造价偏高，请核对面积。"}
    Check.objects.create(unit=unit, form=form, **check)
    return form
