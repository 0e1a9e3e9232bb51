"""The monthly form of “5.29”, filled in by townships: its own checks, its way up, and the figures that it yields."""

import pytest

from fpa.access.models import Unit
from fpa.access.scope import scoped, whole_province
from fpa.core.periods import Period
from fpa.figures import queries as figures
from fpa.figures.freshness import refresh
from fpa.reporting.actions.filling import CannotFill, Entry, save_cells
from fpa.reporting.actions.submitting import CannotSubmit
from fpa.reporting.models import Submission
from fpa.reporting.tests.conftest import Course, seat_at

PLAIN = {
    "publicity_events": 2, "publicity_participants": 100, "care_events": 1,
    "leaflets": 300, "served": 40, "benefited": 120,
}  # fmt: skip
MAY = Period.parse("2023-05")


@pytest.fixture
def course(issue, forms):
    given = {"form": forms["campaign529"], "title": "2023年“5.29”活动", "period": "2023-05", "fill_level": 4}
    return Course(issue(**given))


@pytest.fixture
def township(village):
    return Unit.objects.select_related("parent").get(pk=village.parent_id)


def fill(course, unit, **changes):
    """Save all six cells, an explanation for those that are named in `why`."""
    why = changes.pop("why", {})
    entries = [
        Entry(f"campaign529.{name}", value, 0, why.get(name, "")) for name, value in (PLAIN | changes).items()
    ]
    with scoped(unit.path):
        return save_cells(collection=course.collection, unit=unit, entries=entries, by=seat_at(unit))


def findings(course, unit):
    with whole_province():
        return [
            (f.key.removeprefix("campaign529."), f.severity, f.difference)
            for f in course.sheet(unit).findings()
        ]


FOUND = [
    ({}, []),
    (dict.fromkeys(PLAIN, 0), []),
    (
        {"publicity_events": 0},
        [("publicity_events", "hard", "参与群众 100 人次，但宣传活动场次 0 场次")],
    ),
    ({"care_events": 0}, [("care_events", "hard", "服务群众 40 人次，但关怀、义诊活动场次 0 场次")]),
    (
        {"care_events": 41},
        [("care_events", "odd", "关怀、义诊活动场次 41 场次，超过服务群众 40 人次，相差 1")],
    ),
    (
        {"publicity_participants": 3, "leaflets": 60},
        [("publicity_participants", "odd", "参与群众 3 人次 ÷ 宣传活动场次 2 场次 = 1.5，低于 2，相差 0.5")],
    ),
    (
        {"publicity_participants": 10002, "leaflets": 0},
        [
            (
                "publicity_participants",
                "odd",
                "参与群众 10,002 人次 ÷ 宣传活动场次 2 场次 = 5,001，超过 5,000，相差 1",
            )
        ],
    ),
    (
        {"leaflets": 2001},
        [("leaflets", "odd", "发放宣传资料 2,001 份 ÷ 参与群众 100 人次 = 20.01，超过 20，相差 0.01")],
    ),
    ({"leaflets": 2000}, []),
    ({"benefited": None}, [("benefited", "hard", "现为空白")]),
]


@pytest.mark.parametrize(("changes", "wanted"), FOUND)
def test_checks_of_the_form_find_what_cannot_be_and_what_is_odd(course, township, changes, wanted):
    fill(course, township, **changes)
    assert findings(course, township) == wanted


def test_checks_find_two_faults_of_one_report_at_once(course, township):
    fill(course, township, publicity_events=0, care_events=0)
    with pytest.raises(CannotSubmit, match=r"^有 2 处错误，改正后才能上报：“参与群众”大于 0 时"):
        course.submit(township)


def test_report_with_an_odd_value_goes_up_with_its_explanation(course, township):
    fill(course, township, leaflets=2001)
    with pytest.raises(CannotSubmit, match="“发放宣传资料”等 1 处存疑"):
        course.submit(township)
    course.explain(township, "campaign529.leaflets", 2001, why="集市日连续发放")
    assert course.submit(township).state == "submitted"


def test_explanation_may_come_with_the_value(course, township):
    fill(course, township, leaflets=2001, why={"leaflets": "集市日连续发放"})
    assert course.submit(township).state == "submitted"


@pytest.mark.parametrize(("name", "refusal"), [("village", "由乡镇街道填报"), ("county", "由乡镇街道填报")])
def test_other_levels_type_nothing_into_a_townships_form(course, whole_unit, name, refusal):
    with pytest.raises(CannotFill, match=f"{refusal}，本级数据自动汇总"):
        fill(course, whole_unit(name))
    with whole_province():
        assert not Submission.objects.exists()


def test_way_up_of_a_townships_form_begins_at_the_county(course, township, whole_unit):
    county, city = whole_unit("county"), whole_unit("city")
    fill(course, township)
    submission = course.submit(township)
    assert not submission.is_summary
    course.approve(submission, by=seat_at(county))
    with pytest.raises(CannotSubmit, match="本单位是填报单位，请直接填报"):
        course.sum_up(township)
    summary = course.approve(course.sum_up(county))
    assert course.cell(summary, "campaign529.served").value == 40
    assert course.cell(course.sum_up(city), "campaign529.leaflets").value == 300


def test_figures_of_the_form_hold_for_each_unit_above_and_its_month_and_half_year(
    course, township, whole_unit
):
    fill(course, township)
    course.approve(course.submit(township))
    refresh()
    keys = [f"campaign529.{name}" for name in PLAIN]
    for unit in (township, whole_unit("county"), whole_unit("province")):
        for period in (MAY, Period.parse("2023H1"), Period.parse("2023")):
            with whole_province():
                readings = figures.read(keys, unit, period)
            assert [readings[key].value for key in keys] == list(PLAIN.values())
    with whole_province():
        june = figures.read(keys[:1], township, Period.parse("2023-06"))
    assert not june[keys[0]].value


def test_fill_page_of_a_township_names_measure_and_definition_of_each_line(client_as, course, township):
    page = client_as("township").get(f"/collections/{course.collection.pk}/fill/").content.decode()
    assert page.count("data-cell") == 6
    assert "css/light.css" not in page
    for words in ("一人参加两场计两人次", "几个单位合办的由主办单位填报", "2023年5月", "已填 <span"):
        assert words in page


def test_board_of_a_townships_form_expects_townships(client_as, course, township, whole_unit):
    fill(course, township)
    course.submit(township)
    townships = Unit.objects.current().filter(parent=whole_unit("county")).count()
    page = client_as("county").get(f"/collections/{course.collection.pk}/").content.decode()
    assert "由乡镇街道填报" in page
    total = page.split("<tbody>")[1].split("</tr>")[0]
    assert f">{townships}<" in total
    assert f"/collections/{course.collection.pk}/units/{township.code}/" in page
