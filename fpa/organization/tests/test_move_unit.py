"""Moving a unit: everything below follows, history stays, figures above both places are right again."""

from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction
from django.utils import timezone

from fpa.access.models import Level, Post, Unit, UnitVersion
from fpa.access.scope import scoped
from fpa.approval.actions import ensure_flow, submit_case
from fpa.approval.tests.conftest import SAMPLE
from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.figures.freshness import refresh
from fpa.figures.queries import read
from fpa.membership.models import Member
from fpa.organization.actions.units import CannotMove, move_unit
from fpa.organization.queries import impact_of_move
from fpa.pages.queries import scoped_models
from fpa.people.models import Person
from fpa.people.tests.people import make_member, make_staff

DAY = date(2024, 3, 1)


def move(unit, to_parent, by, on=DAY):
    with scoped(by.path):
        return move_unit(unit=unit, to_parent=to_parent, on=on, document="湘民发〔2024〕3号", by=by)


@pytest.fixture
def township(province_scope, unit_of):
    """The cast's township with a member, two people and an office worker below it."""
    make_member(unit_of("village"))
    make_staff(unit_of("township"))
    return unit_of("township")


def test_move_unit_takes_units_and_rows_along(township, actor, unit_of):
    village = unit_of("village")
    below = set(Unit.objects.under(township.path).values_list("pk", flat=True))
    old_path = township.path
    moved = move(township, unit_of("sibling"), actor("city"))
    assert moved.parent == unit_of("sibling")
    assert moved.path.startswith(unit_of("sibling").path)
    assert set(Unit.objects.under(moved.path).values_list("pk", flat=True)) == below
    assert not Unit.objects.under(old_path).exists()
    for model in scoped_models():
        assert not model._default_manager.filter(path__gte=old_path, path__lt=old_path[:-1] + "0").exists(), (
            model
        )
    with scoped(unit_of("sibling").path):
        assert Member.objects.count() == 1
        assert Person.objects.count() == 2
        assert Post.objects.filter(unit=village).exists()


def test_move_unit_keeps_every_row_at_the_path_of_its_unit(township, actor, unit_of):
    move(township, unit_of("sibling"), actor("city"))
    for model in scoped_models():
        for row in model._default_manager.select_related("unit")[:2000]:
            assert row.path == row.unit.path


def test_move_unit_takes_its_decisions_along(township, actor, unit_of):
    subject = unit_of("village")
    flow = ensure_flow(
        "move.test", "测试", [{"level": 3, "permission": "submission.review", "label": "县审核"}]
    )
    village, by = unit_of("village"), actor("village")
    case = submit_case(kind=SAMPLE, flow=flow, subject=subject, title="测试", unit=village, by=by)
    move(township, unit_of("sibling"), actor("city"))
    subject.refresh_from_db()
    assert case.decisions.get().path == subject.path
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        case.decisions.update(reason="改写")


def test_move_unit_out_of_a_scope_ends_its_sight(township, actor, unit_of):
    move(township, unit_of("sibling"), actor("city"))
    with scoped(unit_of("county").path):
        assert not Member.objects.exists()


def test_move_unit_keeps_the_history(township, actor, unit_of):
    old_path, village = township.path, unit_of("village")
    moved = move(township, unit_of("sibling"), actor("city"))
    before, now = UnitVersion.objects.filter(unit=township).order_by("valid_from")
    assert (before.parent, before.path, before.valid_to) == (unit_of("county"), old_path, date(2024, 2, 29))
    assert (now.parent, now.path, now.valid_from) == (unit_of("sibling"), moved.path, DAY)
    assert (now.valid_to, now.reason) == (None, "湘民发〔2024〕3号")
    version = UnitVersion.objects.get(unit=village, valid_to=None)
    assert version.path == Unit.objects.get(pk=village.pk).path
    assert version.parent == township


def test_move_unit_is_recorded_above_both_places(township, actor, unit_of):
    move(township, unit_of("sibling"), actor("city"))
    event = Event.objects.get(verb="unit.moved")
    assert event.path == unit_of("city").path
    assert event.changes["parent"] == ["鹤城区", "中方县"]


def test_move_unit_gets_another_step_where_the_own_is_taken(province_scope, actor, unit_of):
    sibling, unit = unit_of("sibling"), Unit.objects.get(code="431223100000")
    assert Unit.objects.filter(path=f"{sibling.path}100/").exists()
    assert move(unit, sibling, actor("city")).path == f"{sibling.path}{unit.code}/"


def test_move_unit_builds_the_figures_of_both_sides(township, actor, unit_of):
    refresh()
    half = Period.of(timezone.localdate(), "half")
    names = ("county", "sibling", "city")
    before = [read(["member.total"], unit_of(n), half)["member.total"].value for n in names]
    move(township, unit_of("sibling"), actor("city"))
    after = [read(["member.total"], unit_of(n), half)["member.total"].value for n in names]
    assert (before, after) == ([1, 0, 1], [0, 1, 1])


@pytest.mark.parametrize(
    ("who", "what", "where", "words"),
    [
        ("county", "township", "sibling", "不在您的管理范围内"),
        ("county", "county", "city", "请由上级计生协办理"),
        ("sibling", "township", "sibling", "只能调整下级单位"),
        ("city", "township", "village", "它的下级之下"),
        ("city", "township", "township", "它自己"),
        ("city", "township", "city", "不是，请重新选择"),
        ("city", "township", "county", "现在就隶属于"),
        ("province", "province", "city", "请由上级计生协办理"),
    ],
)
def test_move_unit_refuses(province_scope, actor, unit_of, who, what, where, words):
    with pytest.raises(CannotMove, match=words):
        move(unit_of(what), unit_of(where), actor(who))


@pytest.mark.parametrize(
    ("on", "words"),
    [
        (timezone.localdate() + timedelta(days=1), "不能晚于今天"),
        (date(2000, 1, 1), "上一次变更（2000年1月1日）的次日"),
    ],
)
def test_move_unit_refuses_impossible_days(province_scope, actor, unit_of, on, words):
    with pytest.raises(CannotMove, match=words):
        move(unit_of("township"), unit_of("sibling"), actor("city"), on)


def test_move_unit_leaves_nothing_half_done_where_it_fails(township, actor, unit_of, monkeypatch):
    before = list(Unit.objects.under(unit_of("city").path).values_list("path", flat=True))
    monkeypatch.setattr("fpa.organization.actions.units.record", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        move(township, unit_of("sibling"), actor("city"))
    assert list(Unit.objects.under(unit_of("city").path).values_list("path", flat=True)) == before
    assert Member.objects.get().path == unit_of("village").path


def test_impact_of_move_counts_each_kind(township, unit_of):
    impact = dict(impact_of_move(township))
    villages = Unit.objects.filter(parent=township, level=Level.VILLAGE).count()
    assert (impact["下级单位"], impact["会员"], impact["工作人员"], impact["个人档案"]) == (villages, 1, 1, 2)


def test_move_unit_page_shows_the_impact_first(client_as, township, unit_of):
    client, url = client_as("city"), f"/units/{township.code}/move/"
    answers = {"to_parent": unit_of("sibling").code, "on": "2024-03-01", "document": "湘民发〔2024〕3号"}
    asked = client.post(url, answers).content.decode()
    assert "会员 1" in asked
    assert Unit.objects.get(pk=township.pk).path == township.path
    page = client.post(url, answers | {"confirmed": "1"}, follow=True).content.decode()
    assert "已调整到中方县" in page
    assert "湘民发〔2024〕3号" in page


def test_move_unit_page_is_for_offices_above(client_as, unit_of):
    url = f"/units/{unit_of('township').code}/move/"
    assert client_as("township").get(url).status_code == 403
    assert client_as("sibling").get(url).status_code == 404
