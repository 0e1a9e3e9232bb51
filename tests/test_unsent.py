"""What was typed is not lost where its post could not be taken: it goes back to its form, and nothing was done."""

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from django.test import Client

from fpa.access.models import Appointment, Post, User
from fpa.access.scope import whole_province
from fpa.core.unsent import BROUGHT_BACK, LEFT_OUT, LONGEST
from fpa.training.models import Plan
from tests.cast import COUNTY, PASSWORD, cast_unit

FORM = "/training/plans/add/"
ANSWERS = {
    "unit": COUNTY,
    "year": "2026",
    "title": "“计划” & <一>",
    "sessions": "2",
    "participants": "90",
}
HERE = {"origin": "http://testserver"}


def hidden(page):
    """The hidden fields of a page's main part, by name."""
    main = page[page.index("<main") :] if "<main" in page else page
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', main)
    return {name: unescape(value) for name, value in found}


def post(client, address, data, **headers):
    return client.post(address, data, headers=HERE | headers)


def log_in(client, page, name="county"):
    action = unescape(re.search(r'action="(/login/[^"]+)"', page).group(1))
    return post(client, action, {"username": name, "password": PASSWORD, "unsent": hidden_unsent(page)})


def hidden_unsent(page):
    return unescape(re.search(r'name="unsent"[^>]*value="([^"]+)"', page).group(1))


def test_end_of_a_session_keeps_the_answers_until_they_stand_in_their_form_again(db):
    client = Client()
    held = post(client, FORM, ANSWERS | {"once": "5", "csrfmiddlewaretoken": "x", "password": "secret"})
    page = held.content.decode()
    assert held.status_code == 401
    assert "登录已超时，刚才没有提交，您填的内容还在" in page
    assert "secret" not in page
    resume = log_in(client, page).content.decode()
    assert "已登录，您填的内容还在" in resume
    assert f'action="{FORM}"' in resume
    sent = hidden(resume)
    assert sent.pop("csrfmiddlewaretoken", None) is not None
    assert sent == ANSWERS | {"resumed": "login"}
    form = post(client, FORM, sent).content.decode()
    assert f"登录已超时，{BROUGHT_BACK}" in form
    assert 'value="“计划” &amp; &lt;一&gt;"' in form
    with whole_province():
        assert not Plan.objects.exists()
    done = post(client, FORM, ANSWERS | {"once": hidden(form)["once"]})
    assert done.status_code == 302
    with whole_province():
        assert Plan.objects.get().title == ANSWERS["title"]


def test_a_wrong_password_keeps_them_too(db):
    client = Client()
    page = post(client, FORM, ANSWERS).content.decode()
    wrong = {"username": "county", "password": "wrong", "unsent": hidden_unsent(page)}
    again = post(client, f"/login/?next={FORM}", wrong).content.decode()
    assert "账号或密码" in again
    assert hidden_unsent(again) == hidden_unsent(page)


def test_who_has_several_seats_chooses_one_and_goes_on(db):
    with whole_province():
        unit = cast_unit("township")
        second = Post.objects.create(unit=unit, title="第二岗位", role="township")
        county = User.objects.get(username="county")
        seat = Appointment.objects.create(unit=unit, post=second, user=county, valid_from=date(2020, 1, 1))
    client = Client()
    choose = log_in(client, post(client, FORM, ANSWERS).content.decode()).content.decode()
    assert "请选择今天用哪个岗位办理" in choose
    sent = {"seat": seat.pk, "next": hidden(choose)["next"], "unsent": hidden(choose)["unsent"]}
    resume = post(client, "/seat/switch/", sent).content.decode()
    assert hidden(resume)["title"] == ANSWERS["title"]


@pytest.mark.parametrize(
    "origin", ["http://elsewhere.example", "http://testserver.elsewhere.example", "null", ""]
)
def test_no_other_site_puts_words_into_a_form(db, origin):
    answer = Client().post(FORM, ANSWERS, headers={"origin": origin})
    assert (answer.status_code, answer["Location"]) == (302, f"/login/?next={FORM}")


def test_what_no_person_types_is_not_carried_on(db):
    assert post(Client(), FORM, {"title": "长" * (LONGEST // 9 + 1)}).status_code == 302
    assert post(Client(), FORM, {"once": "1"}).status_code == 302


def test_an_old_token_keeps_the_answers(client_as):
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_as("county").cookies
    stale = post(client, FORM, ANSWERS | {"csrfmiddlewaretoken": "a" * 64})
    page = stale.content.decode()
    assert stale.status_code == 403
    assert "您填的内容还在，没有提交" in page
    sent = hidden(page)
    form = post(client, FORM, sent)
    assert f"刚才没有提交，{BROUGHT_BACK}" in form.content.decode()


def test_a_seat_without_the_right_keeps_the_answers(client_as):
    page = post(client_as("village"), FORM, ANSWERS)
    assert page.status_code == 403
    assert hidden(page.content.decode())["title"] == ANSWERS["title"]


def test_answers_that_come_back_do_nothing_where_a_button_alone_acts(client_as):
    client = client_as("county")
    answer = client.post("/cases/decide/", {"once": "", "resumed": "1", "row": "1"}, headers=HERE)
    assert answer.status_code == 400
    assert "没有办理" in answer.content.decode()


@pytest.mark.parametrize("way", ["get", "post"])
def test_htmx_is_told_of_the_end_of_the_session_by_a_401_alone(db, way):
    answer = getattr(Client(), way)("/go/", headers=HERE | {"hx-request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")


def test_htmx_is_told_the_same_of_an_old_token(client_as):
    client = Client(enforce_csrf_checks=True)
    client.cookies = client_as("county").cookies
    assert post(client, FORM, ANSWERS, **{"hx-request": "true"}).status_code == 401


def test_the_browser_leaves_out_what_the_server_does():
    script = (Path(__file__).parents[1] / "static/js/forms.js").read_text()
    assert set(re.findall(r'"(\w+)"', re.search(r"LEFT_OUT = \[(.*?)\]", script).group(1))) == LEFT_OUT


def post_of(name):
    with whole_province():
        return Post.objects.get(appointments__user__username=name).pk


def test_login_over_the_page_goes_on_in_the_same_seat(db):
    client = Client(enforce_csrf_checks=True)
    token = hidden(client.get("/login/again/").content.decode())["csrfmiddlewaretoken"]
    asked = {
        "csrfmiddlewaretoken": token,
        "username": "county",
        "password": "wrong",
        "post": post_of("county"),
    }
    refused = client.post("/login/again/", asked)
    assert "X-CSRFToken" not in refused.headers
    assert "账号或密码" in refused.content.decode()
    done = client.post("/login/again/", asked | {"password": PASSWORD})
    assert done.status_code == 200
    sent = ANSWERS | {
        "csrfmiddlewaretoken": done["X-CSRFToken"],
        "once": "c0ffee00-0000-4000-8000-000000000000",
    }
    answer = client.post(FORM, sent)
    assert answer.status_code == 302, re.findall("<li>.*?</li>", answer.content.decode(), re.S)


def test_login_over_anothers_page_gets_no_token_for_it(db):
    asked = {"username": "county", "password": PASSWORD, "post": post_of("city")}
    answer = Client().post("/login/again/", asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert "X-CSRFToken" not in answer.headers
