"""The shared tags, the shell around every page, error pages and elder mode."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, Template
from django.test import Client, RequestFactory

from fpa.access.menu import menu
from fpa.access.models import Appointment, Post, User
from fpa.core import icons, lists
from fpa.core.middleware import request_id
from fpa.core.tests.urls import VisitForm
from tests.cast import cast_unit

pytestmark = pytest.mark.urls("fpa.core.tests.urls")
ROOT = settings.BASE_DIR
ICON_USES = re.compile(r"""\{% icon ["']([\w-]+)["']""")


def shown(source: str, **context: Any) -> str:
    return Template(source).render(Context({"request": RequestFactory().get("/x/?a=1&page=2"), **context}))


# Icons


def sprite_names() -> set[str]:
    return set(re.findall(r'<symbol id="([\w-]+)"', (ROOT / "static/icons.svg").read_text(encoding="utf-8")))


def used_names() -> set[str]:
    templates = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("fpa/*/templates/**/*.html")]
    used = {name for path in templates for name in ICON_USES.findall(path.read_text(encoding="utf-8"))}
    return used | {section.icon for section, entries in menu()} | set(icons.SHAPES.values())


def test_icon_sprite_holds_every_icon_in_use() -> None:
    assert used_names() - sprite_names() == set()


def test_icon_sprite_is_what_the_script_makes() -> None:
    names = (ROOT / "scripts/icons.txt").read_text(encoding="utf-8").split()
    assert names == sorted(set(names))
    assert sprite_names() == set(names)


def test_icon_is_decoration_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in shown('{% icon "home" %}')
    labelled = shown('{% icon "home" "首页" %}')
    assert 'role="img" aria-label="首页"' in labelled
    assert "aria-hidden" not in labelled


# States and figures


@pytest.mark.parametrize("tone", list(icons.SHAPES))
def test_status_tells_by_word_and_shape(tone: str) -> None:
    html = shown("{% status word tone %}", word="已退回", tone=tone)
    assert f"#{icons.SHAPES[tone]}" in html
    assert "已退回</span>" in html


def test_status_shapes_differ_so_that_colour_is_not_needed() -> None:
    assert len(set(icons.SHAPES.values())) == len(icons.SHAPES)


def test_status_takes_a_state_as_lists_have_it() -> None:
    html = shown("{% status state %}", state=lists.Status("<逾期>", "late"))
    assert "state-late" in html
    assert "&lt;逾期&gt;" in html


@pytest.mark.parametrize(
    ("value", "short", "exact"),
    [
        (6_073_700, "607.37万", "6,073,700"),
        (26_134, "2.61万余", "26,134"),
        (1998, "1,998", ""),
        (None, "—", ""),
    ],
)
def test_key_figure_has_the_exact_figure_beside_it(value: int | None, short: str, exact: str) -> None:
    html = shown('{% key_figure "会员" value "人" %}', value=value)
    assert f"<b>{short}</b>" in html
    assert (f"{exact} 人</span>" in html) == bool(exact)


def test_key_figure_may_be_written_in_full() -> None:
    html = shown(
        '{% key_figure "已报" 29460 "个" in_full=True %}{% key_figure "未报" none "个" in_full=True %}',
        none=None,
    )
    assert "<b>29,460</b>" in html
    assert "<b>—</b>" in html
    assert "万" not in html


def test_key_figure_opens_its_records() -> None:
    assert '<a href="/members/"' in shown('{% key_figure "会员" 1 "人" url="/members/" note="截至今天" %}')
    assert "<a " not in shown('{% key_figure "会员" 1 "人" %}')


# Breadcrumb, addresses


TRAIL = [("组织建设管理", ""), ("会员", "/members/")]


@pytest.mark.parametrize(
    ("address", "context", "steps"),
    [
        ("/members/", {"title": "会员名册"}, ["组织建设管理", "会员*"]),
        ("/members/join/", {"title": "会员入会"}, ["组织建设管理", "会员→/members/", "会员入会*"]),
        (
            "/members/7/",
            {"title": "张*", "places": [("会员", "/members/?page=2"), ("张*", "")]},
            ["组织建设管理", "会员→/members/?page=2", "张**"],
        ),
        (
            "/members/7/",
            {"places": [("湖南", "/units/43/"), ("鹤城", "")]},
            ["组织建设管理", "会员→/members/", "湖南→/units/43/", "鹤城*"],
        ),
    ],
)
def test_crumbs_lead_from_the_module_by_the_list_to_the_record(
    address: str, context: dict[str, Any], steps: list[str]
) -> None:
    html = shown("{% crumbs %}", request=RequestFactory().get(address), trail=TRAIL, **context)
    found = []
    for current, link, words in re.findall(
        r'<li( aria-current="page")?>(?:<a\s+href="([^"]+)">)?([^<]+)', html
    ):
        found.append(words.strip() + (f"→{link}" if link else "") + ("*" if current else ""))
    assert found == steps


def test_crumbs_are_left_out_where_the_menu_does_not_lead() -> None:
    assert shown("{% crumbs %}", request=RequestFactory().get("/password/"), title="修改密码").strip() == ""


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("{% query page=3 %}", "/x/?a=1&amp;page=3"),
        ("{% query page=None %}", "/x/?a=1"),
        ("{% query page=None a=None %}", "/x/"),
        ('{% query b="甲&乙" page=None %}', "/x/?a=1&amp;b=%E7%94%B2%26%E4%B9%99"),
    ],
)
def test_query_changes_the_address(tag: str, address: str) -> None:
    assert shown(tag) == address


def test_query_never_repeats_an_export() -> None:
    request = RequestFactory().get("/x/?a=1&export=xlsx&print=1")
    assert lists.address(request) == "/x/?a=1"


def test_back_to_finds_the_list_as_it_was_left() -> None:
    request = RequestFactory().get("/")
    request.COOKIES[lists.BACK_COOKIE] = "/trial/units/?level=3"
    html = Template('{% back_to "test_unit_list" %}').render(Context({"request": request}))
    assert html == "/trial/units/?level=3"


# Pager


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "steps"),
    [
        (1, ["1", "2", "3", "…", "200"]),
        (4, ["1", "2", "3", "4", "5", "6", "…", "200"]),
        (100, ["1", "…", "98", "99", "100", "101", "102", "…", "200"]),
        (200, ["1", "…", "198", "199", "200"]),
    ],
)
def test_pager_shows_ends_and_neighbours(
    client_as: Callable[[str], Client], page: int, steps: list[str]
) -> None:
    html = client_as("county").get(f"/trial/units/?page={page}").content.decode()
    nav = re.search(r'<nav class="pager".*?</nav>', html, re.S)
    assert nav
    assert re.findall(r">(\d+|…)</", nav.group()) == steps
    assert ("上一页" in nav.group()) == (page > 1)
    assert ("下一页" in nav.group()) == (page < 200)


# Forms


def form_html(data: dict[str, Any] | None) -> str:
    return shown('{% form_page form title="登记走访" submit="登记" back="/units/" %}', form=VisitForm(data))


def test_form_page_ties_label_hint_and_input() -> None:
    html = form_html(None)
    assert '<label class="form-label" for="id_name">户主姓名' in html
    assert 'id="id_name_helptext"' in html
    assert re.search(r'<input[^>]*id="id_name"[^>]*aria-describedby="id_name_helptext"', html) or re.search(
        r'aria-describedby="id_name_helptext"[^>]*id="id_name"', html
    )


def test_form_page_marks_what_may_be_left_out() -> None:
    assert form_html(None).count("（选填）") == 1


def test_form_page_has_one_primary_button_and_a_way_out() -> None:
    html = form_html(None)
    assert len(re.findall(r'class="btn btn-primary', html)) == 1
    assert 'href="/units/"' in html


def test_form_page_without_errors_has_no_summary() -> None:
    assert "fault-summary" not in form_html(None)


def test_form_page_summary_takes_focus_and_links_to_existing_fields() -> None:
    html = form_html({"name": "张三", "amount": "三百"})
    summary = re.search(r'<div class="fault-summary".*?</div>', html, re.S)
    assert summary
    assert 'tabindex="-1" autofocus' in summary.group()
    targets = re.findall(r'href="#([^"]+)"', summary.group())
    assert targets == ["id_on", "id_amount", "id_kind", "id_place", "id_agreed"]
    for target in targets:
        assert html.count(f'id="{target}"') == 1


def test_form_page_shows_each_error_at_its_field() -> None:
    html = form_html({"amount": "三百"})
    assert 'id="id_amount_error"' in html
    assert 'aria-invalid="true"' in html
    assert html.count("“三百”是汉字数字") == 2


def test_form_page_summary_has_errors_of_the_whole_form_without_a_link() -> None:
    html = form_html({"name": "无名氏"})
    assert "<li>没有这一户，请先登记。</li>" in html


def test_form_page_groups_radios_and_ticks_under_a_legend() -> None:
    html = form_html(None)
    assert html.count("<fieldset") == 2
    assert "<legend>走访地点</legend>" in html


def test_form_page_keeps_hidden_fields() -> None:
    assert '<input type="hidden" name="token"' in form_html(None)


# The shell


@pytest.mark.django_db
@pytest.mark.parametrize(
    "page", ["/trial/units/", "/trial/visit/", "/trial/light/", "/trial/units/?level=2&print=1"]
)
def test_page_runs_nothing_inline_and_nothing_foreign(client_as: Callable[[str], Client], page: str) -> None:
    response = client_as("county").get(page)
    html = response.content.decode()
    assert "'unsafe-eval'" not in response["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]*\bsrc=)", html)
    assert not re.search(r"\son\w+=|javascript:|\sstyle=", html)
    assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


@pytest.mark.django_db
def test_page_shows_where_one_is_and_who(client_as: Callable[[str], Client]) -> None:
    members = client_as("county").get("/members/").content.decode()
    assert re.search(r'<nav class="crumbs".*组织建设管理.*aria-current="page">会员</li>', members, re.S)
    html = client_as("county").get("/trial/units/").content.decode()
    assert "鹤城区计生协 · 演员county" in html
    assert f"主办单位：{settings.ORGANIZER}" in html
    assert "<title>单位名册 · 网上计生协</title>" in html
    assert html.count("<h1>") == 1


@pytest.fixture
def two_seats(client_as: Callable[[str], Client], province_scope: None) -> Client:
    """Someone of the county with a second post in the village, who works from the county's."""
    client = client_as("county")
    post = Post.objects.get(appointments__user__username="village")
    user = User.objects.get(username="county")
    Appointment.objects.create(unit=post.unit, post=post, user=user, valid_from=date(2024, 1, 1))
    return client


@pytest.mark.django_db
def test_page_lets_who_has_two_seats_switch(two_seats: Client) -> None:
    """In the office by the switcher of the header, on the light page by a link to the choice."""
    office = two_seats.get("/trial/units/").content.decode()
    seats = re.findall(
        r'<option value="(\d+)"(\s+selected)?>([^<]+)</option>', office.partition('id="seat"')[2]
    )[:2]
    assert [(bool(chosen), words.partition(" · ")[0]) for _, chosen, words in seats] == [
        (True, "鹤城"),
        (False, cast_unit("village").short_name),
    ]
    two_seats.post("/seat/switch/", {"seat": seats[1][0]})
    light = two_seats.get("/trial/units/").content.decode()
    assert '<a class="btn btn-link button button-link" href="/seat/">换岗位</a>' in light


@pytest.mark.django_db
def test_page_of_who_has_one_seat_shows_no_switcher(client_as: Callable[[str], Client]) -> None:
    for who in ("county", "village"):
        html = client_as(who).get("/trial/units/").content.decode()
        assert 'id="seat"' not in html
        assert "换岗位" not in html


@pytest.mark.django_db
def test_page_has_a_skip_link_to_its_content(client_as: Callable[[str], Client]) -> None:
    html = client_as("village").get("/trial/light/").content.decode()
    assert '<a class="skip" href="#content">' in html
    assert '<main id="content"' in html
    assert "tabler" not in html


def test_light_stylesheet_stays_small() -> None:
    assert (ROOT / "static/css/light.css").stat().st_size <= 15 * 1024


# Elder mode


@pytest.mark.django_db
def test_elder_mode_is_one_tap_and_remembered(client_as: Callable[[str], Client]) -> None:
    client = client_as("village")
    response = client.post("/elder-mode/", {"elder": "on", "next": "/trial/light/?a=1"})
    assert response.headers["Location"] == "/trial/light/?a=1"
    assert response.cookies["elder"]["max-age"] > 300 * 24 * 3600
    assert 'class="elder"' in client.get("/trial/light/").content.decode()
    client.post("/elder-mode/", {"elder": "off", "next": "/"})
    assert 'class="elder"' not in client.get("/trial/light/").content.decode()


@pytest.mark.django_db
def test_elder_mode_is_for_the_public_too() -> None:
    assert Client().post("/elder-mode/", {"elder": "on"}).headers["Location"] == "/"
    assert Client().get("/elder-mode/").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_elder_mode_never_leads_elsewhere(wanted: str) -> None:
    response = Client().post("/elder-mode/", {"elder": "on", "next": wanted})
    assert response.headers["Location"] == "/"


# Errors


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "code", "words"),
    [
        ("/trial/refuse/", 403, "您的岗位不能办理拨付。"),
        ("/trial/lose/", 404, "没有找到这条记录，或者它不在您的管理范围内。"),
        ("/no/such/page/", 404, "请核对网址，或者从首页进入。"),
        ("/trial/fail/", 500, "您提交的内容没有保存。"),
    ],
)
def test_error_page_says_what_happened_and_the_way_out(
    client_as: Callable[[str], Client], page: str, code: int, words: str
) -> None:
    client = client_as("county")
    client.raise_request_exception = False
    response = client.get(page)
    html = response.content.decode()
    assert response.status_code == code
    assert words in html
    assert response["X-Request-Id"] in html
    assert request_id.get() == response["X-Request-Id"]
    assert "回到首页" in html
    assert "secret detail" not in html
    assert "Traceback" not in html


@pytest.mark.django_db
def test_error_page_of_a_stale_form_says_nothing_was_sent(client_as: Callable[[str], Client]) -> None:
    client = client_as("county")
    client.handler.enforce_csrf_checks = True
    response = client.post("/trial/visit/", {})
    assert response.status_code == 403
    assert "这个页面打开得太久，已经失效" in response.content.decode()


@pytest.mark.django_db
def test_error_page_of_a_bad_request(client_as: Callable[[str], Client]) -> None:
    response = client_as("county").get("/trial/units/", headers={"Host": "evil.example"})
    assert response.status_code == 400
    assert "浏览器送来的内容不完整" in response.content.decode()
