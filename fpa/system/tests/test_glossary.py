"""The glossary is made from the code: it holds every word, and a stale one is noticed. Nothing here has a database."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from fpa.access.guards import our_models
from fpa.access.roles import ROLES
from fpa.core.modules import merged, modules, permissions
from fpa.membership.models import Member, MemberKind
from fpa.pages.rows import Record
from fpa.system.glossary import PLACE, compose_glossary, glossary_file, page_names

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture
def copied(settings, tmp_path) -> Path:
    """A glossary of its own, freshly written, beside a copy of the hand-kept part."""
    general = glossary_file().with_name("glossary-general.md").read_text()
    (tmp_path / "docs").mkdir()
    settings.BASE_DIR = tmp_path
    glossary_file().with_name("glossary-general.md").write_text(general)
    call_command("glossary", stdout=StringIO())
    return glossary_file()


def test_written_glossary_is_fresh(copied):
    assert copied.read_text() == compose_glossary()
    call_command("glossary", check=True)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_text(file.read_text().replace("`member.joined`", "`member.entered`")),
        lambda file: file.with_name("glossary-general.md").write_text(f"# 术语表\n\n一个新词\n\n{PLACE}\n"),
        lambda file: file.unlink(),
    ],
    ids=["a word changed", "the hand-kept part changed", "no file"],
)
def test_stale_glossary_is_noticed_and_left_as_it_is(copied, spoil):
    spoil(copied)
    before = copied.read_text() if copied.exists() else None
    with pytest.raises(CommandError, match="fpa glossary") as refused:
        call_command("glossary", check=True)
    assert refused.value.returncode == 1
    assert (copied.read_text() if copied.exists() else None) == before


def test_hand_kept_part_without_the_place_for_the_rest_is_refused(copied):
    copied.with_name("glossary-general.md").write_text("# 术语表\n")
    with pytest.raises(ValueError, match=r"glossary-general\.md"):
        compose_glossary()


def test_glossary_holds_every_model_with_its_fields():
    rows = compose_glossary().splitlines()
    for model in our_models():
        begin = f"| **{model._meta.verbose_name}** | `{model.__name__}` | "
        row = next(row for row in rows if row.startswith(begin))
        for field in model._meta.fields:
            is_own_unit = field.name == "unit" and issubclass(model, Record)
            words = model.unit_label if is_own_unit else str(field.verbose_name)
            if CHINESE.search(words):
                assert f"{words} `{field.name}`" in row, field


def test_glossary_names_a_fields_choices_and_what_a_key_leads_to():
    row = next(row for row in compose_glossary().splitlines() if "| `Member` |" in row)
    assert f"会员类别 `kind`（普通会员 `{MemberKind.ORDINARY}`、骨干会员 `{MemberKind.CORE}`）" in row
    assert Member._meta.get_field("person").verbose_name == "person"
    assert "个人档案 `person`" in row


def test_glossary_holds_every_verb_page_permission_and_role():
    text = compose_glossary()
    for verb, words in merged("verbs").items():
        assert f"| 审计：{words} | `{verb}` |" in text
    for name, words in page_names().items():
        assert f"| 页面：{words} | `{name}` |" in text
    for right in permissions():
        held = "、".join(ROLES[code].label for code in right.roles)
        assert f"| {right.label} | `{right.code}` | {held} |" in text
    for role in ROLES.values():
        assert f"| {role.label} | `{role.code}` |" in text


def test_glossary_holds_the_rooms_own_words_and_the_hand_kept_ones():
    text = compose_glossary()
    for module in modules().values():
        for word, (code, told) in module.glossary.items():
            assert f"| {word} | {'、'.join(f'`{each}`' for each in code.split('、'))} | {told} |" in text
    assert "## 通用词" in text.split("## core")[0]
    assert "## 容易混的词" in text.split("## 角色和权限")[1]


def test_pages_are_named_by_their_room_list_menu_or_view():
    names = page_names()
    assert names["member_detail"] == "会员资料"  # its room
    assert names["user_list"] == "账号"  # its list; the menu's line leads to more
    assert names["dashboard"] == "数据看板"  # the menu
    assert names["join_member"] == "会员入会"  # its view
    assert names["leave_member"] == "办理退会"  # its view's title, without the member's name
    assert names["import_members"] == "导入会员"  # the importer


def test_every_page_has_a_chinese_name():
    bare = ", ".join(name for name, words in page_names().items() if not CHINESE.search(words))
    assert not bare, f"name them in `pages` of their room's module.py: {bare}"
    assert merged("pages").keys() - page_names().keys() == set(), "no such address any more"
