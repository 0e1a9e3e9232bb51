"""Flows in words: what goes up by one, and what each of its steps asks for."""

from collections.abc import Mapping
from typing import Any

from fpa.access.models import Level
from fpa.approval.kinds import flow_codes

STEP_KINDS = (
    ("level", "本级审核"),
    ("persons", "专家或第三方评审"),
    ("outside", "外部单位办理"),
    ("time", "公示"),
)
CLOSINGS = (("all", "全部同意"), ("any", "一方同意即可"), ("count", "达到规定人数同意"), ("day", "到期办结"))
ASKED = (("score", "评分"), ("amount", "核定金额"), ("file", "附件"))
STEP_HEAD = ("环节", "由谁办理", "办理方式", "时限", "怎样算办结", "适用条件", "需填写")


def business_of(code: str) -> str:
    """What goes up by a flow, and from which levels: 数据上报（村社区）."""
    found = flow_codes().get(code)
    if found is None:
        return ""
    kind, levels = found
    return f"{kind.label}（{'、'.join(level.label for level in levels)}）"


def step_row(step: Mapping[str, Any]) -> list[str]:
    """A step as a row under `STEP_HEAD`."""
    kind = step.get("kind", "level")
    body = f"：{step['body']}" if kind == "outside" else ""
    days = f"{step['days']} 个工作日" if step.get("days") else "不限"
    asked = dict(ASKED)
    return [
        step["label"],
        f"{Level(step['level']).label}计生协",
        f"{dict(STEP_KINDS)[kind]}{body}" + ("（会审）" if step.get("also") else ""),
        days,
        closing_words(step),
        step.get("when") or "都要办",
        "、".join(asked[name] for name in step.get("asks", [])) or "意见",
    ]


def closing_words(step: Mapping[str, Any]) -> str:
    """When a step is over, in words."""
    if step.get("kind") in ("outside", "time"):
        return "登记外部结论" if step["kind"] == "outside" else "公示期满无异议"
    closes = step.get("closes", "all")
    return f"{closes} 人同意" if isinstance(closes, int) else dict(CLOSINGS)[closes]
