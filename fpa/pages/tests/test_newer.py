"""Two people at one form: whoever saves second sees both values and chooses; what nobody else changed is not asked."""

import html
import json
import re
from datetime import date
from decimal import Decimal

import pytest
from django import forms
from django.http import QueryDict

from fpa.core.forms import DateField, Form, NumberField
from fpa.membership.actions import edit_member
from fpa.membership.models import Member
from fpa.pages.newer import SEEN, newer_values, seen_values
from fpa.people.tests.people import make_member
from fpa.registers.models import Entry

KINDS = [("", "请选择"), ("poor", "困难家庭"), ("old", "老年家庭")]
WAYS = [("cash", "慰问金"), ("goods", "慰问品"), ("talk", "谈心")]
ON_RECORD = {
    "name": "张三",
    "kind": "poor",
    "on": date(2026, 5, 29),
    "amount": Decimal("12.50"),
    "ways": ["cash", "goods"],
    "agreed": False,
    "note": "第一行\n第二行",
}
AS_SENT = (
    "name=张三&kind=poor&on=2026-05-29&amount=12.50&ways=cash&ways=goods&note=第一行%0D%0A第二行&reason=更正"
)
CHANGES = {
    "name": ("李四", "name=王五", "李四"),
    "kind": ("old", "kind=", "老年家庭"),
    "on": (date(2026, 6, 1), "on=2026-06-02", "2026年6月1日"),
    "amount": (Decimal("30.00"), "amount=40", "30.00"),
    "ways": (["talk"], "ways=cash&ways=goods&ways=talk", "谈心"),
    "note": ("只有一行", "note=另写", "只有一行"),
}
"""For each field: what somebody else has saved, what the second one types, and the first in words."""

CLEARED: dict[str, object] = {"on": None, "amount": None, "note": "", "kind": "", "ways": []}


class VisitForm(Form):
    name = forms.CharField(label="户主")
    kind = forms.ChoiceField(label="类别", choices=KINDS, required=False)
    on = DateField(label="日期", required=False)
    amount = NumberField(label="金额", decimal_places=2, required=False)
    ways = forms.MultipleChoiceField(
        label="方式", choices=WAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    agreed = forms.BooleanField(label="同意", required=False)
    note = forms.CharField(label="备注", required=False, widget=forms.Textarea)
    reason = forms.CharField(label="更正原因")


def opened(**record):
    """What a page carries that was opened with this on record."""
    return seen_values(VisitForm(initial=ON_RECORD | record))


def sent(typed="", *, seen=None, **record):
    """The form as it comes in: `typed` over what was shown, with `record` on record by now."""
    data, replaced = QueryDict(AS_SENT, mutable=True), QueryDict(typed)
    for name in replaced:
        data.setlist(name, replaced.getlist(name))
    data[SEEN] = opened() if seen is None else seen
    return VisitForm(data, initial=ON_RECORD | record)


def test_what_nobody_else_has_changed_is_saved():
    assert not newer_values(sent())
    assert not newer_values(sent("name=王五&ways=talk&agreed=on&note="))


@pytest.mark.parametrize("field", CHANGES)
def test_what_both_changed_keeps_ones_own_with_the_newer_value_beside_it(field):
    newer, typed, words = CHANGES[field]
    form = sent(typed, **{field: newer})
    assert newer_values(form)
    assert list(form.errors) == [field]
    assert form.errors[field] == [
        f"他人已改为“{words}”，您填的还没有保存。请核对，保留您填的或改成新的，再保存一次。"
    ]
    assert form.data.getlist(field) == QueryDict(typed).getlist(field)
    assert form.data["reason"] == "更正"


@pytest.mark.parametrize("field", CHANGES)
def test_what_one_has_not_touched_shows_the_newer_value(field):
    newer, _, words = CHANGES[field]
    form = sent("reason=另一个", **{field: newer})
    assert newer_values(form)
    assert form.errors == {field: [f"刚由他人改为“{words}”，已换成新的内容。"]}
    again = VisitForm(form.data, initial=ON_RECORD | {field: newer})
    assert again.is_valid()
    assert again.cleaned_data[field] == newer
    assert again.cleaned_data["reason"] == "另一个"


@pytest.mark.parametrize("field", CHANGES)
def test_saving_again_with_what_was_seen_is_the_choice(field):
    newer, typed, _ = CHANGES[field]
    assert not newer_values(sent(typed, seen=opened(**{field: newer}), **{field: newer}))


@pytest.mark.parametrize("field", CHANGES)
def test_two_saves_of_the_same_value_ask_nothing(field):
    newer, _, _ = CHANGES[field]
    data = VisitForm(initial=ON_RECORD | {field: newer})
    typed = QueryDict(mutable=True)
    value = json.loads(seen_values(data))[field]
    typed.setlist(field, value if isinstance(value, list) else [value])
    form = sent(typed.urlencode(), **{field: newer})
    assert not newer_values(form)
    assert form.is_valid()


@pytest.mark.parametrize(("field", "empty"), CLEARED.items())
def test_what_another_has_cleared_is_shown_empty_where_it_was_not_touched(field, empty):
    form = sent(**{field: empty})
    assert newer_values(form)
    assert form.errors == {field: ["刚由他人改为“未填写”，已换成新的内容。"]}
    assert form.data.get(field, "") == ""


@pytest.mark.parametrize(("field", "empty"), CLEARED.items())
def test_what_another_has_cleared_and_one_has_changed_is_asked(field, empty):
    form = sent({"kind": "kind=old"}.get(field, CHANGES[field][1]), **{field: empty})
    assert newer_values(form)
    assert "他人已改为“未填写”，您填的还没有保存" in form.errors[field][0]


@pytest.mark.parametrize(("field", "empty"), [("on", None), ("amount", None), ("note", "")])
def test_what_another_has_filled_in_meanwhile_is_noticed_too(field, empty):
    form = sent(f"{field}=", seen=opened(**{field: empty}))
    assert newer_values(form)
    assert list(form.errors) == [field]


def test_clearing_what_another_has_changed_is_asked():
    form = sent("note=", note="只有一行")
    assert newer_values(form)
    assert "他人已改为“只有一行”，您填的还没有保存" in form.errors["note"][0]
    assert form.data["note"] == ""


@pytest.mark.parametrize(("now", "typed", "words"), [(True, "", "是"), (False, "agreed=on", "否")])
def test_a_tick_that_another_has_set_or_taken_away_is_noticed(now, typed, words):
    form = sent(typed, seen=opened(agreed=not now), agreed=now)
    assert newer_values(form)
    assert form.errors == {"agreed": [f"刚由他人改为“{words}”，已换成新的内容。"]}
    assert form["agreed"].value() is now


def test_fields_beside_each_other_are_judged_each_for_itself():
    form = sent("name=王五&amount=30.00", name="李四", amount=Decimal("30.00"), kind="old")
    assert newer_values(form)
    assert list(form.errors) == ["name", "kind"]
    assert (form.data["name"], form.data["kind"], form.data["amount"]) == ("王五", "old", "30.00")


def test_what_is_not_of_the_record_is_not_watched():
    assert "reason" not in json.loads(opened())


@pytest.mark.parametrize("seen", ["", "null", "[]", "{", '"张三"'])
def test_without_what_was_seen_nothing_is_held_up(seen):
    assert not newer_values(sent(seen=seen, name="李四"))


# Through the pages


def shown(page):
    """What a form's inputs hold, as a browser would send it."""
    inputs = re.findall(r'<input[^>]* name="(\w+)"(?: value="([^"]*)")?', page)
    values = dict(re.findall(r'<input type="(?:text|date)" name="(\w+)" value="([^"]*)"', page)) | dict(
        inputs
    )
    values |= dict(re.findall(r'<select name="(\w+)".*?<option value="(\w+)" selected>', page, re.DOTALL))
    return {name: html.unescape(value) for name, value in values.items() if name != "remove_phone"}


@pytest.fixture
def member(province_scope, unit_of):
    return make_member(unit_of("village"))


def test_second_save_of_a_member_shows_both_values_and_saves_what_is_chosen(client_as, member, actor):
    client, url = client_as("village"), f"/members/{member.pk}/edit/"
    page = client.get(url).content.decode()
    mine = shown(page) | {"name": "章晓眉"}
    edit_member(
        member=member,
        name="张小梅",
        phone=None,
        kind="core",
        joined_on=member.joined_on,
        by=actor("township"),
    )
    answer = client.post(url, mine)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "他人已改为“张小梅”，您填的还没有保存" in page
    assert "刚由他人改为“骨干会员”" in page
    assert Member.objects.get().person.name == "张小梅"
    assert shown(page)["name"] == "章晓眉"
    assert shown(page)["kind"] == "core"
    assert client.post(url, shown(page)).status_code == 302
    saved = Member.objects.get()
    assert (saved.person.name, saved.kind) == ("章晓眉", "core")


def test_same_change_made_twice_is_saved_without_a_question(client_as, member, actor):
    client, url = client_as("village"), f"/members/{member.pk}/edit/"
    mine = shown(client.get(url).content.decode()) | {"name": "张小梅"}
    edit_member(
        member=member,
        name="张小梅",
        phone=None,
        kind=member.kind,
        joined_on=member.joined_on,
        by=actor("county"),
    )
    assert client.post(url, mine).status_code == 302


def test_other_editing_forms_notice_it_too(client_as, province_scope):
    entry = Entry.objects.first()
    client, url = client_as("province"), f"/entries/{entry.pk}/edit/"
    mine = shown(client.get(url).content.decode())
    Entry.objects.filter(pk=entry.pk).update(order=entry.order + 1)
    assert f"刚由他人改为“{entry.order + 1}”" in client.post(url, mine | {"label": "新名称"}).content.decode()
