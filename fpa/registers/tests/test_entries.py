"""Dictionaries: words with validity, kept by the province, read by all."""

from datetime import date

import pytest

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.registers.actions import CannotChangeEntry, add_entry, edit_entry, end_entry
from fpa.registers.models import Dictionary, Entry
from fpa.registers.queries import choices, entries, label_of, labels

TODAY = date(2026, 11, 27)
NEW = {"code": "care", "label": "托育服务", "order": 7, "valid_from": TODAY}


@pytest.fixture
def key_tasks(db):
    return Dictionary.objects.get(code="key_tasks")


def test_six_key_tasks_come_with_the_platform(db):
    assert [entry.label for entry in entries("key_tasks", TODAY)] == [
        "宣传教育",
        "生殖健康咨询服务",
        "优生优育指导",
        "计划生育家庭帮扶",
        "权益维护",
        "家庭健康促进",
    ]


@pytest.mark.parametrize(
    ("day", "sixth"), [(date(2020, 12, 31), "流动人口服务"), (date(2021, 1, 1), "家庭健康促进")]
)
def test_sixth_key_task_is_as_it_was_then(db, day, sixth):
    found = choices("key_tasks", day)
    assert (len(found), found[-1][1]) == (6, sixth)


def test_label_of_an_ended_entry_stays(db, django_assert_num_queries):
    assert label_of("key_tasks", "migrant_services") == "流动人口服务"
    assert label_of("key_tasks", "unknown") == "unknown"
    with django_assert_num_queries(1):
        assert len(labels("key_tasks")) == 7


def test_dictionaries_are_read_in_any_scope(key_tasks, unit_of):
    with scoped(unit_of("village").path):
        assert len(entries("key_tasks", TODAY)) == 6


def test_add_entry_is_chosen_from_its_day_on(province_scope, key_tasks, actor):
    entry = add_entry(dictionary=key_tasks, **NEW, by=actor("province"))
    assert entry in entries("key_tasks", TODAY)
    assert entry not in entries("key_tasks", date(2026, 11, 26))
    assert Event.objects.get(verb="entry.added").changes["label"] == [None, "托育服务"]


@pytest.mark.parametrize(
    ("changes", "who", "words"),
    [
        ({}, "city", "由省计生协维护"),
        ({"code": "publicity"}, "province", "代码为 publicity"),
        ({"label": "宣传教育"}, "province", "已有“宣传教育”"),
    ],
)
def test_add_entry_refuses(province_scope, key_tasks, actor, changes, who, words):
    with pytest.raises(CannotChangeEntry, match=words):
        add_entry(dictionary=key_tasks, **NEW | changes, by=actor(who))


def test_edit_entry_changes_its_word_everywhere(province_scope, key_tasks, actor):
    entry = key_tasks.entries.get(code="family_aid")
    edit_entry(entry=entry, label="计生家庭帮扶", order=4, by=actor("province"))
    assert label_of("key_tasks", "family_aid") == "计生家庭帮扶"
    assert Event.objects.get(verb="entry.edited").changes == {"label": ["计划生育家庭帮扶", "计生家庭帮扶"]}


@pytest.mark.parametrize(
    ("label", "who", "words"),
    [
        ("宣传教育", "county", "省计生协"),
        ("权益维护", "province", "已有"),
        ("宣传教育", "province", "没有变化"),
    ],
)
def test_edit_entry_refuses(province_scope, key_tasks, actor, label, who, words):
    with pytest.raises(CannotChangeEntry, match=words):
        edit_entry(entry=key_tasks.entries.get(code="publicity"), label=label, order=1, by=actor(who))


def test_end_entry_is_chosen_no_longer(province_scope, key_tasks, actor):
    entry = key_tasks.entries.get(code="publicity")
    with pytest.raises(CannotChangeEntry, match="不能早于启用日期"):
        end_entry(entry=entry, valid_to=date(2000, 1, 1), by=actor("province"))
    end_entry(entry=entry, valid_to=TODAY, by=actor("province"))
    assert entry.code in dict(choices("key_tasks", TODAY))
    assert entry.code not in dict(choices("key_tasks", date(2026, 11, 28)))
    for who, words in (("province", "已停用"), ("city", "省计生协")):
        with pytest.raises(CannotChangeEntry, match=words):
            end_entry(entry=entry, valid_to=TODAY, by=actor(who))


def test_entry_pages_of_the_province(client_as, province_scope):
    client = client_as("province")
    answers = {"label": "托育服务", "code": "care", "order": "7", "valid_from": "2026年1月1日"}
    page = client.post("/dictionaries/key_tasks/add/", answers, follow=True).content.decode()
    assert "已在“六项重点任务”增加“托育服务”" in page
    entry = Entry.objects.get(code="care")
    url = f"/entries/{entry.pk}"
    page = client.post(f"{url}/edit/", {"label": "托育", "order": "7", "confirmed": "1"}, follow=True)
    assert "已修改字典项“托育”" in page.content.decode()
    page = client.post(f"{url}/end/", {"valid_to": "2026-12-31", "confirmed": "1"}, follow=True)
    assert "“托育”用到2026年12月31日为止" in page.content.decode()
    assert client.post(f"{url}/end/", {"valid_to": "2026-12-31", "confirmed": "1"}).status_code == 200


def test_entry_pages_of_others_are_to_read(client_as):
    client = client_as("county")
    page = client.get("/dictionaries/key_tasks/").content.decode()
    assert "流动人口服务" in page
    assert "增加一项" not in page
    assert client.get("/dictionaries/key_tasks/add/").status_code == 403
    assert client.get("/dictionaries/nothing/").status_code == 404
    assert "六项重点任务" in client.get("/dictionaries/").content.decode()
