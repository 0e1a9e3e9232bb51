"""Events in plain Chinese."""

import re

import pytest

from fpa.audit.models import Event
from fpa.audit.words import changes_of, thing_words, verb_words
from fpa.core.modules import merged


def lines(object_type, changes):
    return [str(change) for change in changes_of(Event(object_type=object_type, changes=changes))]


@pytest.mark.parametrize(("verb", "words"), [("member.joined", "会员入会"), ("nobody.named", "nobody.named")])
def test_verb_words_fall_back_to_the_verb(verb, words):
    assert verb_words(verb) == words


@pytest.mark.parametrize(("kind", "words"), [("access.unit", "单位"), ("no.such", "no.such"), ("", "")])
def test_thing_words_are_the_models_own(kind, words):
    assert thing_words(kind) == words


@pytest.mark.parametrize(
    ("object_type", "changes", "said"),
    [
        ("access.unit", {"name": ["旧", "新"]}, ["名称：旧 → 新"]),
        ("access.unit", {"level": [3, 4]}, ["层级：县市区 → 乡镇街道"]),
        ("access.post", {"role": [None, "office"]}, ["角色：计生协办公室"]),
        ("access.user", {"is_active": [True, False]}, ["启用：是 → 否"]),
        ("access.appointment", {"valid_from": [None, "2026-05-01"]}, ["自何日起：2026年5月1日"]),
        ("membership.member", {"id_index": ["******", "******"]}, ["证件号码：已更新"]),
        (
            "membership.member",
            {"on": "2026-05-01", "name": ["甲", "乙"]},
            ["姓名：甲 → 乙", "生效日期：2026年5月1日"],
        ),
        (
            "access.post",
            {"role": [None, "office"], "title": ["甲", "乙"]},
            ["岗位名称：甲 → 乙", "角色：计生协办公室"],
        ),
        ("access.user", {"list": "会员", "rows": 12}, ["列表：会员", "行数：12"]),
        (
            "training.plan",
            {"places": [{"place": key, "label": key, "reason": "请核对"} for key in ("甲", "乙")]},
            ["退回处：甲：请核对、乙：请核对"],
        ),
        ("access.user", {"x": ["甲", None]}, ["x：甲 → 无"]),
        ("access.user", {"x": ["甲", "乙", "丙"]}, ["x：甲、乙、丙"]),
        ("access.user", {"x": {"new": 3, "rejected": 0}}, ["x：新增：3；退回：0"]),
        ("gone.model", {"y": [1, 2]}, ["y：1 → 2"]),
        ("access.user", {"at": "2026-05-01T00:00:00+00:00"}, ["at：2026年5月1日 08:00"]),
    ],
)
def test_changes_in_words(object_type, changes, said):
    assert lines(object_type, changes) == said


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"x": [None, None], "y": [None, ""]}, []),
        ({"x": [[], None]}, ["x： → 无"]),
        ({"x": ["", "甲"]}, ["x：甲"]),
        ({"x": [False, True]}, ["x：否 → 是"]),
        ({"x": True}, ["x：是"]),
        ({"x": []}, ["x："]),
        ({"x": ["2026-05-01", "2026-06-30"]}, ["x：2026年5月1日 → 2026年6月30日"]),
        ({"x": ["2026-05-01", "2026-13-01"]}, ["x：2026年5月1日 → 2026-13-01"]),
        ({"x": {"on": "2026-05-01", "y": None}}, ["x：生效日期：2026年5月1日；y：无"]),
        ({"x": [["甲", "乙"], ["甲"]]}, ["x：甲、乙 → 甲"]),
        ({"x": [0, 0.5]}, ["x：0 → 0.5"]),
        ({}, []),
    ],
)
def test_values_are_said_as_people_say_them(changes, said):
    assert lines("access.user", changes) == said


def test_field_is_called_by_the_most_particular_name():
    """For one kind of thing, else for all, else the thing's own, else the key."""
    change = {"name": ["甲", "乙"]}
    assert lines("membership.member", change) == ["姓名：甲 → 乙"]
    assert lines("access.unit", change) == ["名称：甲 → 乙"]
    assert lines("access.unit", {"on": "x", "nothing": "x"}) == ["nothing：x", "生效日期：x"]


def test_secret_that_was_first_given_is_not_told_either():
    assert lines("membership.member", {"phone_index": [None, "******"]}) == ["手机号：******"]


def test_verbs_are_things_deeds_that_fit_their_column():
    shape = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
    room = Event._meta.get_field("verb").max_length
    assert [verb for verb in merged("verbs") if not shape.fullmatch(verb) or len(verb) > room] == []


def test_no_two_verbs_are_called_the_same():
    """Whoever filters the log by a verb picks it by its words."""
    assert len(set(merged("verbs").values())) == len(merged("verbs"))
