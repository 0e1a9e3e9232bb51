"""List entry: rows copied from a table go the way of a file."""

import pytest

from fpa.access.models import Unit
from fpa.core.sheets import Refused, open_sheets
from fpa.imports import files
from fpa.imports.importer import importer_of
from fpa.imports.models import Job, State
from fpa.imports.paste import MAX_PASTED, as_file
from fpa.imports.tests.conftest import again
from fpa.imports.tests.posts import VILLAGE
from tests.cast import COUNTY

PAGE = "/imports/members/rows/"
NUMBER = "43120219800520001X"


def text(*rows):
    return "\r\n".join("\t".join(row) for row in rows)


def cells_of(content, tmp_path):
    (tmp_path / "a.txt").write_bytes(content)
    with open_sheets(tmp_path / "a.txt") as book:
        return [row.cells for row in book.sheets[0].rows()]


def test_pasted_header_is_kept_in_its_own_order(importer, tmp_path):
    content = as_file(text(["村", "岗位"], [VILLAGE, "专干"]), importer)
    assert cells_of(content, tmp_path) == [["村", "岗位"], [VILLAGE, "专干"]]


def test_pasted_rows_without_a_header_are_read_in_the_order_of_the_empty_table(importer, tmp_path):
    content = as_file(text(["专干", "", VILLAGE], ["联络员", "", VILLAGE]), importer)
    assert cells_of(content, tmp_path) == [
        ["岗位名称", "乡镇（街道）", "村（社区）"],
        ["专干", None, VILLAGE],
        ["联络员", None, VILLAGE],
    ]


def test_pasted_header_that_lacks_a_column_is_told_of_not_taken_for_a_row(tmp_path):
    content = as_file(text(["姓名", "村"], ["张三", VILLAGE]), importer_of("members"))
    assert cells_of(content, tmp_path)[0] == ["姓名", "村"]


@pytest.mark.parametrize(
    ("pasted", "reason"),
    [('"专干\t村', "引号不成对"), ("\n".join(["专干\t村"] * (MAX_PASTED + 1)), "一次最多粘贴 5,000 行")],
)
def test_pasted_text_that_is_no_table_is_refused(importer, pasted, reason):
    with pytest.raises(Refused, match=reason):
        as_file(pasted, importer)


@pytest.fixture
def paste(client_as, settings, tmp_path):
    settings.UPLOAD_DIR = tmp_path / "uploads"

    def send(rows, account="county"):
        client = client_as(account)
        form = client.get(PAGE).context["form"]
        return client.post(PAGE, {"rows": rows, "unit": COUNTY, "key": str(form["key"].value())})

    return send


def test_pasted_rows_are_checked_and_previewed_as_a_file(province_scope, paste):
    answer = paste(text(["张三", NUMBER, "", "", "", "", VILLAGE], ["李四", "12", "", "", "", "", VILLAGE]))
    job = Job.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/imports/{job.pk}/")
    assert (job.filename, job.unit) == ("粘贴的内容.txt", Unit.objects.get(code=COUNTY))
    assert files.path_of(job.pk).stat().st_mode & 0o777 == 0o600
    now = again(job)
    assert (now.state, sum(now.counts.values()), now.counts["rejected"] >= 1) == (State.READY, 2, True)


def test_pasted_nonsense_stands_on_the_form_with_what_was_pasted(province_scope, paste):
    answer = paste('"张三\t村')
    assert answer.status_code == 200
    assert "引号不成对" in answer.text
    assert "张三" in answer.text
    assert not Job.objects.exists()


def test_pasted_forbidden_columns_are_dropped(province_scope, paste):
    paste(text(["姓名", "身份证号", "孕检", "村"], ["张三", NUMBER, "已检", VILLAGE]))
    assert again(Job.objects.get()).dropped == ["孕检"]


def test_paste_page_names_the_columns_and_leads_to_the_upload(province_scope, client_as):
    page = client_as("county").get(PAGE).text
    assert "按这个次序：姓名、证件号码、手机号" in page
    assert 'href="/imports/members/"' in page
    assert f'href="{PAGE}"' in client_as("county").get("/imports/members/").text


def test_paste_page_of_an_unknown_kind_is_not_found(province_scope, client_as):
    assert client_as("county").get("/imports/cows/rows/").status_code == 404


def test_paste_page_is_refused_to_who_may_not_import(province_scope, client_as):
    assert client_as("village").get(PAGE).status_code == 403
