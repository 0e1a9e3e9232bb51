"""A standing is registered with its document and scan; the next one finds the document by its number."""

from collections.abc import Callable

import pytest
from playwright.sync_api import FilePayload, Page, expect

from fpa.files.tests.samples import PDF
from tests.cast import COUNTY
from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey
FILE: FilePayload = {"name": "关于三定规定的批复.pdf", "mimeType": "application/pdf", "buffer": PDF}
NUMBER = "怀编〔2021〕5号"


def test_standing_rests_on_a_document(seat: Callable[..., Page]) -> None:
    page = seat("city")
    page.goto(f"/units/{COUNTY}/standing/")
    looks_right(page)
    page.get_by_label("事项").select_option("three_fix")
    page.get_by_label("起始日期").fill("2021-07-01")
    page.get_by_label("文号", exact=True).fill("怀编[2021] 05 号")
    press(page, "登记")
    says(page, "还没有登记过，请填写发文机关")
    looks_right(page)
    page.get_by_label("发文机关").fill("怀化市编委")
    page.get_by_label("成文日期").fill("2021-06-01")
    page.get_by_label("扫描件").set_input_files(FILE)
    press(page, "登记")
    says(page, "2021年7月1日起")
    says(page, NUMBER)

    page.goto(f"/units/{COUNTY}/standing/")
    page.get_by_label("事项").select_option("listed")
    page.get_by_label("起始日期").fill("2021-07-01")
    page.get_by_label("文号", exact=True).press_sequentially("怀编（2021）")
    offered = page.locator("datalist option")
    expect(offered).to_have_attribute("value", f"{NUMBER} 怀化市编委")
    page.get_by_label("文号", exact=True).fill(f"{NUMBER} 怀化市编委")
    press(page, "登记")
    follow(page, NUMBER)
    says(page, "出台“三定”方案")
    says(page, "入序")
    looks_right(page)
    with page.expect_download() as download:
        follow(page, "关于三定规定的批复.pdf")
    assert download.value.path().read_bytes() == PDF
    page.goto("/documents/")
    says(page, NUMBER)
    looks_right(page)

    small = seat("county", size=PHONE)
    small.goto("/documents/")
    looks_right(small)
    follow(small, NUMBER)
    looks_right(small)
    follow(small, "修改")
    looks_right(small)
