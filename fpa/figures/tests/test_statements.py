"""Numbers that a document states: stated once, corrected with a reason, read with their qualifier."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from conftest import _owner_of
from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.core.periods import Period
from fpa.figures.actions import CannotState, correct_statement, state_figure
from fpa.figures.display import exact_words, words
from fpa.figures.models import Statement
from fpa.figures.queries import breakdown, read, trend
from fpa.files.actions import CannotKeepDocument, NewDocument
from fpa.files.models import Document
from fpa.files.queries import resting_on
from fpa.files.tests.samples import PDF
from fpa.pages.declared_lists import list_at
from tests.cast import CITY, PROVINCE, cast_unit

from .test_pages import text_of

TOMORROW = timezone.localdate() + timedelta(days=1)
YEARS, SHARE = "visit.provincial_leader_years", "target.instructor_village_share"
ANSWERS: dict[str, Any] = {
    "value": Decimal(7),
    "qualifier": "exact",
    "whose": "",
    "document": NewDocument("湘计生协〔2023〕5号", "湖南省计划生育协会", date(2023, 2, 1)),
}
TYPED = {"document": "湘计生协[2023] 5号", "issuer": "湖南省计划生育协会", "issued_on": "2023-02-01"}
FORM = {"value": "7", "qualifier": "exact", "figure": YEARS, "unit": PROVINCE, "period": "2023", **TYPED}


@pytest.fixture
def stated(province_scope, actor):
    def make(figure=YEARS, name="province", period="2023", by="province", **answers):
        unit = cast_unit(name)
        return state_figure(figure=figure, unit=unit, period=period, by=actor(by), **(ANSWERS | answers))

    return make


def reading(key: str, period: str, name: str = "province"):
    return read([key], cast_unit(name), Period.parse(period))[key]


def test_state_figure_is_read_with_its_qualifier_and_document(stated):
    statement = stated(value=Decimal(60), qualifier="余")
    found = reading(YEARS, "2023")
    assert (found.value, found.qualifier, found.statement) == (60, "余", statement)
    assert (words(found), exact_words(found)) == ("60余年", "60余年")
    stated(SHARE, value=Decimal("0.7"), qualifier="stated")
    assert words(reading(SHARE, "2023")) == "70%"


@pytest.mark.parametrize(
    ("stated_for", "asked", "found"),
    [
        ("2023", "2023H1", True),
        ("2023", "2023-05", True),
        ("2023H1", "2023H1", True),
        ("2023H1", "2023Q2", True),
        ("2023H2", "2023", True),
        ("2023-06", "2023H1", True),
        ("2023H1", "2023", False),
        ("2023", "2024", False),
        ("2023-05", "2023H1", False),
    ],
)
def test_a_statement_speaks_for_its_period_and_what_ends_with_it(stated, stated_for, asked, found):
    stated(period=stated_for)
    assert (reading(YEARS, asked).value == 7) is found
    assert reading(YEARS, asked).qualifier == ("exact" if found else "not_stated")


def test_the_nearest_statement_counts(stated):
    stated(period="2023")
    stated(period="2023H1", value=Decimal(6))
    assert [reading(YEARS, code).value for code in ("2023", "2023H1", "2023Q1", "2023H2")] == [7, 6, 6, 7]
    course = trend(YEARS, cast_unit("province"), [Period.parse("2023"), Period.parse("2022")])
    assert [value for _, value in course] == [7, None]


def test_a_statement_is_of_its_unit_alone_and_never_added(stated):
    stated(name="city")
    assert reading(YEARS, "2023", "city").value == 7
    assert reading(YEARS, "2023", "province").value is None
    assert breakdown(YEARS, cast_unit("province"), Period.parse("2023")) == []


def test_state_figure_leaves_an_event(stated):
    statement = stated()
    event = Event.objects.get(verb="statement.stated")
    assert (event.object_id, event.reason) == (str(statement.pk), "湘计生协〔2023〕5号")
    assert event.changes["document"] == [None, "湖南省计划生育协会湘计生协〔2023〕5号"]


def test_statements_of_one_document_rest_on_one_record(stated):
    years, share = stated(), stated(SHARE, value=Decimal("0.7"), document=ANSWERS["document"])
    assert years.document == share.document == Document.objects.get()
    assert {rest.name for rest in resting_on(years.document)} == {str(years), str(share)}
    assert {rest.url for rest in resting_on(years.document)} == {
        years.get_absolute_url(),
        share.get_absolute_url(),
    }
    below = stated(name="city", document=years.document)
    assert (below.document.unit, below.document.number) == (cast_unit("city"), years.document.number)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"figure": "member.total"}, "不需要登记"),
        ({"figure": "no.such"}, "没有“no.such”这个指标"),
        ({"period": "2023H3"}, "看不懂报告期"),
        ({"value": Decimal(-1)}, "不能是负数"),
        ({"document": NewDocument("湘计生协〔2023〕5号", "省计生协", TOMORROW)}, "成文日期不能晚于今天"),
        ({"name": "province", "by": "city"}, "只能登记本单位及下级单位"),
    ],
)
def test_state_figure_refuses(stated, changed, reason):
    with pytest.raises((CannotState, CannotKeepDocument), match=reason):
        stated(**changed)
    assert not Statement.objects.exists()
    assert not Document.objects.exists()


def test_state_figure_refuses_a_second_time(stated):
    stated()
    with pytest.raises(CannotState, match="已经登记过"):
        stated()


def test_correct_statement_keeps_what_was_wrong(stated, actor):
    wrong = stated()
    answers = ANSWERS | {"value": Decimal(8)}
    right = correct_statement(statement=wrong, reason="看错年份", by=actor("province"), **answers)
    assert reading(YEARS, "2023").statement == right
    assert list(Statement.objects.current()) == [right]
    assert Statement.objects.count() == 2
    event = Event.objects.get(verb="statement.corrected")
    assert (event.changes, event.reason) == ({"value": ["7.0000", "8"]}, "看错年份")
    with pytest.raises(CannotState, match="已经被更正"):
        correct_statement(statement=wrong, reason="又改", by=actor("province"), **answers)


def test_correct_statement_refuses_below_its_unit(stated, actor):
    with pytest.raises(CannotState, match="只能登记本单位及下级单位"):
        correct_statement(statement=stated(), reason="改", by=actor("city"), **ANSWERS)


def test_statement_pages_state_correct_and_list(province_scope, client_as):
    client = client_as("province")
    answer = client.post("/statements/state/", FORM, follow=True)
    page = text_of(answer)
    assert answer.status_code == 200
    assert "7年" in page
    statement = Statement.objects.get()
    assert (statement.document.number, statement.document.issued_on) == (
        "湘计生协〔2023〕5号",
        date(2023, 2, 1),
    )
    link = f'<a href="{statement.document.get_absolute_url()}">{statement.source}</a>'
    assert statement.source == "湖南省计划生育协会，湘计生协〔2023〕5号，2023年2月1日"
    assert answer.content.decode().count(link) == 2  # of the value, and in its history
    assert "已经登记过" in text_of(client.post("/statements/state/", FORM))
    correct = f"/statements/{statement.pk}/correct/"
    assert "湘计生协〔2023〕5号 湖南省计划生育协会" in client.get(correct).content.decode()
    corrected = {"value": "8", "qualifier": "exact", "document": "湘计生协〔2023〕5号", "reason": "看错年份"}
    page = text_of(client.post(correct, corrected, follow=True))
    assert "看错年份" in page
    assert "8年" in page
    assert Document.objects.count() == 1
    listed = text_of(client.get("/statements/"))
    assert "已更正" in listed
    assert "现行" in listed
    bad = text_of(client.post("/statements/state/", FORM | {"period": "2023上半年", "unit": CITY}))
    assert "看不懂报告期" in bad


def test_statement_page_keeps_the_scan(province_scope, client_as):
    scan = SimpleUploadedFile("讲话.pdf", PDF, "application/pdf")
    client_as("province").post("/statements/state/", FORM | {"upload": scan})
    assert Statement.objects.get().document.attachment.name == "讲话.pdf"


def test_statement_page_asks_for_issuer_and_day_of_a_new_document(province_scope, client_as):
    page = text_of(client_as("province").post("/statements/state/", FORM | {"issuer": "", "issued_on": ""}))
    assert "请填写发文机关" in page
    assert "请填写成文日期" in page
    assert not Statement.objects.exists()


# Documents that were kept as text


def migrate(name, to):
    with _owner_of(name):
        call_command("migrate", "figures", to, verbosity=0)


DAY, LONG = date(2023, 7, 20), f"关于{'进一步' * 25}的讲话"
OLD = """
    INSERT INTO figures_statement (unit_id, path, figure, period, value, qualifier, whose, issuer, document,
        document_date, entered_by, reason)
    SELECT id, path, 'task.annual_count', old.period, 9, 'exact', '', '省计生协', old.document, %s, '周明远', ''
    FROM access_unit, (
        VALUES ('2021', '湘计生协[2023] 05号'), ('2022', '湘计生协〔2023〕5号'), ('2023', %s)
    ) old (period, document)
    WHERE level = 2
"""


def test_typed_documents_become_records_of_the_same_unit(committed_db):
    """A number in its standard writing; a name that is too long for one is kept whole as the title."""
    city = cast_unit("city").path
    migrate(committed_db, "0007")
    with scoped("/"), connection.cursor() as cursor:
        cursor.execute(OLD, [DAY, LONG])
    migrate(committed_db, "0009")
    with scoped(city):
        rows = Statement.objects.order_by("period").select_related("document")
        assert [
            (d.number, d.issuer, d.issued_on, d.title, d.path) for d in (row.document for row in rows)
        ] == [
            ("湘计生协〔2023〕5号", "省计生协", DAY, "", city),
            ("湘计生协〔2023〕5号", "省计生协", DAY, "", city),
            (LONG[:60], "省计生协", DAY, LONG, city),
        ]
        assert Document.objects.count() == 2
    migrate(committed_db, "0007")
    with scoped(city), connection.cursor() as cursor:
        cursor.execute("SELECT issuer, document, document_date FROM figures_statement ORDER BY period")
        number = ("省计生协", "湘计生协〔2023〕5号", DAY)
        assert cursor.fetchall() == [number, number, ("省计生协", LONG, DAY)]


# The list


def test_statement_list_is_found_by_what_it_says(stated, actor, client_as):
    wrong = stated()
    correct_statement(statement=wrong, reason="看错", by=actor("province"), **ANSWERS | {"value": Decimal(8)})
    stated(SHARE, value=Decimal("0.7"), name="city", period="2022H1")
    client = client_as("province")

    def found(query: str) -> tuple[str, ...]:
        text = text_of(client.get(f"/statements/?{query}")).partition("<tbody>")[2]
        return tuple(words for words in ("7年", "8年", "70%") if words in text)

    assert found("") == ("7年", "8年", "70%")
    assert found("state=current") == ("8年", "70%")
    assert found("state=corrected") == ("7年",)
    assert found("year=2022") == found(f"figure={SHARE}") == found(f"unit={CITY}") == ("70%",)
    assert found("number=湘计生协") == ("7年", "8年", "70%")
    assert found("number=怀") == found("year=1e99") == found("year=0") == ()


def test_statement_list_leads_to_the_document_and_costs_the_same_for_many(stated, client_as, queries_of):
    statement = stated()
    page = client_as("county").get("/statements/")
    assert statement.document.get_absolute_url() not in page.content.decode()
    assert statement.document.get_absolute_url() in client_as("province").get("/statements/").content.decode()
    few = queries_of("province", "/statements/")
    for number, (name, period) in enumerate(product(("city", "county"), ("2021", "2022", "2023"))):
        stated(
            name=name, period=period, document=NewDocument(f"文〔2023〕{number}号", "机关", date(2023, 2, 1))
        )
    assert queries_of("province", "/statements/") == few


def test_statement_list_is_rebuilt_for_an_export_in_the_background(stated, actor):
    stated()
    declared, listing = list_at("/statements/?state=current", actor("province"))
    assert (declared.key, listing.count) == ("statement_list", 1)
