"""The pages of figures: catalogue, one figure, and the records behind it, each within the viewer's scope."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.template import Context, Template, TemplateSyntaxError

from fpa.access.models import Unit
from fpa.core.modules import permissions
from fpa.core.periods import Period
from fpa.figures import catalogue, queries
from fpa.figures.freshness import refresh
from fpa.pages.declared_lists import list_at
from fpa.reporting.standard_forms import ensure_forms
from tests.cast import CITY, COUNTY, PROVINCE, SIBLING, cast_unit

from .records import JOINED, declared, join

pytestmark = pytest.mark.usefixtures("opened_database")

H1 = Period.parse("2023H1")
PAGES = ("/figures/", "/figures/member.total/", "/figures/member.total/records/")


@pytest.fixture
def counted(province_scope):
    """Three members at the village, one of the sibling county; the standard forms are published."""
    ensure_forms(cast_unit("province"))
    for _ in range(3):
        join(cast_unit("village"), date(2023, 5, 1))
    join(cast_unit("sibling"), date(2023, 5, 1))
    refresh()


def text_of(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def test_figure_list_shows_every_figure_with_value_coverage_and_state(counted, client_as):
    figures = catalogue.every_at(cast_unit("city").level)
    page = text_of(client_as("city").get("/figures/", {"period": "2023H1"}))
    yielded = [figure for figure in figures if not figure.pending]
    assert f"已接入 {len(yielded)} 项指标" in page
    assert f"还没有接入的指标 {len(figures) - len(yielded)} 项" in page
    assert "2/12 个县" in page
    assert "〔待接入〕" in page
    assert f"/figures/member.total/?unit={CITY}&amp;period=2023H1" in page
    assert "期末在册会员数" in page


@pytest.mark.parametrize(
    ("name", "there", "not_there"),
    [
        ("county", ["org.county.listed", "staff.authorized"], ["org.city.listed"]),
        ("village", ["member.total", "staff.village_part_time"], ["org.county.listed", "staff.authorized"]),
    ],
)
def test_figure_list_leaves_out_what_a_level_can_not_have(counted, client_as, name, there, not_there):
    page = text_of(client_as(name).get("/figures/", {"period": "2023H1"}))
    assert [key for key in there if f"/figures/{key}/" not in page] == []
    assert [key for key in not_there if f"/figures/{key}/" in page] == []


def test_figure_list_tells_a_zero_that_nobody_reported(counted, client_as):
    page = text_of(client_as("village").get("/figures/", {"period": "2023H2"}))
    assert "〔暂无上报〕" in page


def test_figure_list_costs_the_same_with_more_facts(counted, client_as, django_assert_max_num_queries):
    client = client_as("county")
    client.get("/figures/")
    with django_assert_max_num_queries(45):
        client.get("/figures/", {"period": "2023H1"})


def test_figure_detail_shows_value_meaning_parts_and_course(counted, client_as):
    page = text_of(client_as("city").get("/figures/member.total/", {"period": "2023H1"}))
    for words in ("口径", "2/12 个县", "时点为2023年6月30日", "准确数", "按下级单位", "各期情况", "合计"):
        assert words in page
    assert f"/figures/member.total/?unit={COUNTY}&amp;period=2023H1" in page
    assert "75%" in page


def test_figure_detail_shows_a_units_own_part(counted, client_as):
    page = text_of(client_as("sibling").get("/figures/member.total/", {"period": "2023H1"}))
    assert "本级" in page


@pytest.mark.parametrize(
    ("key", "period", "words"),
    [
        ("site.member_home", "2023H1", "〔待接入〕"),
        ("member.total", "2026-12", "期末数在报告期结束以后才有"),
        ("member.total", "2010", "〔该报告期无此数〕"),
    ],
)
def test_figure_detail_says_why_there_is_no_value(counted, client_as, key, period, words):
    page = text_of(client_as("city").get(f"/figures/{key}/", {"period": period}))
    assert words in page
    assert "查看记录" not in page


def test_figure_detail_offers_months_for_every_kind(counted, client_as):
    with declared(JOINED):
        client = client_as("county")
        flow = text_of(client.get("/figures/test.joined/", {"period": "2023-05"}))
        stock = text_of(client.get("/figures/member.total/", {"period": "2023H1"}))
    assert "2023年5月" in flow
    assert "报告期累计数" in flow
    assert "2023年5月" in stock


def test_figure_records_lists_what_was_counted_without_id_numbers(counted, client_as):
    page = text_of(client_as("county").get("/figures/member.total/records/", {"period": "2023H1"}))
    assert "共 3 条" in page
    assert "王小明" not in page
    assert "王*" in page
    assert "figures-" not in page


def test_figure_records_of_a_unit_below_hold_its_own_only(counted, client_as):
    page = text_of(
        client_as("city").get("/figures/member.total/records/", {"unit": SIBLING, "period": "2023H1"})
    )
    assert "共 1 条" in page


@pytest.mark.parametrize("key", ["org.city.total", "org.county.listed", "staff.authorized", "member.total"])
def test_figure_records_open_for_every_sort_of_record(counted, client_as, key):
    page = text_of(client_as("province").get(f"/figures/{key}/records/", {"period": "2023H1"}))
    assert "口径" in page


def test_figure_records_are_exported_with_an_event(counted, client_as):
    response = client_as("county").get(
        "/figures/member.total/records/", {"period": "2023H1", "export": "xlsx"}
    )
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/vnd.openxmlformats")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("unit", [SIBLING, CITY, PROVINCE, "999999999999", "x"])
def test_pages_of_a_unit_outside_are_not_found(counted, client_as, page, unit):
    assert client_as("county").get(page, {"unit": unit, "period": "2023H1"}).status_code == 404


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("who", "status"), [("auditor", 403), ("administrator", 403), ("village", 200)])
def test_pages_need_the_right_to_see_figures(counted, client_as, page, who, status):
    assert client_as(who).get(page, {"period": "2023H1"}).status_code == status


@pytest.mark.parametrize(
    "address",
    [
        "/figures/no.such/",
        "/figures/no.such/records/",
        "/figures/?period=nonsense",
        "/figures/site.member_home/records/?period=2023H1",
        "/figures/member.total/records/?period=2022-05",
    ],
)
def test_pages_answer_nonsense_with_not_found(counted, client_as, address):
    assert client_as("county").get(address).status_code == 404


def shown(source: str, unit: Unit | None = None) -> str:
    return Template("{% load figures %}" + source).render(Context({"unit": unit, "period": H1}))


def test_figure_tag_links_words_to_the_figure_with_the_exact_number(counted):
    written = shown('{% figure "member.total" unit period %}', cast_unit("county"))
    assert f'href="/figures/member.total/?unit={COUNTY}&amp;period=2023H1"' in written
    assert 'title="会员：3人"' in written
    assert ">3人</a>" in written


def test_figure_tag_says_large_numbers_in_wan(counted):
    reading = queries.read(["member.total"], cast_unit("county"), H1)["member.total"]
    large = Template("{% load figures %}{% figure reading %}").render(
        Context({"reading": type(reading)(**vars(reading) | {"value": 6073700})})
    )
    assert ">607.37万人</a>" in large
    assert 'title="会员：6,073,700人"' in large


def test_figure_tag_shows_pending_figures_as_such(counted):
    assert ">〔待接入〕</a>" in shown('{% figure "site.member_home" unit period %}', cast_unit("county"))


def test_figure_tag_needs_unit_and_period_beside_a_key(counted):
    with pytest.raises(TemplateSyntaxError, match="needs a unit"):
        shown('{% figure "member.total" %}')


@pytest.mark.parametrize("suffix", ["", "&export=xlsx", "&print=1"])
def test_figure_records_ask_the_right_that_they_need(counted, client_as, suffix):
    """A seat may see the number and not the people behind it."""
    guarded = replace(JOINED, key="test.guarded", records_permission="user.edit")
    with declared(guarded):
        client = client_as("county")
        refused = client.get(f"/figures/test.guarded/records/?period=2023H1{suffix}")
        assert refused.status_code == 403
        assert "记录需要另外的查看权限" in refused.content.decode()
        page = text_of(client.get("/figures/test.guarded/", {"period": "2023H1"}))
        assert "/figures/test.guarded/records/" not in page
        assert "查看记录" not in page


def test_every_figure_with_records_names_the_right_that_they_need(counted):
    assert [f.key for f in catalogue.stored() if not f.records_permission] == []
    known = {permission.code for permission in permissions()}
    assert {f.records_permission for f in catalogue.stored()} <= known


def test_figure_detail_shows_cuts_comparisons_and_what_a_rate_is_computed_from(counted, client_as):
    client = client_as("county")
    page = text_of(client.get("/figures/member.total/", {"period": "2023H1"}))
    assert all(word in page for word in ("按会员类别", "按性别", "按年龄", "普通会员"))
    page = text_of(client.get("/figures/member.total/", {"period": "2024H1"}))
    assert "同比" in page
    assert "2023年上半年为3" in page
    page = text_of(client_as("city").get("/figures/org.county.listed_rate/", {"period": "2023H1"}))
    assert "计算依据" in page
    assert "/figures/org.county.total/" in page
    assert "0%" in page
    page = text_of(client_as("city").get("/figures/staff.persons/", {"period": "2023H1"}))
    assert "不能相加" in page


def test_records_of_a_figure_ask_its_own_right_on_the_page_and_of_an_export(counted, actor):
    address = "/figures/member.total/records/?period=2023H1"
    declared_here, listing = list_at(address, actor("county"))
    assert (declared_here.key, listing.rows.count()) == ("figure_records", 3)
    right = catalogue.get("member.total").records_permission
    without = replace(actor("county"), permissions=actor("county").permissions - {right})
    for to_export in (True, False):
        with pytest.raises(PermissionDenied, match="需要另外的查看权限"):
            list_at(address, without, to_export=to_export)


def test_figure_detail_is_printed_with_its_value(counted, client_as):
    page = text_of(client_as("city").get("/figures/member.total/", {"period": "2023H1", "print": "1"}))
    assert "data-prints-itself" in page
    assert "4人" in page
    assert "各期情况" in page
