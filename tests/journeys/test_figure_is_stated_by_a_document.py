"""A number that no record yields is stated by a document; the list leads from the number to the document."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import PHONE
from tests.journeys.pages import follow, looks_right, press, says

pytestmark = pytest.mark.journey
NUMBER = "湘计生协〔2023〕5号"


def test_figure_is_stated_by_a_document(seat: Callable[..., Page]) -> None:
    page = seat("province")
    page.goto("/statements/state/?figure=visit.provincial_leader_years&period=2023")
    page.get_by_label("数值").fill("7")
    page.get_by_label("文号", exact=True).fill("湘计生协[2023] 05 号")
    page.get_by_label("发文机关").fill("湖南省计划生育协会")
    page.get_by_label("成文日期").fill("2023-02-01")
    looks_right(page)
    press(page, "登记")
    says(page, NUMBER)
    looks_right(page)
    page.goto("/statements/?state=current")
    looks_right(page)
    follow(page, NUMBER)
    says(page, "以它为依据的记录")
    looks_right(page)

    small = seat("province", size=PHONE)
    for address in ("/statements/", "/documents/", "/parameters/", "/dictionaries/key_tasks/", "/calendar/"):
        small.goto(address)
        looks_right(small)
