"""A county plans its training, holds a session, pastes who came, gives certificates; anyone checks one."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey

PEOPLE = [
    ["姓名", "身份", "村（社区）"],
    ["向秋云", "工作人员", "茶园社区"],
    ["尹春桃", "志愿者", "茶园社区"],
]


def test_county_holds_a_training(seat: Callable[..., Page], open_page: Callable[..., Page]) -> None:
    page = seat("county")
    _plan(page)
    _approve(seat("city"))
    _hold(page)
    _paste(page)
    _close(page)
    address = _certify(page)
    anyone = open_page(size=PHONE)
    anyone.goto(address)
    says(anyone, "有效")
    looks_right(anyone)


def _fill(page: Page, **answers: str) -> None:
    for label, value in answers.items():
        page.get_by_label(label, exact=True).fill(value)


def _plan(page: Page) -> None:
    page.goto("/training/plans/add/")
    _fill(page, 年度="2025", 计划名称="2025年培训计划", 计划场次="2", 计划人次="90")
    looks_right(page)
    press(page, "登记")
    follow(page, "报送审核")
    press(page, "报送")
    says(page, "已报送“2025年培训计划”")


def _approve(page: Page) -> None:
    page.goto("/cases/")
    follow(page, "2025年培训计划")
    page.locator('main a[href$="/decide/"]').first.click()
    looks_right(page)
    page.get_by_role("radio").first.check()
    press(page, "提交")


def _hold(page: Page) -> None:
    page.goto("/training/add/")
    _fill(page, 培训名称="骨干培训", 开始日期="2025-05-10", 结束日期="2025-05-12", 地点="县委党校", 学时="12")
    page.get_by_label("级别").select_option(label="县级")
    page.get_by_label("重点任务").select_option(index=1)
    page.get_by_label("所属计划").select_option(label="2025年培训计划")
    looks_right(page)
    press(page, "登记")
    says(page, "已登记“骨干培训”")
    looks_right(page)


def _paste(page: Page) -> None:
    session = page.url
    follow(page, "粘贴名单")
    page.get_by_label("从表格里复制的行").fill("\n".join("\t".join(row) for row in PEOPLE))
    press(page, "检查")
    says(page, "检查完毕，还没有写入")
    page.locator("main").get_by_role("button", name=re.compile("确认")).first.click()
    says(page, "已导入到鹤城区")
    page.goto(session)
    says(page, "工作人员 1 人，志愿者 1 人")


def _close(page: Page) -> None:
    follow(page, "签到表")
    says(page, "尹春桃")
    looks_right(page)
    page.go_back()
    follow(page, "办结")
    says(page, "提交以后")
    looks_right(page)
    press(page, "确认办结")
    says(page, "已办结")


def _certify(page: Page) -> str:
    follow(page, "发证")
    page.locator("main").get_by_role("button").last.click()
    press(page, "确认发证")
    says(page, "已发证 2 份")
    follow(page, "鹤计生协培证")
    looks_right(page)
    return page.locator("main").get_by_text(re.compile("/certificates/")).inner_text()
