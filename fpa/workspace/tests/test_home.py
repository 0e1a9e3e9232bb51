"""The home page of each seat."""

import re

import pytest

OFFICES = ["province", "city", "county", "township"]


def page(client, url="/"):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_home_of_a_village_is_light_with_four_targets(client_as):
    text = page(client_as("village"))
    assert "css/light.css" in text
    assert "htmx" not in re.sub(r'<meta name="htmx-config"[^>]*>', "", text)
    assert re.findall(r'class="target" href="([^"]+)"', text) == [
        "/collections/", "/members/", "/members/join/", "/threads/",
    ]  # fmt: skip
    assert "今天要办 <b>0</b> 件" in text


def test_home_of_a_village_lists_what_was_returned(client_as, submit, give_back, collection):
    give_back(submit(), "a")
    text = page(client_as("village"))
    assert "今天要办 <b>2</b> 件" in text
    assert all(word in text for word in ("走访慰问：格a", "a不对", "前办", collection.title))


def test_home_of_a_village_says_when_the_list_is_not_all(client_as, submit, give_back):
    for n in range(3):
        give_back(submit(f"第{n}件"), *"abcdefghij")
    text = page(client_as("village"))
    assert "今天要办 <b>30</b> 件" in text
    assert "先办上面 20 件" in text


@pytest.mark.parametrize("name", OFFICES)
def test_home_of_an_office_without_work_shows_its_modules(client_as, name):
    text = page(client_as(name))
    assert "今天要办 0 件" in text
    assert "今天没有要办的事" in text
    assert 'href="/members/"' in text


def test_home_of_an_office_groups_what_waits(client_as, submit, ask):
    submit()
    text = page(client_as("township"))
    assert "今天要办 1 件" in text
    assert "/cases/?mine=turn" in text
    assert "4级审核" in text
    assert "走访慰问" not in page(client_as("sibling"))


@pytest.mark.parametrize(("name", "has", "lacks"), [
    ("auditor", "审计日志", "/members/"),
    ("administrator", "账号与岗位", "/members/"),
])  # fmt: skip
def test_home_of_a_supervisor_is_plain(client_as, submit, name, has, lacks):
    submit()
    text = page(client_as(name))
    assert "今天要办 " not in text
    assert has in text
    assert lacks not in text


def test_home_counts_no_use(client_as):
    for name in ("village", "county"):
        assert not re.search("登录次数|在线|积分|签到|排名", page(client_as(name)))


def test_home_needs_a_seat(client_as):
    assert client_as("outsider").get("/")["Location"] == "/seat/"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_home_is_only_read(client_as, method):
    assert getattr(client_as("county"), method)("/").status_code == 405
