"""The half-year report: a number opens its card and its records, and the whole is a document."""

from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.pages import follow, looks_right, says
from tests.journeys.story import PAST_HOUSEHOLDS, PAST_PERIOD

pytestmark = pytest.mark.journey


def test_report_number_opens_its_card_and_records(seat: Callable[..., Page], tmp_path: Path) -> None:
    page = seat("province")
    page.goto(f"/report/half-year/?period={PAST_PERIOD}")
    looks_right(page)
    with page.expect_download() as got:
        follow(page, "下载 Word")
    got.value.save_as(tmp_path / "报告.docx")
    words = "\n".join(p.text for p in docx.Document(str(tmp_path / "报告.docx")).paragraphs)
    assert f"{PAST_HOUSEHOLDS}户" in words.replace(" ", "")

    page.get_by_role("article").get_by_title("上门走访慰问计生困难群众").click()
    card = page.get_by_role("dialog", name="指标卡")
    expect(card).to_contain_text("口径")
    expect(card).to_contain_text("覆盖面")
    expect(card).to_contain_text("截至时间")
    expect(card).to_contain_text(str(PAST_HOUSEHOLDS))
    looks_right(page)
    card.get_by_role("link", name="按下级单位和各期").click()
    looks_right(page)
    follow(page, "查看记录")
    says(page, "莉坪社区")
    looks_right(page)
