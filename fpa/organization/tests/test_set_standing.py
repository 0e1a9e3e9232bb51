"""What an association has reached: 入序, 参公, “三定”."""

from datetime import date

import pytest

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.organization.actions.units import CannotSetStanding, set_standing
from fpa.organization.models import Standing, StandingKind

DAY = date(2021, 7, 1)


def set_it(unit, by, kind=StandingKind.LISTED, since=DAY):
    with scoped(by.path):
        return set_standing(unit=unit, kind=kind, since=since, document="怀编〔2021〕5号", by=by)


def test_set_standing_is_kept_with_its_document(province_scope, actor, unit_of):
    standing = set_it(unit_of("county"), actor("city"))
    assert (standing.unit, standing.since, standing.document) == (unit_of("county"), DAY, "怀编〔2021〕5号")
    assert Event.objects.get(verb="standing.set").path == unit_of("county").path
    assert Stale.objects.filter(figure="org.county.listed", path=unit_of("county").path).exists()


def test_set_standing_allows_each_kind_once(province_scope, actor, unit_of):
    for kind in StandingKind:
        set_it(unit_of("county"), actor("city"), kind)
    with pytest.raises(CannotSetStanding, match="已登记入序（2021年7月1日起）"):
        set_it(unit_of("county"), actor("city"))
    assert Standing.objects.count() == len(StandingKind)


@pytest.mark.parametrize(
    ("who", "since", "words"), [("sibling", DAY, "本单位及下级"), ("city", date(2999, 1, 1), "不能晚于今天")]
)
def test_set_standing_refuses(province_scope, actor, unit_of, who, since, words):
    with pytest.raises(CannotSetStanding, match=words):
        set_it(unit_of("county"), actor(who), since=since)


def test_set_standing_page_shows_on_the_unit(client_as, unit_of):
    answers = {"kind": "three_fix", "since": "2021年7月1日", "document": "怀编〔2021〕5号"}
    page = client_as("city").post(f"/units/{unit_of('county').code}/standing/", answers, follow=True)
    assert "怀编〔2021〕5号" in page.content.decode()
    assert client_as("sibling").get(f"/units/{unit_of('county').code}/standing/").status_code == 404
