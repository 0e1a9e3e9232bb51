"""The province and a county lay down a parameter; the calendar and the dictionaries stand beside it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey


def lay_down(page: Page, days: str) -> None:
    page.goto("/parameters/")
    follow(page, "设定参数")
    looks_right(page)
    page.get_by_label("参数", exact=True).select_option("公示期")
    press(page, "下一步")
    looks_right(page)
    page.get_by_label("自（年度）").fill("2024")
    page.get_by_label("公示期（个工作日）").fill(days)
    page.get_by_label("依据").fill("湘计生协发〔2024〕3号")
    press(page, "下一步：核对")
    looks_right(page)
    press(page, "设定")
    says(page, f"已设定公示期：{days} 个工作日")


def test_parameter_holds_below(seat: Callable[..., Page]) -> None:
    lay_down(seat("province"), "5")
    page = seat("county")
    lay_down(page, "7")
    says(page, "5 个工作日")
    looks_right(page)
    page.goto("/dictionaries/")
    looks_right(page)
    follow(page, "六项重点任务")
    says(page, "家庭健康促进")
    looks_right(page)
    small = seat("township", size=PHONE)
    for path in ("/parameters/", "/dictionaries/key_tasks/", "/calendar/"):
        small.goto(path)
        looks_right(small)


def test_calendar_takes_the_next_notice(seat: Callable[..., Page]) -> None:
    page = seat("administrator")
    page.goto("/calendar/")
    says(page, "2027年的放假调休安排还没有录全")
    looks_right(page)
    follow(page, "录入")
    looks_right(page)
    page.get_by_label("日期", exact=True).fill("2027-02-06")
    page.get_by_label("连续到哪天").fill("2027-02-14")
    page.get_by_label("放假", exact=True).check()
    page.get_by_label("节日").fill("春节")
    page.get_by_label("依据").fill("国办发明电〔2026〕7号")
    press(page, "录入")
    says(page, "已录入2027年2月6日至2027年2月14日：春节（放假）")
    looks_right(page)
