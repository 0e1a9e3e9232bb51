"""A case goes its whole way: sent up, returned with the place named, mended, reviewed by an expert, approved."""

from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey

PLAN = "2024年乡镇培训计划"
REASON = "与年初的工作安排不符，请核对场次"
EXPERT = "sibling"
"""Named as an expert: of another county, which sees nothing else of this one."""


def test_case_goes_its_way(seat: Callable[..., Page]) -> None:
    _add_a_step_for_experts(seat("administrator"))
    township = seat("township")
    _plan(township)
    county = seat("county")
    _return(county)
    _mend(township)
    _pass(county)
    _name_the_expert(county)
    _review(seat(EXPERT, size=PHONE))
    follow(township, PLAN)
    says(township, "已批准")
    follow(township, "看审核")
    says(township, REASON)
    looks_right(township)


def _add_a_step_for_experts(page: Page) -> None:
    page.goto("/flows/")
    looks_right(page)
    follow(page, "乡镇街道培训计划")
    looks_right(page)
    follow(page, "修改流程")
    page.get_by_text("再加一个环节").first.click()
    step = page.get_by_role("group", name="环节 2", exact=True)
    step.get_by_label("环节名称").fill("专家评审")
    step.get_by_label("办理层级").select_option(label="县市区")
    step.get_by_label("办理方式").select_option(label="专家或第三方评审")
    step.get_by_label("办理人的权限").select_option(value="training.review")
    looks_right(page)
    press(page, "发布新版本")
    says(page, "第 2 版")
    says(page, "专家或第三方评审")
    looks_right(page)


def _plan(page: Page) -> None:
    page.goto("/training/plans/add/")
    for label, value in {"年度": "2024", "计划名称": PLAN, "计划场次": "20", "计划人次": "90"}.items():
        page.get_by_label(label, exact=True).fill(value)
    press(page, "登记")
    follow(page, "报送审核")
    press(page, "报送")
    says(page, f"已报送“{PLAN}”")


def _open(page: Page) -> None:
    page.goto("/cases/?mine=turn")
    looks_right(page)
    follow(page, PLAN)
    looks_right(page)
    follow(page, "去办理")
    looks_right(page)


def _return(page: Page) -> None:
    _open(page)
    page.get_by_label("退回修改").check()
    page.get_by_label("退回处：计划场次").fill(REASON)
    press(page, "提交")
    says(page, f"“{PLAN}”已办理")


def _mend(page: Page) -> None:
    page.goto("/")
    says(page, REASON)
    page.locator("main").get_by_role("link", name=PLAN).first.click()
    follow(page, "修改")
    page.get_by_label("计划场次", exact=True).fill("2")
    press(page, "保存")
    follow(page, "报送审核")
    press(page, "报送")
    says(page, f"已报送“{PLAN}”")
    page.goto("/training/plans/")


def _pass(page: Page) -> None:
    _open(page)
    says(page, "第 2 轮")
    page.get_by_label("审核通过").check()
    press(page, "提交")
    says(page, f"“{PLAN}”已办理")


def _name_the_expert(page: Page) -> None:
    _open(page)
    follow(page, "选定评审人")
    page.get_by_label("评审人账号").fill(EXPERT)
    page.get_by_label("评审期限").fill(timezone.localdate().isoformat())
    looks_right(page)
    press(page, "选定")
    says(page, "已选定评审人")
    looks_right(page)


def _review(page: Page) -> None:
    page.goto("/opinions/")
    looks_right(page)
    follow(page, PLAN)
    says(page, "2 场")
    looks_right(page)
    page.get_by_label("同意", exact=True).check()
    page.get_by_label("意见说明").fill("可行")
    press(page, "下一步：核对")
    press(page, "提交意见")
    says(page, "评审意见已提交")
    expect(page.locator("main")).not_to_contain_text(PLAN)
