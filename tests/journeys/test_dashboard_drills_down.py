"""The province looks at the dashboard, and goes down to the records behind a number."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import follow, looks_right, says
from tests.journeys.story import PAST_HOUSEHOLDS, PAST_PERIOD

pytestmark = pytest.mark.journey

CITIES, COUNTIES = 14, 122


def test_dashboard_drills_down_to_the_records(seat: Callable[..., Page]) -> None:
    page = seat("province")
    page.goto(f"/dashboard/?period={PAST_PERIOD}&figure=visit.households")
    cities = page.get_by_role("group", name="分布图").get_by_role("link")
    expect(cities).to_have_count(CITIES)
    looks_right(page)
    page.get_by_label("下级").select_option(label="县市区")
    page.get_by_role("button", name="查看", exact=True).click()
    expect(page.get_by_role("group", name="分布图").get_by_role("link")).to_have_count(COUNTIES)
    looks_right(page)

    page.goto(f"/dashboard/?period={PAST_PERIOD}&figure=visit.households")
    page.get_by_role("group", name="分布图").get_by_role("link", name="怀化市").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("怀化市")
    looks_right(page)
    follow(page, "中方县")
    expect(page.get_by_role("heading", level=1)).to_contain_text("中方县")
    looks_right(page)
    follow(page, "查看记录")
    says(page, f"为{PAST_HOUSEHOLDS}")
    expect(page.get_by_role("row", name="莉坪社区")).to_contain_text(str(PAST_HOUSEHOLDS))
    looks_right(page)
