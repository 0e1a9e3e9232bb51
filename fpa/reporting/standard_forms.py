"""The forms that the half-year report rests on: 走访慰问 and “5.29”集中宣传服务活动.

`FORMS` is all there is to a form; a further kind of form is one more entry.
"""

from dataclasses import dataclass
from typing import Any

from fpa.access.models import Level, Unit
from fpa.approval.actions import ensure_flow
from fpa.approval.models import Flow
from fpa.audit.record import record
from fpa.core.actor import SYSTEM
from fpa.forms.checking import Severity
from fpa.forms.fields import TypedField
from fpa.reporting.checks import check_rule
from fpa.reporting.models import Check, Form, Item, ItemKind, ItemUnit, PeriodKind, ensure_path

HARD, ODD = Severity.HARD, Severity.ODD


@dataclass(frozen=True)
class Line:
    """An item: its key, label, measure and 口径."""

    key: str
    label: str
    measure: ItemUnit
    definition: str
    kind: ItemKind = ItemKind.INTEGER

    @property
    def typed(self) -> TypedField:
        """As the rules see it."""
        return TypedField(self.key, self.label, self.kind, self.measure)


@dataclass(frozen=True)
class Rule:
    """A check: how it weighs, its kind, what to tell the unit, and its parameters."""

    severity: Severity
    kind: str
    message: str
    params: dict[str, Any]


def expression(severity: Severity, text: str, message: str, at: str = "") -> Rule:
    """A rule by an expression over the labels; the fault stands at an item, else at the first that it names."""
    return Rule(severity, "expression", message, {"expression": text, "key": at})


def jump(item: str, factor: int) -> Rule:
    """A rule that asks about a value more than so many times that of the last period, or less than that part of it."""
    return Rule(ODD, "jump", "与上期相差较大，请核对后说明。", {"item": item, "factor": factor})


@dataclass(frozen=True)
class Standard:
    """A whole form."""

    code: str
    name: str
    period_kind: PeriodKind
    note: str
    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]


VISIT = Standard(
    code="visit",
    name="走访慰问",
    period_kind=PeriodKind.HALF,
    note="填报本单位在春节、“5.29”等时间节点上门走访慰问计生困难群众的情况。没有发生的填 0，不留空。",
    lines=(
        Line(
            "visit.households",
            "走访慰问户数",
            ItemUnit.HOUSEHOLD,
            "报告期内上门走访慰问的计生困难家庭户数；同一户多次走访只计一户。",
        ),
        Line(
            "visit.value",
            "发放资金物资",
            ItemUnit.YUAN,
            "报告期内走访慰问时发放的慰问金和慰问物资，物资按购入价折算，单位为元。",
            ItemKind.MONEY,
        ),
    ),
    rules=(
        Rule(
            HARD,
            "positive_together",
            "发放了资金物资，就应有走访的户数。",
            {"a": "visit.value", "b": "visit.households"},
        ),
        Rule(
            ODD,
            "positive_together",
            "走访未发放资金物资的，请说明慰问方式。",
            {"a": "visit.households", "b": "visit.value"},
        ),
        expression(
            ODD,
            "50 <= 发放资金物资 ÷ 走访慰问户数 <= 20000",
            "户均慰问金额偏离一般水平，请核对金额单位是否为元。",
        ),
        jump("visit.households", 5),
        expression(
            ODD,
            "上期(发放资金物资) ÷ 上期(走访慰问户数) ÷ 5 <= 发放资金物资 ÷ 走访慰问户数"
            " <= 上期(发放资金物资) ÷ 上期(走访慰问户数) × 5",
            "户均慰问金额与上期相差较大，请核对金额。",
            at="visit.value",
        ),
    ),
)

CAMPAIGN_529 = Standard(
    code="campaign529",
    name="“5.29”集中宣传服务活动",
    period_kind=PeriodKind.MONTH,
    note="填报“5.29”会员活动日前后集中开展的宣传服务活动。几个单位合办的由主办单位填报，不重复。没有发生的填 0。",
    lines=(
        Line(
            "campaign529.publicity_events",
            "宣传活动场次",
            ItemUnit.SESSION,
            "“5.29”期间开展的群众性宣传活动场次；同一天同一地点计一场。",
        ),
        Line(
            "campaign529.publicity_participants",
            "参与群众",
            ItemUnit.PERSON_TIME,
            "参加宣传活动的群众人次；一人参加两场计两人次。",
        ),
        Line(
            "campaign529.care_events",
            "关怀、义诊活动场次",
            ItemUnit.SESSION,
            "“5.29”期间开展的关怀关爱、义诊、健康咨询活动场次。",
        ),
        Line(
            "campaign529.leaflets",
            "发放宣传资料",
            ItemUnit.COPY,
            "发放的宣传单、宣传册、宣传品份数，不含电子宣传的阅读量。",
        ),
        Line(
            "campaign529.served",
            "服务群众",
            ItemUnit.PERSON_TIME,
            "在关怀、义诊活动中接受服务的群众人次。",
        ),
        Line(
            "campaign529.benefited",
            "惠及人数",
            ItemUnit.PERSON,
            "活动期间得到资料、服务或慰问的群众人数；同一人只计一次。",
        ),
    ),
    rules=(
        Rule(
            HARD,
            "positive_together",
            "有群众参与，就应有宣传活动。",
            {"a": "campaign529.publicity_participants", "b": "campaign529.publicity_events"},
        ),
        Rule(
            HARD,
            "positive_together",
            "有服务人次，就应有关怀、义诊活动。",
            {"a": "campaign529.served", "b": "campaign529.care_events"},
        ),
        expression(ODD, "2 <= 参与群众 ÷ 宣传活动场次 <= 5000", "平均每场参与人次偏离一般水平，请核对。"),
        expression(ODD, "发放宣传资料 ÷ 参与群众 <= 20", "平均每人次发放资料偏多，请核对。"),
        expression(ODD, "[关怀、义诊活动场次] <= 服务群众", "每场关怀、义诊活动一般至少服务 1 人次。"),
        expression(ODD, "服务群众 ÷ [关怀、义诊活动场次] <= 5000", "平均每场服务人次偏多，请核对。"),
        jump("campaign529.publicity_events", 10),
        jump("campaign529.publicity_participants", 10),
        jump("campaign529.served", 10),
        jump("campaign529.benefited", 10),
    ),
)

FORMS = (VISIT, CAMPAIGN_529)


def flow_code(level: int) -> str:
    """Code of the flow by which submissions of units at a level go up: always to the unit just above."""
    return f"submission.{level}"


def ensure_flows() -> list[Flow]:
    """The flows of submissions, one a level: village → township, …, city → province. Needs the whole scope."""
    return [
        ensure_flow(
            flow_code(level),
            f"{level.label}数据上报",
            [
                {
                    "level": level - 1,
                    "permission": "submission.review",
                    "label": f"{Level(level - 1).label}审核",
                }
            ],
        )
        for level in Level
        if level > Level.PROVINCE
    ]


def ensure_forms(publisher_unit: Unit) -> list[Form]:
    """Publish the standard forms, their checks and the flows where they are missing; safe to call again.

    Needs the scope of the whole province. Returns the forms in the order of `FORMS`.
    """
    ensure_flows()
    return [
        Form.objects.filter(unit=publisher_unit, code=standard.code).order_by("-version").first()
        or publish_standard(standard, publisher_unit)
        for standard in FORMS
    ]


def publish_standard(standard: Standard, unit: Unit) -> Form:
    """Write a form with its items and checks. Raises `BadCheck` where a rule does not fit the items."""
    keys = [line.key for line in standard.lines]
    for rule in standard.rules:
        check_rule(rule.kind, rule.params, keys, [line.typed for line in standard.lines])
    form = Form.objects.create(
        unit=unit,
        code=standard.code,
        name=standard.name,
        period_kind=standard.period_kind,
        note=standard.note,
    )
    Item.objects.bulk_create(
        ensure_path(
            [
                Item(unit=unit, form=form, order=order, **vars(line))
                for order, line in enumerate(standard.lines, 1)
            ]
        )
    )
    Check.objects.bulk_create(
        ensure_path([Check(unit=unit, form=form, **vars(rule)) for rule in standard.rules])
    )
    record("form.published", form, by=SYSTEM, changes={"items": keys, "checks": len(standard.rules)})
    return form
