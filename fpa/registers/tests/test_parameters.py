"""Parameters: the nearest unit that laid one down, in the year asked for."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Unit
from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.registers import actions
from fpa.registers.actions import CannotSetParameter, edit_parameter, end_parameter, set_parameter
from fpa.registers.catalogue import PUBLIC_NOTICE, ParameterKind, declare_parameter
from fpa.registers.models import Parameter
from fpa.registers.queries import ParameterNotSet, parameter, parameters, parameters_at

KEY = PUBLIC_NOTICE.key


def lay_down(actor, name, value, year=2024, key=KEY):
    by = actor(name)
    with scoped(by.path):
        return set_parameter(key=key, from_year=year, value=value, basis="湘计生协发〔2024〕1号", by=by)


@pytest.fixture
def laid_down(province_scope, actor):
    """5 for the province from 2020 and 7 from 2025, 10 for the county from 2024."""
    lay_down(actor, "province", Decimal(5), 2020)
    lay_down(actor, "province", Decimal(7), 2025)
    return lay_down(actor, "county", Decimal(10), 2024)


@pytest.mark.parametrize(
    ("name", "year", "value"),
    [
        ("village", 2024, 10),
        ("county", 2026, 10),
        ("village", 2023, 5),
        ("sibling", 2024, 5),
        ("sibling", 2030, 7),
        ("province", 2025, 7),
    ],
)
def test_parameter_is_the_nearest_units_in_its_year(laid_down, unit_of, name, year, value):
    assert parameter(KEY, unit_of(name), year) == value


def test_parameter_is_read_by_who_lies_below(laid_down, unit_of):
    with scoped(unit_of("village").path):
        assert parameter(KEY, unit_of("village"), 2026) == 10
    with scoped(unit_of("sibling").path):
        assert parameter(KEY, unit_of("sibling"), 2026) == 7


def test_parameter_says_who_can_lay_it_down(laid_down, unit_of):
    with pytest.raises(ParameterNotSet, match="2019年没有“公示期”"):
        parameter(KEY, unit_of("village"), 2019)


def test_ended_parameter_leaves_the_one_above(laid_down, actor, unit_of):
    end_parameter(parameter=laid_down, to_year=2024, reason="按省里执行", by=actor("county"))
    assert parameter(KEY, unit_of("village"), 2024) == 10
    assert parameter(KEY, unit_of("village"), 2025) == 7


def test_parameters_of_many_units_take_one_query(laid_down, unit_of, django_assert_num_queries):
    units = list(Unit.objects.under(unit_of("city").path)[:3000])
    with django_assert_num_queries(1):
        found = parameters(KEY, units, 2026)
    assert len(found) == len(units)
    assert {found[u.pk] for u in units if u.path.startswith(unit_of("county").path)} == {10}
    assert found[unit_of("sibling").pk] == 7


def test_parameters_at_a_unit_are_the_nearest_of_every_key(
    laid_down, actor, unit_of, django_assert_num_queries
):
    lay_down(actor, "province", "湘计生协", key="number.mark")
    lay_down(actor, "city", Decimal(3), key="approval.review_term")
    village = unit_of("village")
    with django_assert_num_queries(1):
        held = [(row.key, row.value, row.unit.name) for row in parameters_at(village, 2026)]
    assert held == [("approval.public_notice", 10, "鹤城区"), ("approval.review_term", 3, "怀化市")]
    assert "number.mark" in [row.key for row in parameters_at(unit_of("province"), 2026)]


@pytest.mark.parametrize("kind", ["number", "money", "text", "date"])
def test_parameter_keeps_its_kind_of_value(province_scope, actor, unit_of, monkeypatch, kind):
    key, value = f"test.{kind}", {"text": "甲", "date": date(2024, 5, 29)}.get(kind, Decimal("12.5"))
    monkeypatch.setitem(actions.PARAMETERS, key, ParameterKind(key, "试", kind))
    lay_down(actor, "city", value, key=key)
    assert parameter(key, unit_of("county"), 2024) == value


def test_set_parameter_records_the_value_and_its_basis(laid_down, unit_of):
    event = Event.objects.get(verb="parameter.set", path=unit_of("county").path)
    assert (event.changes["value"], event.reason) == ([None, "10"], "湘计生协发〔2024〕1号")


def test_set_parameter_refuses_a_year_that_has_one(laid_down, actor):
    with pytest.raises(CannotSetParameter, match="已设定2024年起的“公示期”"):
        lay_down(actor, "county", Decimal(3))


def test_set_parameter_is_for_offices_down_to_the_county(province_scope, actor):
    with pytest.raises(CannotSetParameter, match="省、市、县"):
        lay_down(actor, "township", Decimal(3))


def test_edit_parameter_corrects_and_refuses(laid_down, actor):
    edited = edit_parameter(parameter=laid_down, value=Decimal(9), basis="更正", by=actor("county"))
    assert (edited.value, Event.objects.get(verb="parameter.edited").changes["value"]) == (
        9,
        ["10.0000", "9"],
    )
    with pytest.raises(CannotSetParameter, match="没有变化"):
        edit_parameter(parameter=laid_down, value=Decimal(9), basis="更正", by=actor("county"))
    with pytest.raises(CannotSetParameter, match="鹤城区计生协的设定"):
        edit_parameter(parameter=laid_down, value=Decimal(8), basis="更正", by=actor("city"))


def test_end_parameter_refuses(laid_down, actor):
    with pytest.raises(CannotSetParameter, match="不能早于起始年度"):
        end_parameter(parameter=laid_down, to_year=2023, reason="", by=actor("county"))
    end_parameter(parameter=laid_down, to_year=2024, reason="", by=actor("county"))
    with pytest.raises(CannotSetParameter, match="无需重复"):
        end_parameter(parameter=laid_down, to_year=2024, reason="", by=actor("county"))


def test_parameter_row_has_exactly_one_value(province_scope, unit_of):
    common = {"unit": unit_of("county"), "key": KEY, "basis": "文"}
    for n, values in enumerate(({}, {"number": 1, "text": "甲"}, {"number": 1, "day": date(2024, 1, 1)})):
        with pytest.raises(IntegrityError, match="parameter_has_one_value"), transaction.atomic():
            Parameter.objects.create(**common, **values, from_year=2020 + n)


def test_parameters_are_declared_once():
    with pytest.raises(ValueError, match=KEY):
        declare_parameter(ParameterKind(KEY, "别的", "text"))
    assert declare_parameter(PUBLIC_NOTICE) is PUBLIC_NOTICE


def test_parameter_pages_lead_from_the_choice_to_the_list(client_as, province_scope):
    client = client_as("county")
    page = client.post("/parameters/set/", {"key": KEY})
    assert page["Location"] == f"/parameters/set/{KEY}/"
    answers = {"from_year": "2026", "value": "７", "basis": "湘计生协发〔2026〕1号"}
    checked = client.post(page["Location"], answers).content.decode()
    assert "自2026年起，鹤城区计生协及没有另行设定的下级单位按此执行" in checked
    done = client.post(page["Location"], {**answers, "confirmed": "1"}, follow=True).content.decode()
    assert "已设定公示期：7 个工作日，自2026年起执行" in done
    row = Parameter.objects.get()
    assert "鹤城区计生协 2026 年执行的参数" in done
    assert "湘计生协发〔2026〕1号" in client_as("township").get("/parameters/").content.decode()
    assert client_as("city").get(f"/parameters/{row.pk}/edit/").status_code == 404
    assert 'value="7"' in client.get(f"/parameters/{row.pk}/edit/").content.decode()


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("7.5", "只能填整数"),
        ("400", "不能大于 366"),
        ("-1", "不能小于 0"),
        ("七", "汉字数字"),
        ("", "请填写"),
    ],
)
def test_set_parameter_page_says_what_is_wrong_with_a_value(client_as, value, words):
    answers = {"from_year": "2026", "value": value, "basis": "湘计生协发〔2026〕1号"}
    assert words in client_as("county").post(f"/parameters/set/{KEY}/", answers).content.decode()


@pytest.mark.parametrize(
    "query", ["?year=99999999999", "?year=x", "?key=nothing", "?year=2026&key=number.mark"]
)
def test_parameter_list_answers_odd_filters(client_as, query):
    assert client_as("county").get(f"/parameters/{query}").status_code == 200


def test_parameter_list_takes_as_many_queries_for_many_rows(client_as, province_scope, unit_of):
    client, counts = client_as("county"), []
    for years in (range(2000, 2001), range(2001, 2040)):
        for year in years:
            Parameter.objects.create(unit=unit_of("county"), key=KEY, from_year=year, number=1, basis="文")
        with CaptureQueriesContext(connection) as queries:
            client.get("/parameters/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
