"""Events in plain Chinese: the one place that names verbs, kinds of things, fields and values."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from fpa.audit.models import Event
from fpa.core.chinese import date_cn, time_cn

VERBS: dict[str, str] = {
    "user.logged_in": "登录",
    "user.login_failed": "登录失败",
    "user.login_refused": "锁定期间尝试登录",
    "user.logged_out": "退出登录",
    "user.seat_switched": "切换岗位",
    "user.password_changed": "修改密码",
    "user.password_reset": "重置密码",
    "user.created": "开通账号",
    "user.locked": "停用账号",
    "user.unlocked": "启用账号",
    "post.created": "设立岗位",
    "appointment.made": "任职",
    "appointment.ended": "结束任职",
    "list.exported": "导出或打印列表",
    "unit.renamed": "单位更名",
    "unit.moved": "调整单位隶属关系",
    "standing.set": "登记入序、参公、三定事项",
    "member.joined": "会员入会",
    "member.rejoined": "会员重新入会",
    "member.edited": "修改会员资料",
    "member.transferred": "会员转移",
    "member.left": "会员退会",
    "member.revealed": "查看会员证件号码和手机号",
    "member.imported": "批量导入会员",
    "staff.appointed": "工作人员任职",
    "staff.ended": "工作人员离任",
    "import.uploaded": "上传导入文件",
    "import.confirmed": "确认导入",
    "import.cancelled": "取消导入",
    "import.lapsed": "导入逾期未确认，自动取消",
    "import.rejected_rows_taken": "下载导入退回的行",
    "form.published": "发布报表",
    "collection.issued": "下发采集任务",
    "lock_exception.granted": "批准延期",
    "submission.saved": "保存上报数据",
    "submission.submitted": "上报数据",
    "submission.withdrawn": "撤回上报",
    "submission.approved": "审核通过上报",
    "submission.returned": "退回上报",
    "case.submitted": "报送审核",
    "case.approved": "审核通过",
    "case.returned": "审核退回修改",
    "case.rejected": "审核不予通过",
    "case.withdrawn": "撤回审核事项",
    "flow.published": "发布审核流程",
    "thread.opened": "发起讨论",
    "thread.replied": "答复讨论",
    "thread.settled": "办结讨论",
    "report.downloaded": "下载报告",
}
"""Verb → what it is called. A test finds verbs that are recorded and not named here."""

FIELDS: dict[str, str] = {
    "cells": "单元格",
    "changed": "更新",
    "checks": "校验规则数",
    "document": "文号",
    "file": "文件",
    "id_index": "证件号码",
    "items": "报表项目",
    "list": "列表",
    "new": "新增",
    "on": "生效日期",
    "organization.member.name": "姓名",
    "period": "期间",
    "phone_index": "手机号",
    "rejected": "退回",
    "rows": "行数",
    "sm3": "文件摘要（SM3）",
    "unchanged": "无变化",
    "unit": "单位",
    "valid_from": "自何日起",
    "valid_to": "到何日止",
}
"""What an event holds beside its thing's own fields, or what those are better called; for one kind of thing alone as
`app.model.field`."""


@dataclass(frozen=True)
class Change:
    """One line of what an event changed, in words; `old` is None where the event tells a fact, not a change."""

    label: str
    old: str | None
    new: str

    def __str__(self) -> str:
        if self.old is None or self.old == NOTHING:
            return f"{self.label}：{self.new}"
        return f"{self.label}：已更新" if self.old == self.new else f"{self.label}：{self.old} → {self.new}"


NOTHING = "无"


def verb_words(verb: str) -> str:
    """What a verb is called; the verb itself where nobody has named it yet."""
    return VERBS.get(verb, verb)


def thing_words(object_type: str) -> str:
    """What kind of thing `app.model` is, by its model's own name."""
    model = _model(object_type)
    return str(model._meta.verbose_name) if model else object_type


def changes_of(event: Event) -> list[Change]:
    """What an event changed, line by line: its thing's own fields in their order, then the rest."""
    model = _model(event.object_type)
    places = {f.name: n for n, f in enumerate(model._meta.fields)} if model else {}
    keys = sorted(event.changes, key=lambda key: (places.get(key, len(places)), key))
    return [_change(event.object_type, key, event.changes[key], _field(model, key)) for key in keys]


def _change(kind: str, key: str, value: Any, field: models.Field | None) -> Change:
    own = str(field.verbose_name) if field else key
    label = FIELDS.get(f"{kind}.{key}") or FIELDS.get(key) or own
    if isinstance(value, list) and len(value) == 2:
        return Change(label, _said(value[0], field), _said(value[1], field))
    return Change(label, None, _said(value, field))


def _model(object_type: str) -> type[models.Model] | None:
    with suppress(LookupError, ValueError):
        return apps.get_model(object_type)
    return None


def _field(model: type[models.Model] | None, key: str) -> models.Field | None:
    with suppress(FieldDoesNotExist):
        found = model._meta.get_field(key) if model else None
        return found if isinstance(found, models.Field) else None
    return None


def _said(value: Any, field: models.Field | None) -> str:
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, dict):
        return "；".join(f"{FIELDS.get(key, key)}：{_said(each, None)}" for key, each in value.items())
    if isinstance(value, Iterable) and not isinstance(value, str):
        return "、".join(_said(each, field) for each in value)
    choices = dict(field.flatchoices) if field else {}
    return str(choices.get(value) or _said_text(str(value)))


def _said_text(text: str) -> str:
    """A date or moment as it is said; any other text as it is."""
    with suppress(ValueError):
        return date_cn(date.fromisoformat(text))
    with suppress(ValueError):
        return time_cn(datetime.fromisoformat(text))
    return text
