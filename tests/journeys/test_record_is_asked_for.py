"""A county asks for a record that stands elsewhere; the township that keeps it answers; the county reads the answer."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from fpa.people.requests import ASKED
from tests.journeys.pages import follow, looks_right, press, says
from tests.journeys.story import ZXM_ID

pytestmark = pytest.mark.journey


def test_a_record_is_asked_for_and_refused(seat: Callable[..., Page]) -> None:
    asker = seat("sibling")
    _ask(asker)
    _refuse(seat("township"))
    asker.goto("/record-requests/sent/")
    says(asker, "本人没有迁出")
    looks_right(asker)


def _ask(page: Page) -> None:
    page.goto("/members/join/")
    page.get_by_label("姓名").fill("李四")
    page.get_by_label("证件号码").fill(ZXM_ID)
    page.get_by_label("入会单位").fill("莉坪社区")
    press(page, "办理入会")
    says(page, ASKED)
    expect(page.locator("main")).not_to_contain_text("张")
    looks_right(page)


def _refuse(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="张晓梅的档案").click()
    says(page, "与档案不一致")
    looks_right(page)
    follow(page, "同意")
    press(page, "下一步：核对")
    says(page, "填写的姓名与档案不一致")  # said before anybody is asked to confirm
    looks_right(page)
    page.goto("/record-requests/?state=open")
    looks_right(page)
    page.get_by_role("row", name="张*").get_by_role("link").click()
    follow(page, "退回")
    page.get_by_label("退回原因").fill("本人没有迁出")
    press(page, "退回")
    says(page, "已退回")
    looks_right(page)
