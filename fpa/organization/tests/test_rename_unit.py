"""Renaming a unit: found by the new name, remembered by the old."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access.models import Unit, UnitVersion
from fpa.audit.models import Event
from fpa.organization.actions.units import CannotRename, rename_unit
from fpa.pages.queries import search_units

DAY = date(2024, 3, 1)


def rename(unit, by, name="鹤城新区", short_name="鹤城新", on=DAY):
    return rename_unit(unit=unit, name=name, short_name=short_name, on=on, document="国函〔2024〕8号", by=by)


def test_rename_unit_keeps_the_old_name_in_its_history(province_scope, actor, unit_of):
    rename(unit_of("county"), actor("city"))
    before, now = UnitVersion.objects.filter(unit=unit_of("county")).order_by("valid_from")
    assert (before.name, before.valid_to) == ("鹤城区", date(2024, 2, 29))
    assert (now.name, now.valid_from, now.valid_to, now.reason) == ("鹤城新区", DAY, None, "国函〔2024〕8号")
    assert Event.objects.get(verb="unit.renamed").changes["name"] == ["鹤城区", "鹤城新区"]


def test_rename_unit_is_found_by_its_new_initials(province_scope, actor, unit_of):
    renamed = rename(unit_of("county"), actor("county"), " 鹤城新区 ")
    assert renamed in search_units("hcxq", "/")
    assert not [unit for unit in search_units("hcq", "/") if unit == renamed]


def test_rename_unit_leaves_other_units_history_alone(province_scope, actor, unit_of):
    before = UnitVersion.objects.count()
    rename(unit_of("county"), actor("city"))
    assert UnitVersion.objects.count() == before + 1


@pytest.mark.parametrize(
    ("who", "what", "more", "words"),
    [
        ("county", "city", {}, "本单位及下级"),
        ("sibling", "county", {}, "本单位及下级"),
        ("city", "county", {"name": "鹤城区", "short_name": "鹤城"}, "没有需要更改"),
        ("city", "county", {"on": timezone.localdate() + timedelta(days=1)}, "不能晚于今天"),
        ("city", "county", {"on": date(2000, 1, 1)}, "的次日"),
    ],
)
def test_rename_unit_refuses(province_scope, actor, unit_of, who, what, more, words):
    with pytest.raises(CannotRename, match=words):
        rename(unit_of(what), actor(who), **more)


def test_rename_unit_refuses_a_second_change_of_the_same_day(province_scope, actor, unit_of):
    rename(unit_of("county"), actor("city"))
    with pytest.raises(CannotRename, match="2024年3月1日"):
        rename(unit_of("county"), actor("city"), "又一个名称")


def test_rename_unit_page_confirms_then_acts(client_as, unit_of):
    client, url = client_as("city"), f"/units/{unit_of('county').code}/rename/"
    answers = {"name": "鹤城新区", "short_name": "鹤城新", "on": "2024-03-01", "document": "国函〔2024〕8号"}
    assert "留在沿革中" in client.post(url, answers).content.decode()
    page = client.post(url, answers | {"confirmed": "1"}, follow=True).content.decode()
    assert "鹤城区已更名为鹤城新区" in page
    assert Unit.objects.get(code=unit_of("county").code).name == "鹤城新区"


def test_rename_unit_page_is_shut_to_others(client_as, unit_of):
    url = f"/units/{unit_of('county').code}/rename/"
    assert client_as("sibling").get(url).status_code == 404
    assert client_as("auditor").get(url).status_code == 403
