"""The sheet in a real browser: keys, paste, undo, two people at one cell, a lost network.

Each test has a collection of its own; what the server kept is read by loading the page again.
"""

import os
import re
from itertools import count

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import expect

from conftest import clone_template, drop_database
from fpa.access.models import Unit, User
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.files.tests.samples import PDF
from fpa.reporting.actions.collections import issue_collection
from fpa.reporting.standard_forms import ensure_forms
from fpa.reporting.tests.conftest import HOUSEHOLDS, VALUE, in_days
from fpa.reporting.tests.typed_form import make_typed_form
from tests.journeys.browser import chromium
from tests.journeys.server import serving
from tests.journeys.story import connected

pytestmark = pytest.mark.journey

PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const paste = { clipboardData: data, bubbles: true, cancelable: true };
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", paste));
}"""
PERIODS = [f"{year}H{half}" for year in range(2015, 2022) for half in (1, 2)]


@pytest.fixture(scope="module")
def platform(django_db_blocker):
    """A running platform: its address, a village's session, a collection a period, and last two of every kind."""
    name = f"test_{settings.OWNER_DATABASE['NAME']}__grid_{os.getpid()}"
    clone_template(django_db_blocker, name)
    try:
        with django_db_blocker.unblock(), connected(name):
            collections, cookie = _prepare()
        with serving(name) as address:
            yield address, cookie, collections
    finally:
        drop_database(name)


def _prepare():
    with whole_province():
        form = ensure_forms(Unit.objects.get(parent=None))[0]
        days = {"opens_on": in_days(-9), "due_on": in_days(3), "locks_on": in_days(9)}
        given = {"form": form, "title": "走访慰问", "fill_level": 5, "by": actor_for("province"), **days}
        collections = [issue_collection(period=period, **given).pk for period in PERIODS]
        given["form"] = make_typed_form()
        collections += [issue_collection(period=period, **given).pk for period in ("2022H1", "2022H2")]
    client = Client()
    client.force_login(User.objects.get(username="village"))
    return collections, client.cookies["sessionid"].value


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


used = count()


@pytest.fixture
def open_sheet(platform, browser):
    """Open the sheet of a collection that no other test uses: each call is a window of its own."""
    address, cookie, collections = platform
    url = f"{address}/collections/{collections[next(used)]}/fill/"
    contexts = []

    def opened():
        context = browser.new_context(viewport={"width": 360, "height": 800}, locale="zh-CN")
        context.set_default_timeout(20_000)
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": address}])
        contexts.append(context)
        page = context.new_page()
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_sheet):
    return open_sheet()


def cell(page, key):
    return page.locator(f"[id='in-{key}']")


def state(page, key):
    return page.locator(f"[id='state-{key}']")


def type_in(page, key, text):
    cell(page, key).fill(text)
    cell(page, key).press("Enter")


def is_saved(page, key):
    expect(state(page, key).locator(".mark-saved")).to_be_visible()


def kept(page, **values):
    """Once nothing is under way, load the page again: these values are what the server has."""
    expect(page.locator("#filling.htmx-request, tr.htmx-request")).to_have_count(0)
    page.goto(page.url.split("#")[0])
    for key, value in {HOUSEHOLDS: values["households"], VALUE: values["value"]}.items():
        expect(cell(page, key)).to_have_value(value)


def test_grid_saves_a_cell_moves_on_and_reads_it_back(page):
    type_in(page, HOUSEHOLDS, "１，234")
    expect(cell(page, VALUE)).to_be_focused()
    is_saved(page, HOUSEHOLDS)
    expect(cell(page, HOUSEHOLDS)).to_have_value("1,234")
    expect(page.locator("#filled")).to_have_text("1/2")
    cell(page, VALUE).press("ArrowUp")
    expect(cell(page, HOUSEHOLDS)).to_be_focused()
    kept(page, households="1,234", value="")


def test_grid_says_what_is_wrong_until_it_is_mended(page):
    type_in(page, HOUSEHOLDS, "-5")
    expect(state(page, HOUSEHOLDS)).to_contain_text("不能是负数")
    expect(cell(page, HOUSEHOLDS)).to_have_attribute("aria-invalid", "")
    type_in(page, HOUSEHOLDS, "5")
    is_saved(page, HOUSEHOLDS)
    expect(cell(page, HOUSEHOLDS)).not_to_have_attribute("aria-invalid", "")
    kept(page, households="5", value="")


def test_grid_takes_quick_changes_of_one_cell_in_their_order(page):
    for text in ("1", "12", "123"):
        cell(page, HOUSEHOLDS).fill(text)
        cell(page, HOUSEHOLDS).dispatch_event("change")
    is_saved(page, HOUSEHOLDS)
    expect(state(page, HOUSEHOLDS)).not_to_contain_text("对方的数")
    kept(page, households="123", value="")


def test_grid_pastes_a_block_and_takes_it_back_by_one_undo(page):
    type_in(page, HOUSEHOLDS, "7")
    is_saved(page, HOUSEHOLDS)
    cell(page, HOUSEHOLDS).focus()
    page.evaluate(PASTE, "21\n25,000.00\n9")
    expect(page.locator("#sheet-note")).to_contain_text("粘贴了 2 格；1 格超出表格，没有粘贴")
    is_saved(page, VALUE)
    expect(cell(page, VALUE)).to_have_value("25,000")
    page.keyboard.press("Control+z")
    expect(page.locator("#sheet-note")).to_contain_text("已撤回 2 格")
    kept(page, households="7", value="")


def test_grid_leaves_a_single_pasted_value_to_the_browser(page):
    cell(page, HOUSEHOLDS).focus()
    page.evaluate(PASTE, "21")
    expect(page.locator("#sheet-note")).to_have_text("")


@pytest.mark.parametrize(("button", "wins"), [("改用我的", "26"), ("用对方的", "25")])
def test_grid_shows_both_values_and_takes_the_chosen_one(open_sheet, button, wins):
    mine, theirs = open_sheet(), open_sheet()
    type_in(theirs, HOUSEHOLDS, "25")
    is_saved(theirs, HOUSEHOLDS)
    type_in(mine, HOUSEHOLDS, "26")
    expect(state(mine, HOUSEHOLDS)).to_contain_text("对方的数：25，您填的：26")
    mine.get_by_role("button", name=button, exact=True).click()
    is_saved(mine, HOUSEHOLDS)
    kept(theirs, households=wins, value="")


def test_grid_sends_again_what_a_lost_network_held_back(page):
    page.context.set_offline(True)
    type_in(page, HOUSEHOLDS, "31")
    expect(state(page, HOUSEHOLDS)).to_contain_text("还没有送到")
    expect(page.locator("#sheet-note")).to_contain_text("网络不通，还有 1 格没送到")
    page.context.set_offline(False)
    is_saved(page, HOUSEHOLDS)
    expect(page.locator("#sheet-note")).to_have_text("网络已恢复，刚才没有送到的都已保存。")
    kept(page, households="31", value="")


def test_grid_sends_what_a_closed_page_could_not(page):
    page.context.set_offline(True)
    type_in(page, HOUSEHOLDS, "34")
    type_in(page, VALUE, "1,700")
    expect(page.locator("#sheet-note")).to_contain_text("还有 2 格没送到")
    page.close()
    page.context.set_offline(False)
    again = page.context.new_page()
    again.goto(page.url)
    is_saved(again, HOUSEHOLDS)
    is_saved(again, VALUE)
    expect(again.locator("#sheet-note")).to_have_text("网络已恢复，刚才没有送到的都已保存。")
    kept(again, households="34", value="1,700")
    expect(again.locator("#sheet-note")).to_have_text("")


def test_grid_shows_what_was_saved_while_a_page_was_closed(open_sheet):
    mine, theirs = open_sheet(), open_sheet()
    mine.context.set_offline(True)
    type_in(mine, HOUSEHOLDS, "35")
    expect(mine.locator("#sheet-note")).to_contain_text("网络不通")
    mine.close()
    type_in(theirs, HOUSEHOLDS, "36")
    is_saved(theirs, HOUSEHOLDS)
    mine.context.set_offline(False)
    again = mine.context.new_page()
    again.goto(mine.url)
    expect(state(again, HOUSEHOLDS)).to_contain_text("对方的数：36，您填的：35")
    kept(theirs, households="36", value="")


def test_grid_sends_again_a_block_that_was_pasted_without_a_network(page):
    cell(page, HOUSEHOLDS).focus()
    page.context.set_offline(True)
    page.evaluate(PASTE, "32\n1,500")
    for key in (HOUSEHOLDS, VALUE):
        expect(state(page, key)).to_contain_text("还没有送到")
    expect(page.locator("#sheet-note")).to_contain_text("网络不通")
    page.context.set_offline(False)
    is_saved(page, VALUE)
    kept(page, households="32", value="1,500")


def test_grid_asks_before_it_is_left_with_a_value_that_was_not_sent(page):
    page.context.set_offline(True)
    type_in(page, HOUSEHOLDS, "33")
    expect(state(page, HOUSEHOLDS)).to_contain_text("还没有送到")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.evaluate("location.href = '/'")
    expect(cell(page, HOUSEHOLDS)).to_have_value("33")
    page.context.set_offline(False)
    is_saved(page, HOUSEHOLDS)
    assert asked == ["beforeunload"]


def test_grid_lands_in_the_cell_that_the_address_names(page):
    page.goto(f"{page.url}#cell-{VALUE}")
    page.reload()
    expect(cell(page, VALUE)).to_be_focused()


def test_grid_takes_choices_days_and_what_is_computed(page, platform):
    address, _, collections = platform
    page.goto(f"{address}/collections/{collections[-1]}/fill/")
    cell(page, "site.budget").focus()
    page.evaluate(PASTE, "48,000\n120\n85.25%\n新塘村部\n新建\n2026.5.1\n是")
    expect(page.locator("#sheet-note")).to_contain_text("粘贴了 7 格。")
    is_saved(page, "site.plaque")
    expect(cell(page, "site.opened")).to_have_value("2026年5月1日")
    expect(cell(page, "site.way")).to_have_value("新建")
    expect(cell(page, "site.cost")).to_have_text("400")
    cell(page, "site.way").select_option("改建")
    is_saved(page, "site.way")
    type_in(page, "site.area", "240")
    expect(cell(page, "site.cost")).to_have_text("200")
    cell(page, "site.place").focus()
    page.evaluate(PASTE, "新塘小学\n拆除")
    expect(page.locator("#sheet-note")).to_contain_text("粘贴了 1 格；1 格没有这个选项，没有改动")
    expect(cell(page, "site.way")).to_have_value("改建")


PAPER = "site.paper"


def choose(page, name, content=PDF):
    cell(page, PAPER).set_input_files([{"name": name, "mimeType": "application/pdf", "buffer": content}])


def test_grid_takes_changes_and_lets_go_of_a_file(open_sheet, platform):
    address, _, collections = platform
    mine, theirs = open_sheet(), open_sheet()
    for page in (mine, theirs):
        page.goto(f"{address}/collections/{collections[-2]}/fill/")
    held = mine.locator(f"[id='file-{PAPER}']")
    choose(mine, "批文.pdf")
    is_saved(mine, PAPER)
    expect(held.get_by_role("link", name="批文.pdf")).to_be_visible()
    expect(held).to_contain_text("更换")
    choose(mine, "坏.pdf", b"MZ")
    expect(state(mine, PAPER)).to_contain_text("“坏.pdf”的内容不是 PDF")
    expect(held).to_contain_text("批文.pdf")
    choose(theirs, "另一份.pdf", PDF + b"%")
    expect(state(theirs, PAPER)).to_contain_text(
        re.compile(r"对方的文件：批文\.pdf。\s*您选的：另一份\.pdf。")
    )
    theirs.get_by_role("button", name="改用我的", exact=True).click()
    is_saved(theirs, PAPER)
    cell(mine, "site.place").focus()
    mine.evaluate(PASTE, "新塘村部\n新建\n2026.5.1\n是\n批文.pdf")
    expect(mine.locator("#sheet-note")).to_contain_text("粘贴了 4 格；1 格是附件，请逐个上传。")
    expect(held.get_by_role("link", name="另一份.pdf")).to_be_visible()
    held.get_by_role("button", name="删除").click()
    expect(held).to_have_text("上传批文")
    mine.reload()
    expect(held).to_have_text("上传批文")
    expect(cell(mine, "site.way")).to_have_value("新建")
