"""What leaves the platform: workbooks and paper of each list with an audit event, and the form on A4."""

from io import BytesIO

import pytest
from lxml import html
from python_calamine import CalamineWorkbook

from fpa.access.scope import whole_province
from fpa.audit.models import Event
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE


@pytest.fixture
def reported(course, villages):
    """Two approved villages, one that waits, one that has begun."""
    for n, village in enumerate(villages[:2], 1):
        course.approve(course.report(village, households=10 * n, value=1000 * n))
    course.report(villages[2])
    course.fill(villages[3], households=1)
    return villages


def table(answer):
    """The lines of a workbook from its headings on."""
    assert answer["Content-Disposition"].startswith("attachment")
    lines = CalamineWorkbook.from_filelike(BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    head = next(n for n, line in enumerate(lines) if str(line[0]) in ("单位", "区划代码", "采集任务"))
    return lines[head:]


def exported():
    with whole_province():
        event = Event.objects.get(verb="list.exported")
    return event.changes["list"], event.changes["rows"], event.path


TITLE = "2023年上半年走访慰问"


def test_board_is_exported_as_it_is_shown_with_the_total_first(client_as, course, reported):
    township = reported[0].parent
    head, total, first, *rest = table(
        client_as("township").get(f"/collections/{course.collection.pk}/?export=xlsx")
    )
    assert [str(h) for h in head] == [
        "单位", "应报", "已上报", "上报率（占应报）", "按时上报",
        "迟报", "已通过", "已退回", "未上报", "汇总上报",
    ]  # fmt: skip
    assert total[:3] == ["合计", len(reported), 3]
    assert total[4:9] == [3, 0, 2, 0, len(reported) - 3]
    assert (first[0], first[1], first[2], first[6]) == (reported[0].name, 1, 1, 1)
    assert [line[0] for line in rest][: len(reported) - 1] == [v.name for v in reported[1:]]
    assert exported() == (f"{TITLE}：{township.short_name}进度", len(reported) + 1, township.path)


def test_totals_are_exported_with_each_units_sums(client_as, course, reported):
    head, *lines = table(
        client_as("township").get(f"/collections/{course.collection.pk}/totals/?export=xlsx")
    )
    assert head == ["单位", "走访慰问户数（户）", "发放资金物资（元）"]
    assert lines[0] == ["合计", 30, 3000]
    assert lines[1:4] == [
        [reported[0].name, 10, 1000],
        [reported[1].name, 20, 2000],
        [reported[2].name, "", ""],
    ]


def test_units_are_exported_by_code_with_state_and_timeliness(client_as, course, reported):
    at = f"/collections/{course.collection.pk}/units/"
    head, *lines = table(client_as("township").get(f"{at}?export=xlsx"))
    assert head == ["区划代码", "上级", "单位", "状态", "时效"]
    told = [(line[0], line[3], line[4]) for line in lines[:5]]
    assert told == [
        (reported[0].code, "已通过", "按时"),
        (reported[1].code, "已通过", "按时"),
        (reported[2].code, "待审核", "按时"),
        (reported[3].code, "填报中", ""),
        (reported[4].code, "待填报", ""),
    ]


def test_units_are_exported_as_they_are_filtered(client_as, course, reported):
    at = f"/collections/{course.collection.pk}/units/"
    _, *lines = table(client_as("township").get(f"{at}?standing=complete&export=xlsx"))
    assert [line[2] for line in lines[:3]] == [v.name for v in reported[:3]]
    assert exported()[1] == 3


def test_submissions_are_exported_as_they_are_filtered(client_as, course, reported):
    at = f"/collections/{course.collection.pk}/submissions/"
    head, *lines = table(client_as("township").get(f"{at}?state=submitted&export=xlsx"))
    assert head[:3] == ["单位", "状态", "时效"]
    assert lines[0][:3] == [reported[2].name, "待审核", "按时"]
    assert exported()[:2] == (f"{TITLE}：下级上报", 1)


def test_cells_behind_a_sum_are_exported_with_who_filled_them_in(client_as, course, reported):
    township = reported[0].parent
    answer = client_as("township").get(f"/cells/{VALUE}/2023H1/{township.code}/?export=xlsx")
    head, *lines = table(answer)
    assert [line[: head.index("填报人") + 1] for line in lines[:2]] == [
        [v.code, township.name, v.association, "2023年上半年", 1000 * n, f"{v.short_name}专干"]
        for n, v in enumerate(reported[:2], 1)
    ]
    assert exported()[:2] == (f"{township.short_name}：发放资金物资（元）", 2)


def test_collections_are_exported_with_the_own_state(client_as, course, village):
    course.fill(village, households=1)
    head, line, *_ = table(client_as("village").get("/collections/?export=xlsx"))
    told = dict(zip(head, line, strict=True))
    assert (told["采集任务"], told["下发单位"], told["本单位"]) == (TITLE, "湖南省计生协", "填报中")


def test_list_on_paper_leaves_its_event_too(client_as, course, reported):
    page = client_as("township").get(f"/collections/{course.collection.pk}/units/?print=1").content.decode()
    assert reported[0].name in page
    assert exported()[0].endswith("填报单位（打印）")


@pytest.mark.parametrize("tail", ["?export=xlsx", "totals/?export=xlsx", "units/?export=xlsx"])
def test_list_of_a_foreign_county_is_not_taken_away(client_as, course, issue, actor, tail):
    foreign = issue(by=actor("sibling"), period="2023H2")
    assert client_as("county").get(f"/collections/{foreign.pk}/{tail}").status_code == 404
    with whole_province():
        assert not Event.objects.filter(verb="list.exported").exists()


def paper(client, course, tail=""):
    page = client.get(f"/collections/{course.collection.pk}/print/{tail}")
    assert page.status_code == 200
    root = html.fromstring(page.content.decode())
    lines = [[cell.text_content().strip() for cell in row] for row in root.xpath("//tbody/tr")]
    return root.text_content(), lines


def test_print_form_shows_order_item_measure_value_and_explanation(client_as, course, village):
    course.fill(village, households=3, value=90)
    course.explain(village, VALUE, 90)
    text, lines = paper(client_as("village"), course)
    assert [line[:4] for line in lines] == [
        ["1", "走访慰问户数", "户", "3"],
        ["2", "发放资金物资", "元", "90"],
    ]
    assert [line[5] for line in lines] == ["", "物资由县里统一配送，户均较低"]
    for words in (
        f"填报单位：{village.association}",
        "报告期：2023年上半年",
        "状态：填报中",
        "单位负责人：＿",
    ):
        assert words in text


def test_print_form_blank_holds_nothing_of_the_unit(client_as, course, village):
    course.fill(village, households=7654, value=90)
    course.explain(village, VALUE, 90)
    text, lines = paper(client_as("village"), course, "?blank=1")
    assert [line[3] for line in lines] == ["", ""]
    assert "填报单位：＿" in text
    for kept_out in (village.name, "7,654", "物资由县里", "状态："):
        assert kept_out not in text


def test_print_form_before_the_first_save_is_blank(client_as, course):
    text, lines = paper(client_as("village"), course)
    assert [line[3] for line in lines] == ["", ""]
    assert "填报单位：＿" in text


@pytest.mark.parametrize(("name", "value"), [("township", "30"), ("county", "")])
def test_print_form_of_a_summary_shows_the_seats_own_numbers(client_as, course, village, name, value):
    course.approve(course.report(village))
    course.sum_up(village.parent)
    _, lines = paper(client_as(name), course)
    assert lines[0][3] == value


def test_print_form_shows_zero_as_zero(client_as, course, village):
    course.report(village, households=0, value=0)
    text, lines = paper(client_as("village"), course)
    assert [line[3] for line in lines] == ["0", "0"]
    assert "状态：待审核" in text
    assert course.sheet(village).values[HOUSEHOLDS] == 0
