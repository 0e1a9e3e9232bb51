"""A figure of a form's item where nothing was reported: 〔暂无上报〕, never 0, never ranked; a reported 0 is a 0."""

from decimal import Decimal

import pytest
from lxml import html

from fpa.access.models import Level, Unit
from fpa.access.scope import scoped, whole_province
from fpa.core.periods import Period
from fpa.figures import boundaries, queries
from fpa.figures.display import NOT_REPORTED, exact_words, words
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact

from .conftest import HOUSEHOLDS, VALUE, Course

pytestmark = pytest.mark.usefixtures("opened_database")

H1 = Period.parse("2023H1")


def reading_at(unit, key=HOUSEHOLDS, period=H1):
    with whole_province():
        return queries.read([key], unit, period)[key]


def told(reading):
    return (reading.value, reading.own, reading.qualifier, words(reading), exact_words(reading))


NOTHING = (None, None, "not_reported", NOT_REPORTED, NOT_REPORTED)


@pytest.fixture
def by_township(issue, whole_unit):
    """The same form, filled in by townships; the cast's has reported 12 households, which are approved."""
    course = Course(issue(fill_level=4))
    course.approve(course.report(whole_unit("township"), 12, 3000))
    refresh()
    return course


@pytest.fixture
def reported(course, villages):
    """The village has reported 30 households and is approved; the next one 0, approved; one waits, one is a draft."""
    course.approve(course.report(villages[0]))
    course.approve(course.report(villages[1], 0, 0))
    course.report(villages[2])
    course.fill(villages[3], households=9, value=900)
    refresh()
    return course


def test_a_village_whose_township_fills_the_form_has_no_zero(by_township, whole_unit, villages):
    assert told(reading_at(whole_unit("township"))) == (12, 12, "exact", "12户", "12户")
    assert {told(reading_at(village)) for village in villages} == {NOTHING}


def test_a_township_that_fills_the_form_is_not_told_by_its_villages(by_township, whole_unit, province_scope):
    assert queries.breakdown(HOUSEHOLDS, whole_unit("township"), H1) == []


def test_only_what_was_approved_is_a_number(reported, villages):
    assert [reading_at(village).value for village in villages[:5]] == [30, 0, None, None, None]
    assert told(reading_at(villages[1])) == (0, 0, "exact", "0户", "0户")
    assert {told(reading_at(village)) for village in villages[2:]} == {NOTHING}


def test_units_above_have_a_number_where_anything_below_was_approved(reported, whole_unit):
    for name, value in (("township", 30), ("county", 30), ("province", 30), ("sibling", None)):
        assert reading_at(whole_unit(name)).value == value, name


def test_what_was_returned_is_not_reported_any_more(reported, villages, whole_unit):
    for village in villages[:2]:
        reported.give_back(reported.sheet(village).submission, HOUSEHOLDS)
    refresh()
    with whole_province():
        assert Fact.objects.filter(figure=HOUSEHOLDS, unit=villages[0], value=0).exists()
    assert told(reading_at(villages[0])) == told(reading_at(whole_unit("province"))) == NOTHING


def test_the_breakdown_names_who_has_not_reported(reported, whole_unit, villages, province_scope):
    found = dict(queries.breakdown(HOUSEHOLDS, whole_unit("township"), H1))
    assert [found[village] for village in villages[:3]] == [30, 0, None]
    assert set(found) == set(villages)
    counties = dict(queries.breakdown(HOUSEHOLDS, whole_unit("city"), H1))
    assert {value for unit, value in counties.items() if unit.code != "431202000000"} == {None}


def test_who_has_not_reported_is_not_ranked(reported, whole_unit, villages, province_scope):
    ranked = queries.ranking(HOUSEHOLDS, whole_unit("township"), H1, Level.VILLAGE)
    assert ranked == [(villages[0], 30), (villages[1], 0)]
    assert queries.ranking(HOUSEHOLDS, whole_unit("province"), Period.parse("2023H2"), Level.COUNTY) == []


def test_the_course_leaves_open_what_was_not_reported(reported, villages, province_scope):
    periods = [H1, Period.parse("2023H2"), Period.parse("2023")]
    assert [v for _, v in queries.trend(HOUSEHOLDS, villages[1], periods)] == [0, None, 0]
    reported.give_back(reported.sheet(villages[0]).submission, HOUSEHOLDS)
    refresh()
    with whole_province():
        assert [v for _, v in queries.trend(HOUSEHOLDS, villages[0], periods)] == [None, None, None]


def test_boundaries_of_then_leave_it_open_too(reported, whole_unit, villages, province_scope):
    then = boundaries.read_then(HOUSEHOLDS, whole_unit("township"), H1, "/")
    found = dict(then.parts)
    assert (then.value, [found[village] for village in villages[:3]]) == (30, [30, 0, None])
    assert boundaries.read_then(HOUSEHOLDS, whole_unit("sibling"), H1, "/").value is None


def test_nothing_reported_is_not_prefilled(reported, whole_unit, villages, monkeypatch):
    """A cell that takes the platform's own figure stays blank where there is none: a 0 would be confirmed unread."""
    with whole_province():
        sheet = reported.sheet(villages[2])
        sheet.items[0].prefilled_from = HOUSEHOLDS
        assert sheet.known == {}
        other = reported.sheet(villages[1])
        other.items[0].prefilled_from = HOUSEHOLDS
        assert other.known == {HOUSEHOLDS: Decimal(0)}


@pytest.mark.parametrize(
    "page", ["/figures/visit.households/", "/figures/", "/dashboard/", "/report/half-year/"]
)
def test_pages_of_a_village_say_so(by_township, client_as, page):
    address = f"{page}?period=2023H1"
    response = client_as("village").get(address)
    assert response.status_code == 200
    shown = html.fromstring(response.content)
    links = shown.xpath('//a[contains(@href, "/figures/visit.households/")]')
    said = [" ".join(link.text_content().split()) for link in links]
    text = " ".join(shown.text_content().split())
    assert NOT_REPORTED in (text if page.endswith("households/") else said)
    assert "0户" not in [*said, *text.split()]


def test_page_of_a_figure_lists_who_has_not_reported(reported, client_as, villages):
    shown = html.fromstring(client_as("township").get("/figures/visit.households/?period=2023H1").content)
    rows = shown.xpath('//*[@aria-label="按下级单位"]//tbody/tr')
    cells = {
        row.xpath("th")[0].text_content().strip(): row.xpath("td")[0].text_content().strip() for row in rows
    }
    assert [cells[village.name] for village in villages[:3]] == ["30", "0", "暂无上报"]


def test_page_of_a_figure_that_nobody_reported_keeps_its_course(reported, client_as):
    shown = html.fromstring(client_as("sibling").get("/figures/visit.households/?period=2023H1").content)
    text = " ".join(shown.text_content().split())
    assert NOT_REPORTED in text
    assert "还没有通过审核的上报数" in text
    assert shown.xpath('//*[@aria-label="各期情况"]//tbody/tr')


@pytest.mark.parametrize("key", [HOUSEHOLDS, VALUE])
def test_reading_what_was_not_reported_costs_one_query_more(
    reported, whole_unit, key, django_assert_num_queries
):
    with whole_province():
        county = whole_unit("sibling")
        queries.read([HOUSEHOLDS, VALUE], county, H1)
        with django_assert_num_queries(7):
            queries.read([key], county, H1)
        with django_assert_num_queries(7):
            queries.read([HOUSEHOLDS, VALUE], county, H1)


def test_a_seat_sees_its_own_side_alone(reported, villages):
    with scoped(villages[2].path):
        assert queries.read([HOUSEHOLDS], Unit.objects.get(pk=villages[2].pk), H1)[HOUSEHOLDS].value is None
