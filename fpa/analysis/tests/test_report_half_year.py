"""The half-year report as a page and as a download."""

from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from docx import Document
from lxml import html

from fpa.audit.models import Event
from tests.cast import CITY, COUNTY, PROVINCE, SIBLING, cast_unit

from .facts import put

PAGE, DOCX = "/report/half-year/", "/report/half-year/docx/"


@pytest.fixture
def visits(province_scope):
    put("visit.households", cast_unit("village"), 33_000)


def article(client, address=PAGE):
    response = client.get(address)
    assert response.status_code == 200
    return html.fromstring(response.content).xpath("//article")[0]


def test_report_half_year_links_each_number_to_its_figure(visits, client_as):
    client = client_as("city")
    links = article(client).xpath('.//a[contains(@class, "figure")]')
    assert len(links) > 10
    visits_link = next(link for link in links if link.text == "3.3万户")
    address = urlsplit(visits_link.get("href"))
    assert address.path == "/figures/visit.households/"
    assert parse_qs(address.query) == {"unit": [CITY], "period": ["2023H1"]}
    assert client.get(visits_link.get("href")).status_code == 200


def test_report_half_year_finds_the_card_on_the_figures_page(visits, client_as):
    """The dialog takes these parts of the page that a number links to."""
    client = client_as("city")
    shown = article(client)
    assert shown.get("hx-select") == ".heading, .key-figures, [aria-label='指标说明']"
    link = shown.xpath('.//a[text()="3.3万户"]/@href')[0]
    figure = html.fromstring(client.get(link).content)
    parts = figure.xpath('//*[@class="key-figures"] | //*[@aria-label="指标说明"]')
    card = "".join(part.text_content() for part in parts)
    assert len(parts) == 2
    assert [word for word in ("口径", "覆盖面", "个县", "截至时间", "33,000") if word not in card] == []
    assert figure.xpath('//*[@class="heading"]//a[contains(@href, "/records/")]')


def test_report_half_year_marks_what_has_no_number(visits, client_as):
    pending = article(client_as("province")).xpath('.//a[contains(@class, "figure-none")]')
    assert {link.text for link in pending} == {"〔待接入〕", "〔未登记〕", "〔暂无上报〕"}


def test_report_half_year_lists_its_sources(visits, client_as):
    page = html.fromstring(client_as("city").get(PAGE).content)
    rows = page.xpath('//table[contains(@class, "sources")]/tbody/tr')
    line = next(row for row in rows if "走访慰问计生困难群众" in row.text_content())
    assert "33,000户" in line.text_content()


@pytest.mark.parametrize(
    ("name", "query", "title"),
    [
        ("province", f"unit={CITY}&period=2023H1", "怀化市计生协2023年上半年工作情况"),
        ("city", f"unit={COUNTY}&period=2023", "鹤城区计生协2023年工作情况"),
        ("city", "unit=hcq&period=2023H2", "鹤城区计生协2023年下半年工作情况"),
        ("county", "period=2023H1", "鹤城区计生协2023年上半年工作情况"),
    ],
)
def test_report_half_year_is_of_the_unit_and_period_chosen(visits, client_as, name, query, title):
    assert article(client_as(name), f"{PAGE}?{query}").xpath("h2")[0].text == title
    document = Document(BytesIO(client_as(name).get(f"{DOCX}?{query}").content))
    assert document.paragraphs[0].text == title


@pytest.mark.parametrize("address", [PAGE, DOCX])
@pytest.mark.parametrize(
    "query", [f"unit={SIBLING}", f"unit={CITY}", f"unit={PROVINCE}", "period=2023Q1", "period=x"]
)
def test_report_half_year_is_not_there_for_foreign_units_and_other_periods(client_as, address, query):
    assert client_as("county").get(f"{address}?{query}").status_code == 404


@pytest.mark.parametrize("address", [PAGE, DOCX])
@pytest.mark.parametrize(("name", "status"), [("village", 200), ("auditor", 403), ("administrator", 403)])
def test_report_half_year_needs_its_permission(client_as, address, name, status):
    assert client_as(name).get(address).status_code == status


def test_report_half_year_docx_leaves_an_event(visits, client_as):
    response = client_as("city").get(f"{DOCX}?unit={COUNTY}&period=2023H1")
    assert "filename*=utf-8''" in response["Content-Disposition"]
    assert response["Content-Type"].endswith("wordprocessingml.document")
    event = Event.objects.get(verb="report.downloaded")
    assert (event.object_name, event.path, event.actor_name) == (
        "鹤城区",
        cast_unit("county").path,
        "演员city",
    )
    assert event.changes["period"] == "2023H1"


def test_report_half_year_page_leaves_no_event(visits, client_as):
    article(client_as("city"))
    assert not Event.objects.exists()


def test_report_half_year_costs_the_same_with_more_data(visits, client_as, django_assert_max_num_queries):
    client = client_as("province")
    article(client)
    with django_assert_max_num_queries(34) as before:
        article(client)
    for figure in ("member.total", "visit.value", "campaign529.served", "org.county.listed"):
        put(figure, cast_unit("county"), 5)
    with django_assert_max_num_queries(len(before)):
        article(client)
