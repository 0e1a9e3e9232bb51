"""A form with a line of every kind, from the sheet to paper: typed, kept, checked, computed, reviewed, exported."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from python_calamine import CalamineWorkbook

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.forms.fields import Kind
from fpa.reporting.checks import BadCheck, check_rule
from fpa.reporting.models import Cell, CellHistory, Item, Submission
from fpa.reporting.progress import totals_of
from fpa.reporting.queries import sums_below
from fpa.reporting.tests.conftest import Course
from fpa.reporting.tests.typed_form import LINES, make_typed_form

TYPED = {
    "site.budget": "4.8万", "site.area": "120.5", "site.share": "85.25%", "site.place": " 新塘  村部 ",
    "site.way": "新建", "site.opened": "2026年5月1日", "site.plaque": "是", "site.head": "张晓梅",
}  # fmt: skip
SHOWN = {
    "site.budget": "48,000", "site.area": "120.5", "site.share": "85.25%", "site.place": "新塘 村部",
    "site.way": "新建", "site.opened": "2026年5月1日", "site.plaque": "是", "site.paper": "",
    "site.cost": "398.34", "site.head": "张晓梅",
}  # fmt: skip


@pytest.fixture
def site(province_scope, issue):
    """A collection of the form with every kind."""
    return Course(issue(form=make_typed_form(), title="阵地建设"))


@pytest.fixture
def typed(site, client_as):
    """The village has typed all lines on its sheet; gives its client."""
    client = client_as("village")
    page = client.post(f"/collections/{site.collection.pk}/fill/", post(TYPED), follow=True)
    assert "没有保存" not in page.content.decode()
    return client


def post(values, version=0):
    return {f"cell-{k}": v for k, v in values.items()} | {f"version-{k}": version for k in values}


def test_sheet_takes_and_shows_every_kind(site, typed, village):
    sheet = site.sheet(village)
    assert {row.item.key: row.saved for row in sheet.rows} == SHOWN
    assert sheet.values["site.opened"] == date(2026, 5, 1)
    assert sheet.values["site.way"] == "new"
    page = typed.get(f"/collections/{site.collection.pk}/fill/").content.decode()
    assert "<option selected>新建</option>" in page
    assert 'name="cell-site.opened" value="2026年5月1日"' in page
    assert "自动计算" in page
    assert 'type="file"' in page
    assert 'name="cell-site.cost"' not in page


def test_numbers_stay_beside_what_is_not_counted(site, typed, village):
    with whole_province():
        kept = {
            c.key: (c.value, c.content) for c in Cell.objects.filter(submission__collection=site.collection)
        }
    assert kept["site.budget"] == (Decimal("48000.00"), None)
    assert kept["site.opened"] == (None, "2026-05-01")
    assert kept["site.plaque"] == (None, True)


def test_saving_the_same_again_changes_nothing(site, typed, village):
    typed.post(f"/collections/{site.collection.pk}/fill/", post(SHOWN, version=1))
    with whole_province():
        assert set(CellHistory.objects.values_list("version", flat=True)) == {1}


def test_formula_follows_what_it_is_computed_from(site, typed, village):
    typed.post(f"/collections/{site.collection.pk}/fill/", post({"site.area": "240"}, version=1))
    assert site.sheet(village).values["site.cost"] == Decimal(200)
    typed.post(f"/collections/{site.collection.pk}/fill/", post({"site.area": ""}, version=2))
    assert site.sheet(village).values["site.cost"] is None


WRONG = [
    ("site.way", "拆除", "没有“拆除”这个选项，可以选的有：新建、改建。"),
    ("site.opened", "去年", "看不懂日期“去年”"),
    ("site.area", "12.25", "“面积”最多 1 位小数"),
    ("site.plaque", "也许", "请填“是”或“否”"),
    ("site.place", "字" * 201, "“地点”最多 200 个字，现有 201 个字"),
    ("site.cost", "1", "这一格由平台自动得出，不用填写。"),
]


@pytest.mark.parametrize(("key", "text", "reason"), WRONG)
def test_cell_that_cannot_stand_says_why(site, client_as, key, text, reason):
    page = client_as("village").post(f"/collections/{site.collection.pk}/fill/{key}/", post({key: text}))
    assert reason in page.content.decode()
    with whole_province():
        assert not Cell.objects.exclude(value=None, content=None).exists()


def test_audit_event_masks_what_is_guarded(site, typed):
    with whole_province():
        changes = Event.objects.filter(verb="submission.saved").latest("at").changes
    assert changes["site.head"] == [None, "张*"]
    assert changes["site.place"] == [None, "新塘 村部"]


def test_expression_is_found_with_its_values_and_passes_with_an_explanation(site, typed, village):
    (found,) = site.sheet(village).findings()
    assert (found.key, found.is_hard, found.message) == ("site.area", False, "造价偏高，请核对面积。")
    assert found.formula == "“投入” ÷ “面积”应不超过 300"
    assert found.difference == "投入 48,000 元 ÷ 面积 120.5 平方米 = 约 398.34，超过 300，相差 约 98.34"
    typed.post(f"/collections/{site.collection.pk}/check/", {"explanation-site.area": "山区运费高"})
    assert not site.sheet(village).findings()[0].is_open
    assert site.submit(village).state == "submitted"


def test_blank_line_of_words_that_is_required_is_found(site, typed, village):
    typed.post(
        f"/collections/{site.collection.pk}/fill/", post({"site.place": "", "site.opened": ""}, version=1)
    )
    hard = [f for f in site.sheet(village).findings() if f.is_hard]
    assert [(f.row, f.message) for f in hard] == [("地点", "请补充填写。")]


@pytest.fixture
def approved(site, typed, village):
    site.explain(village, "site.area", "120.5", version=1)
    submission = site.submit(village)
    site.approve(submission)
    return submission


def test_report_is_reviewed_printed_and_kept_in_words(site, approved, client_as, village):
    page = client_as("township").get(f"/submissions/{approved.pk}/").content.decode()
    for words in ("新塘 村部", "85.25%", "自筹占比（%）", "2026年5月1日"):
        assert words in page
    assert 'name="tick-site.place"' in page
    assert 'name="tick-site.cost"' not in page, "what is computed is mended by what it is computed from"
    paper = client_as("village").get(f"/collections/{site.collection.pk}/print/").content.decode()
    assert all(words in paper for words in SHOWN.values())
    history = client_as("township").get(f"/submissions/{approved.pk}/cells/site.way/").content.decode()
    assert "新建" in history


def test_totals_add_up_numbers_and_show_words_by_unit(site, approved, client_as, village):
    url = f"/collections/{site.collection.pk}/totals/?export=xlsx"
    lines = CalamineWorkbook.from_filelike(
        BytesIO(client_as("township").get(url).content)
    ).get_sheet_by_index(0)
    rows = [line for line in lines.to_python() if line[0] in ("单位", "合计", village.name)]
    _, total, own = (dict(zip(map(str, rows[0]), line, strict=True)) for line in rows)
    assert (total["投入（元）"], total["地点"], total["自筹占比（%）"]) == (48000, "", "")
    assert (own["方式"], own["自筹占比（%）"], own["已挂牌"], own["负责人"]) == ("新建", 85.25, "是", "张*")
    assert str(own["开放日期"]) == "2026-05-01"


def test_summary_has_the_lines_that_add_up(site, approved, client_as, village):
    page = client_as("township").get(f"/collections/{site.collection.pk}/summary/").content.decode()
    assert "投入" in page
    assert 'id="cell-site.place"' not in page
    summary = site.sum_up(village.parent)
    with whole_province():
        assert set(summary.cells.values_list("key", flat=True)) == {"site.budget", "site.area", "site.cost"}


def test_line_with_a_formula_is_computed_from_sums_and_not_summed(site, approved, villages):
    with whole_province():
        other = Submission.objects.create(
            collection=site.collection, unit=villages[1], state="approved", first_submitted_at=timezone.now()
        )
        for key, value in {"site.budget": 2000, "site.area": "79.5", "site.cost": "25.16"}.items():
            Cell.objects.create(
                submission=other, unit=villages[1], key=key, period="2023H1", value=value, counted=True
            )
        township = villages[0].parent
        sums = sums_below(site.collection, township)
        totals = totals_of(site.collection, township, villages)
    assert (sums["site.budget"], sums["site.area"], sums["site.cost"]) == (50000, 200, 250)
    assert totals[township.path]["site.cost"] == 250
    assert totals[villages[1].path]["site.cost"] == Decimal("25.16")


BAD_EXPRESSIONS = [
    ({"expression": "投入 ÷ 户数 > 1", "key": ""}, "“户数”不是这里的项目。可以用的项目有：投入、面积"),
    ({"expression": "投入 ÷ 面积", "key": ""}, "应得出“是”或“否”"),
    ({"expression": "投入 > 1", "key": "x"}, "没有这个项目"),
    ({"expression": "投入 > 1"}, "参数应为 expression、key"),
]


@pytest.mark.parametrize(("params", "reason"), BAD_EXPRESSIONS)
def test_check_rule_refuses_an_expression_that_could_not_run(params, reason):
    fields = [Item(order=1, **line).typed for line in LINES]
    with pytest.raises(BadCheck, match=reason):
        check_rule("expression", params, [line["key"] for line in LINES], fields)


@pytest.mark.parametrize(
    "line", [{"kind": Kind.TABLE}, {"kind": Kind.LONG_TEXT}, {"kind": Kind.DECIMAL, "decimals": 3}]
)
def test_item_that_does_not_fit_a_cell_is_refused(site, line):
    with whole_province(), pytest.raises(IntegrityError), transaction.atomic():
        Item.objects.create(
            unit_id=site.collection.unit_id, form=site.collection.form, order=99, key="x", label="x", **line
        )
