"""Take the README's screenshots from a running demo: `python -m scripts.make_screenshots [address]`.

Each page is a line of `SHOTS`; the pictures go to docs/images/. It logs in with the demo accounts, and changes nothing
but for an import that it cancels.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import django
import xlsxwriter
from playwright.sync_api import Browser, Page, ViewportSize

from fpa.core.identity import make_id
from tests.journeys.browser import chromium

FOLDER = Path(__file__).parents[1] / "docs/images"
ADDRESS = "http://127.0.0.1:8000"
MAX_BYTES = 220_000
DESKTOP: ViewportSize = {"width": 1366, "height": 768}
PHONE: ViewportSize = {"width": 360, "height": 800}
CITY = "431200000000"


@dataclass(frozen=True)
class Shot:
    """A picture: its name, whose seat, and the way there from home."""

    name: str
    account: str
    go: Callable[[Page], None]
    size: ViewportSize


def _home(page: Page) -> None:
    """Stay where the login leads."""


def _to(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(path)

    return go


def _collection(page: Page) -> None:
    """The collection that is under way: its sheet for a village, its progress for who is above."""
    page.goto("/collections/")
    page.locator("tbody").get_by_role("link", name="走访慰问").first.click()


def _report(page: Page) -> None:
    """A number of the report with its card open."""
    page.goto("/report/half-year/?period=2023H1")
    page.get_by_title("上门走访慰问计生困难群众").first.click()
    page.get_by_role("dialog").get_by_text("口径", exact=True).first.wait_for()


def _review(page: Page) -> None:
    """The first report that waits for the township."""
    page.get_by_role("region", name="待我审核").get_by_role("link", name="走访慰问").first.click()


def _import(page: Page) -> None:
    """A small roster, checked and not confirmed; it is cancelled once the picture is taken."""
    with tempfile.TemporaryDirectory() as folder:
        file = _roster(Path(folder) / "会员花名册.xlsx", _first_village(page))
        page.goto("/imports/members/")
        page.get_by_label("表格文件").set_input_files(file)
        page.get_by_role("button", name="上传并检查").click()
        page.get_by_text("检查完毕").wait_for()


def _first_village(page: Page) -> str:
    page.goto("/members/")
    return page.locator("tbody tr").first.get_by_role("cell").first.inner_text()


def _roster(file: Path, village: str) -> Path:
    """Invented people: two new ones, one whose number is wrong, one who stands there twice."""
    good = [make_id("431226", date(1979, 8, 1), 902), make_id("431226", date(1988, 3, 9), 904)]
    people = [("滕丽华", good[0]), ("龙秀梅", good[1]), ("张小芳", good[0][:-1] + "*"), ("滕丽华", good[0])]
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("名册")
        sheet.merge_range("A1:C1", "计划生育协会会员花名册")
        sheet.write_row(1, 0, ["村（社区）", "姓名", "公民身份号码"])
        for number, (name, id_number) in enumerate(people, 2):
            sheet.write_row(number, 0, [village, name, id_number])
    return file


def _cancel(page: Page) -> None:
    """Leave no import behind."""
    button = page.get_by_role("button", name="取消这次导入")
    if button.count():
        button.click()
        page.wait_for_load_state()


SHOTS = (
    Shot("login", "", _to("/login/"), DESKTOP),
    Shot("home-village", "village", _home, PHONE),
    Shot("fill-form", "village", _collection, PHONE),
    Shot("dashboard-province", "province", _to("/dashboard/?period=2023H1"), DESKTOP),
    Shot("dashboard-city", "province", _to(f"/dashboard/?period=2023H1&unit={CITY}"), DESKTOP),
    Shot("report-half-year", "province", _report, DESKTOP),
    Shot("member-list", "county", _to("/members/"), DESKTOP),
    Shot("import-preview", "county", _import, DESKTOP),
    Shot("review", "township", _review, DESKTOP),
    Shot("unit", "county", _to("/units/431226000000/"), DESKTOP),
    Shot("collection-board", "county", _collection, DESKTOP),
)


def main(address: str = ADDRESS) -> None:
    """Take all pictures from the demo at an address."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with chromium() as browser:
        for shot in SHOTS:
            _take(browser, address, shot)


def _take(browser: Browser, address: str, shot: Shot) -> None:
    context = browser.new_context(
        base_url=address, viewport=shot.size, locale="zh-CN", timezone_id="Asia/Shanghai"
    )
    page = context.new_page()
    if shot.account:
        _log_in(page, shot.account)
    shot.go(page)
    page.wait_for_load_state("networkidle")
    print(_save(page, shot.name))
    _cancel(page)
    context.close()


def _log_in(page: Page, account: str) -> None:
    from fpa.demo.accounts import PASSWORD  # models: only after django.setup()

    page.goto("/login/")
    page.get_by_label("账号").fill(account)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("/")


def _save(page: Page, name: str) -> Path:
    """Write the picture. Raises SystemExit where it is larger than the README may carry."""
    file = FOLDER / f"{name}.png"
    picture = page.screenshot(animations="disabled")
    if len(picture) > MAX_BYTES:
        sys.exit(f"{file.name} would have {len(picture):,} bytes, above {MAX_BYTES:,}")
    file.write_bytes(picture)
    return file


if __name__ == "__main__":
    main(*sys.argv[1:2])
