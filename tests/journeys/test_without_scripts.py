"""Pages do their work where JavaScript does not run."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, press, says
from tests.journeys.story import TITLE

pytestmark = pytest.mark.journey


def test_village_reports_without_scripts(seat: Callable[..., Page]) -> None:
    page = seat("village3", size=PHONE, javascript=False)
    follow(page, TITLE)
    page.get_by_label("走访慰问户数").fill("八")
    page.get_by_label("发放资金物资").fill("4000")
    press(page, "保存")
    says(page, "有 1 格没有保存")
    page.get_by_label("走访慰问户数").fill("8")
    press(page, "检查并上报")
    press(page, "确认上报")
    says(page, "已上报，等待城中街道计生协审核。")


def test_member_list_filters_without_scripts(seat: Callable[..., Page]) -> None:
    page = seat("county", javascript=False)
    page.goto("/members/")
    page.get_by_label("姓名或拼音首字母").fill("lxr")
    page.get_by_role("button", name="查询").click()
    says(page, "没有符合条件的记录")
    follow(page, "清空条件，看全部")
    follow(page, "下一页")
    expect(page).to_have_url(re.compile("page=2"))
