"""A session ends under an open page: what was typed is still there, and is sent once somebody has logged in again."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD
from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, log_in, looks_right, press, says
from tests.journeys.story import TITLE

pytestmark = pytest.mark.journey


def end_session(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def log_in_again(page: Page, account: str) -> None:
    dialog = page.get_by_role("dialog", name="登录已超时，您填的内容还在")
    expect(dialog).to_be_visible()
    looks_right(page)
    dialog.get_by_label("账号").fill(account)
    dialog.get_by_label("密码").fill(PASSWORD)
    dialog.get_by_role("button", name="登录").click()
    expect(dialog).to_have_count(0)


@pytest.fixture(autouse=True)
def told_of_the_end(faults: list[str]) -> Iterator[None]:
    """A browser notes every 401 as an error of the page; here they are what is looked at."""
    yield
    faults[:] = [fault for fault in faults if "401" not in fault]


def test_cell_is_saved_after_the_login(open_page: Callable[..., Page]) -> None:
    page = open_page(size=PHONE)
    log_in(page, "village3")
    follow(page, TITLE)
    end_session(page)
    page.get_by_label("走访慰问户数").fill("12")
    page.get_by_label("发放资金物资").fill("7200")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("账号")).to_be_focused()
    dialog.get_by_label("账号").fill("village3")
    dialog.get_by_label("密码").fill("wrong")
    dialog.get_by_role("button", name="登录").click()
    expect(dialog).to_contain_text("账号或密码不正确")
    log_in_again(page, "village3")
    for label in ("走访慰问户数", "发放资金物资"):
        expect(page.get_by_role("row", name=label)).to_contain_text("已保存")
    page.reload()
    expect(page.get_by_label("走访慰问户数")).to_have_value("12")


def test_whatever_htmx_asked_for_comes_after_the_login(open_page: Callable[..., Page]) -> None:
    page = open_page()
    log_in(page, "county")
    page.goto("/members/")

    end_session(page)
    page.get_by_label("姓名或拼音首字母").fill("zxm")
    press(page, "查询")
    log_in_again(page, "county")
    says(page, "共 1 条")
    expect(page).to_have_url("/members/?name=zxm")

    end_session(page)
    follow(page, "清空条件")
    log_in_again(page, "county")
    expect(page).to_have_url("/members/")
    expect(page.get_by_label("姓名或拼音首字母")).to_have_value("")

    end_session(page)
    page.get_by_label("找单位、会员、功能").fill("xjsq")
    log_in_again(page, "county")
    expect(page.locator("#go-results")).to_contain_text("新街社区")

    page.goto("/units/")
    end_session(page)
    page.locator("summary", has_text="城中街道").click()
    log_in_again(page, "county")
    says(page, "新街社区")


def test_a_form_stands_as_it_was_after_the_login(open_page: Callable[..., Page]) -> None:
    page = open_page()
    log_in(page, "county")
    page.goto("/training/plans/add/")
    for label, answer in {"年度": "2031", "计划名称": "会前填好的计划", "计划场次": "3"}.items():
        page.get_by_label(label, exact=True).fill(answer)
    end_session(page)
    press(page, "登记")
    says(page, "登录已超时，刚才没有提交，您填的内容还在")
    looks_right(page)
    page.get_by_label("账号").fill("county")
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    press(page, "登录")
    says(page, "登录已超时，您填的内容还在，请核对后再提交")
    looks_right(page)
    expect(page.get_by_label("计划名称", exact=True)).to_have_value("会前填好的计划")
    page.get_by_label("计划人次", exact=True).fill("90")
    press(page, "登记")
    says(page, "已登记“会前填好的计划”")
