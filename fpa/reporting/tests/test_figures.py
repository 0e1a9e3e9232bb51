"""Figures of form items come from the database: a form that is published is known at once, to whom it is published."""

import pytest

from fpa.access.scope import scoped
from fpa.figures import catalogue
from fpa.figures.catalogue import UnknownFigure
from fpa.reporting.models import Cell, Form, Item
from fpa.reporting.standard_forms import ensure_forms
from tests.cast import cast_unit


def publish(name: str, key: str, label: str = "宣讲场次", version: int = 1) -> Item:
    unit = cast_unit(name)
    form = Form.objects.create(unit=unit, code="talks", version=version, name="宣讲", period_kind="half")
    return Item.objects.create(
        unit=unit, form=form, order=1, key=key, label=label, measure="场次", definition="开展宣讲的场次。"
    )


def test_a_form_that_is_published_is_known_at_once(province_scope):
    assert catalogue.get("visit.households").pending
    with pytest.raises(UnknownFigure):
        catalogue.get("talks.sessions")
    ensure_forms(cast_unit("province"))
    publish("province", "talks.sessions")
    assert not catalogue.get("visit.households").pending
    assert catalogue.get("visit.households").name == "上门走访慰问计生困难群众"
    figure = catalogue.get("talks.sessions")
    assert (figure.name, figure.unit, figure.records_permission) == ("宣讲场次", "场次", "submission.view")
    assert "talks.sessions" in catalogue.counting(Cell)


def test_a_later_version_of_a_form_names_its_figure_anew(province_scope):
    publish("province", "talks.sessions")
    assert catalogue.get("talks.sessions").name == "宣讲场次"
    publish("province", "talks.sessions", "政策宣讲场次", version=2)
    assert catalogue.get("talks.sessions").name == "政策宣讲场次"


def test_a_countys_own_form_is_known_on_its_side_alone(province_scope):
    publish("county", "talks.sessions")
    for name, known in (("county", True), ("village", True), ("city", True), ("sibling", False)):
        with scoped(cast_unit(name).path):
            assert ("talks.sessions" in {f.key for f in catalogue.every()}) is known, name


def test_catalogue_asks_the_database_once_for_many_keys(province_scope, django_assert_num_queries):
    ensure_forms(cast_unit("province"))
    catalogue.get("visit.value")
    with django_assert_num_queries(1):
        catalogue.get_all(["visit.value", "visit.households", "member.total"])
    with django_assert_num_queries(0):
        catalogue.get_all(["member.total", "staff.persons"])
