"""The pages of the unit that reports: saving cell by cell and all at once, bad input, the audit report, the answers."""

import pytest

from fpa.access.scope import whole_province
from fpa.figures.models import Fact
from fpa.reporting.models import Cell, Submission
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE

HTMX = {"HX-Request": "true"}


@pytest.fixture
def at(course):
    """Addresses of the collection's pages: `at("fill/")`."""
    return lambda tail="": f"/collections/{course.collection.pk}/{tail}"


def typed(households, value="30000", version=0):
    return {
        f"cell-{HOUSEHOLDS}": households, f"version-{HOUSEHOLDS}": version,
        f"cell-{VALUE}": value, f"version-{VALUE}": version,
    }  # fmt: skip


def values():
    with whole_province():
        return dict(Cell.objects.values_list("key", "value"))


def test_fill_submission_shows_every_line_with_its_input(client_as, at):
    page = client_as("village").get(at("fill/")).content.decode()
    assert "css/light.css" in page
    for key, label in [(HOUSEHOLDS, "走访慰问户数"), (VALUE, "发放资金物资")]:
        assert f'<tr id="cell-{key}"' in page
        assert f'<label for="in-{key}">{label}' in page
    assert "检查并上报" in page
    assert Submission.objects.count() == 0


def test_fill_submission_without_scripts_saves_all_by_one_button(client_as, at):
    client = client_as("village")
    answer = client.post(at("fill/"), typed("30"))
    assert answer.url == at("fill/")
    assert values() == {HOUSEHOLDS: 30, VALUE: 30000}
    assert "已保存，2/2 项有数" in client.get(at("fill/")).content.decode()


def test_fill_submission_saves_before_it_checks(client_as, at):
    answer = client_as("village").post(at("fill/"), typed("30") | {"check": "1"})
    assert answer.url == at("check/")
    assert values()[HOUSEHOLDS] == 30


READABLE = [
    ("1,234", 1234),
    ("１２３４", 1234),
    (" 12 ", 12),
    ("1.2万", 12000),
    ("0", 0),
    ("—", None),
    ("", None),
    ("/", None),
]


@pytest.mark.parametrize(("text", "value"), READABLE)
def test_fill_submission_understands_what_offices_type_and_paste(client_as, at, text, value):
    client_as("village").post(at("fill/"), typed(text))
    assert values().get(HOUSEHOLDS) == value


UNREADABLE = [
    ("-1", "不能是负数"),
    ("1.5", "只能填整数"),
    ("三十", "汉字数字"),
    ("三百", "汉字数字"),
    ("30户", "带有单位"),
    ("30余", "不是准确的数字"),
    ("1e5", "科学计数法"),
    ("9" * 13, "数字过大"),
    ("9" * 40, "超过"),
    ("<script>", "不是数字"),
    ("=1+1", "不是数字"),
    ("NaN", "不是数字"),
]


@pytest.mark.parametrize(("text", "reason"), UNREADABLE)
def test_fill_submission_answers_bad_input_beside_its_cell_and_saves_the_rest(client_as, at, text, reason):
    page = client_as("village").post(at("fill/"), typed(text))
    assert page.status_code == 200
    shown = page.content.decode()
    assert reason in shown
    assert "有 1 格没有保存" in shown
    assert 'aria-invalid="true"' in shown
    assert "<script>" not in shown.split("cell-state", 1)[1].split("</td>", 1)[0]
    assert values() == {VALUE: 30000}


@pytest.mark.parametrize("version", ["", "abc", "-1", "9" * 30])
def test_fill_submission_takes_a_senseless_version_for_an_old_one(client_as, at, course, village, version):
    course.fill(village, households=7)
    page = client_as("village").post(at("fill/"), typed("8", "", version))
    assert "没有用您的数覆盖它" in page.content.decode()
    assert values() == {HOUSEHOLDS: 7}


def test_save_cell_saves_one_and_tells_state_version_and_progress(client_as, at):
    answer = client_as("village").post(at(f"fill/{HOUSEHOLDS}/"), typed("1,234"), headers=HTMX)
    shown = answer.content.decode()
    assert values() == {HOUSEHOLDS: 1234}
    assert "已保存" in shown
    assert f'name="version-{HOUSEHOLDS}" value="1"\n  data-shown="1,234"' in shown
    assert 'hx-swap-oob="true">1/2<' in shown


def test_save_cell_shows_both_values_of_a_conflict(client_as, at, course, village):
    course.fill(village, households=7)
    shown = client_as("village").post(at(f"fill/{HOUSEHOLDS}/"), typed("8"), headers=HTMX).content.decode()
    assert "对方的数：<b>7</b>" in shown
    assert "您填的：<b>8</b>" in shown
    assert f'name="version-{HOUSEHOLDS}" value="1"' in shown
    assert values() == {HOUSEHOLDS: 7}


def test_save_cell_of_a_locked_form_says_why(client_as, at, course):
    course.move(opens_on=-9, due_on=-3, locks_on=-1)
    shown = client_as("village").post(at(f"fill/{HOUSEHOLDS}/"), typed("8"), headers=HTMX).content.decode()
    assert "锁定，不能再修改" in shown
    assert values() == {}


def test_save_cell_of_an_unknown_cell_is_not_there(client_as, at):
    assert client_as("village").post(at("fill/visit.unknown/"), typed("8")).status_code == 404


def test_fill_submission_of_a_pasted_block_answers_with_the_sheet(client_as, at):
    shown = client_as("village").post(at("fill/"), typed("12", "3,400"), headers=HTMX).content.decode()
    assert shown.lstrip().startswith('<table class="sheet"')
    assert 'value="3,400"' in shown
    assert values() == {HOUSEHOLDS: 12, VALUE: 3400}


def test_check_submission_leads_straight_on_where_all_is_well(client_as, at, course, village):
    course.fill(village, households=30, value=30000)
    assert client_as("village").get(at("check/")).url == at("submit/")


def test_check_submission_lists_table_row_column_formula_difference_and_the_way_to_the_cell(
    client_as, at, course, village
):
    course.fill(village, households=0, value=900)
    page = client_as("village").get(at("check/")).content.decode()
    for words in (
        "走访慰问户数",
        f"走访慰问 · {village.name} 2023年上半年",
        "也应大于 0",
        "发放资金物资 900 元，但走访慰问户数 0 户",
    ):
        assert words in page
    assert f'href="{at("fill/")}#in-{HOUSEHOLDS}"' in page


def test_check_submission_goes_on_once_odd_values_are_explained(client_as, at, course, village):
    course.fill(village, households=3, value=90)
    client = client_as("village")
    assert "情况说明" in client.get(at("check/")).content.decode()
    assert client.post(at("check/"), {f"explanation-{VALUE}": " "}).status_code == 200
    assert client.post(at("check/"), {f"explanation-{VALUE}": "以物资为主"}).url == at("submit/")
    assert "说明：以物资为主" in client.get(at("submit/")).content.decode()
    assert values() == {HOUSEHOLDS: 3, VALUE: 90}


def test_submit_submission_shows_the_answers_then_sends(client_as, at, course, village):
    course.fill(village, households=30, value=30000)
    client = client_as("village")
    page = client.get(at("submit/")).content.decode()
    assert "30,000 元" in page
    assert f"由{village.parent.association}审核" in page
    assert client.post(at("submit/")).url == at("fill/")
    after = client.get(at("fill/")).content.decode()
    assert "正在等待" in after
    assert "data-cell" not in after
    assert "撤回修改" in after


def test_submit_submission_says_what_is_late(client_as, at, course, village):
    course.move(due_on=-1)
    course.fill(village, households=30, value=30000)
    assert "记为迟报" in client_as("village").get(at("submit/")).content.decode()


def test_submit_submission_with_errors_goes_back_to_the_audit_report(client_as, at, course, village):
    course.fill(village, households=0, value=30000)
    client = client_as("village")
    assert client.post(at("submit/")).url == at("check/")
    assert "改正后才能上报" in client.get(at("check/")).content.decode()


def test_fill_submission_of_a_returned_one_opens_only_the_faulty_cell(client_as, at, course, village):
    submission = course.report(village)
    course.give_back(submission, HOUSEHOLDS)
    page = client_as("village").get(at("fill/")).content.decode()
    assert page.count("data-cell") == 1
    assert f'name="cell-{HOUSEHOLDS}"' in page
    assert "与台账不符，请核对" in page
    assert "前改好" in page
    assert 'id="thread-' in page


def test_withdraw_submission_brings_the_inputs_back(client_as, course, village):
    submission = course.report(village)
    client = client_as("village")
    answer = client.post(f"/submissions/{submission.pk}/withdraw/", follow=True)
    assert "已撤回" in answer.content.decode()
    assert course.of(submission).state == "draft"


def test_cell_history_tells_every_save(client_as, course, village):
    course.fill(village, households=7)
    course.fill(village, version=1, households=8)
    submission = course.sheet(village).submission
    page = client_as("village").get(f"/submissions/{submission.pk}/cells/{HOUSEHOLDS}/").content.decode()
    assert page.index(">8<") < page.index(">7<")
    assert page.count("专干") >= 2


def test_cell_history_names_earlier_periods_in_words(client_as, course, issue, village):
    course.report(village)
    course.collection = issue(period="2023H2", title="下半年走访")
    course.fill(village, households=9)
    submission = course.sheet(village).submission
    page = client_as("village").get(f"/submissions/{submission.pk}/cells/{HOUSEHOLDS}/").content.decode()
    assert "<td>2023年上半年</td>" in page


@pytest.mark.parametrize(("tail", "has_value"), [("print/", True), ("print/?blank=1", False)])
def test_print_form_is_blank_or_filled(client_as, at, course, village, tail, has_value):
    course.fill(village, households=7654)
    page = client_as("village").get(at(tail)).content.decode()
    assert ("7,654" in page) is has_value
    assert "填表日期" in page


@pytest.mark.parametrize("tail", ["fill/", "check/", "submit/"])
@pytest.mark.parametrize(("name", "status"), [("township", 404), ("province", 404), ("auditor", 403)])
def test_filling_pages_are_for_the_filling_unit(client_as, at, tail, name, status):
    assert client_as(name).get(at(tail)).status_code == status


def test_filling_pages_of_a_foreign_collection_are_not_there(client_as, issue, actor):
    foreign = issue(by=actor("sibling"))
    for tail in ("fill/", "check/", "submit/", "print/", "", "units/", "totals/", "submissions/"):
        assert client_as("village").get(f"/collections/{foreign.pk}/{tail}").status_code == 404
    for tail in ("", "units/", "totals/", "submissions/", "summary/"):
        assert client_as("county").get(f"/collections/{foreign.pk}/{tail}").status_code == 404


def test_fill_submission_prefills_what_the_platform_counts_already(client_as, at, course, village, forms):
    with whole_province():
        forms["visit"].items.filter(key=HOUSEHOLDS).update(prefilled_from="campaign529.served")
        Fact.objects.create(figure="campaign529.served", period="2023H1", unit=village, value=4321)
    client = client_as("village")
    page = client.get(at("fill/")).content.decode()
    assert "平台已有记录 4,321，请核对；保存即确认" in page
    assert f'name="cell-{HOUSEHOLDS}" value="4,321"' in page
    course.fill(village, households=4300)
    assert "4,321" not in client.get(at("fill/")).content.decode()


@pytest.mark.parametrize("saved", [1, 2])
def test_fill_submission_queries_do_not_grow_with_lines(
    client_as, at, course, village, django_assert_max_num_queries, saved
):
    course.fill(village, **dict(list({"households": 1, "value": 900}.items())[:saved]))
    client = client_as("village")
    with django_assert_max_num_queries(26):
        client.get(at("fill/"))
