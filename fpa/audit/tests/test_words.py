"""Events in plain Chinese."""

import pytest

from fpa.audit.models import Event
from fpa.audit.words import changes_of, thing_words, verb_words


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
        ("organization.member", {"id_index": ["******", "******"]}, ["证件号码：已更新"]),
        (
            "organization.member",
            {"on": "2026-05-01", "name": ["甲", "乙"]},
            ["姓名：甲 → 乙", "生效日期：2026年5月1日"],
        ),
        (
            "access.post",
            {"role": [None, "office"], "title": ["甲", "乙"]},
            ["岗位名称：甲 → 乙", "角色：计生协办公室"],
        ),
        ("access.user", {"list": "会员", "rows": 12}, ["列表：会员", "行数：12"]),
        ("access.user", {"x": ["甲", None]}, ["x：甲 → 无"]),
        ("access.user", {"x": ["甲", "乙", "丙"]}, ["x：甲、乙、丙"]),
        ("access.user", {"x": {"new": 3, "rejected": 0}}, ["x：新增：3；退回：0"]),
        ("gone.model", {"y": [1, 2]}, ["y：1 → 2"]),
        ("access.user", {"at": "2026-05-01T00:00:00+00:00"}, ["at：2026年5月1日 08:00"]),
    ],
)
def test_changes_in_words(object_type, changes, said):
    assert lines(object_type, changes) == said
