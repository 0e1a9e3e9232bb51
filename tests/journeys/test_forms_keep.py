"""Back, forward, a reload, a lost network: the form with what was typed in it, never the browser's error page."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.pages import looks_right, press, says

pytestmark = pytest.mark.journey

BASIS = "县计生协办公室文件管理规定"


@pytest.mark.parametrize("size", [None, PHONE])
def test_back_and_reload_keep_what_was_typed(seat: Callable[..., Page], size: dict[str, int] | None) -> None:
    page = seat("county", **({"size": size} if size else {}))
    page.goto("/parameters/set/number.mark/")
    page.get_by_label("发文代字", exact=True).fill("鹤计生协")
    press(page, "下一步：核对")
    says(page, "请填写依据")
    page.reload()
    expect(page.get_by_label("发文代字", exact=True)).to_have_value("鹤计生协")

    page.get_by_label("依据").fill(BASIS)
    press(page, "下一步：核对")
    says(page, "请核对")
    page.go_back()
    expect(page.get_by_label("依据")).to_have_value(BASIS)
    page.go_forward()
    expect(page.get_by_label("依据")).to_have_value(BASIS)
    press(page, "下一步：核对")
    says(page, "请核对")
    page.reload()
    expect(page.get_by_label("依据")).to_have_value(BASIS)


def test_a_found_person_is_left_and_come_back_to(seat: Callable[..., Page]) -> None:
    page = seat("county")
    page.goto("/members/find/")
    page.locator("main form input:not([type=hidden])").first.fill("431202198503120000")
    page.locator("main form button").last.click()
    page.goto("/members/")
    page.go_back()
    expect(page.locator("main form input:not([type=hidden])").first).to_have_value("431202198503120000")


def test_what_was_typed_stays_with_who_typed_it(seat: Callable[..., Page]) -> None:
    page = seat("county")
    page.goto("/parameters/set/number.mark/")
    page.get_by_label("发文代字", exact=True).fill("鹤计生协")
    press(page, "下一步：核对")
    says(page, "请填写依据")
    page.evaluate("history.replaceState({...history.state, post: '0'}, '', location.href)")
    page.reload()
    expect(page.get_by_label("发文代字", exact=True)).to_have_value("")


def test_without_a_network_nothing_is_sent_and_nothing_lost(seat: Callable[..., Page]) -> None:
    page = seat("county")
    page.goto("/training/plans/add/")
    for label, answer in {
        "年度": "2032",
        "计划名称": "断网时的计划",
        "计划场次": "3",
        "计划人次": "90",
    }.items():
        page.get_by_label(label, exact=True).fill(answer)
    page.context.set_offline(True)
    press(page, "登记")
    says(page, "网络不通，没有提交。您填的内容还在，网络恢复后再提交。")
    looks_right(page)
    page.context.set_offline(False)
    says(page, "网络已恢复，可以提交了。")
    press(page, "登记")
    says(page, "已登记“断网时的计划”")
