"""The course of a form page: shown, refused with every answer kept, checked once more, and acted on once."""

import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from fpa.core.tests import urls
from fpa.core.tests.test_forms import GOOD
from fpa.pages.form_flow import TO_CHECK

pytestmark = [pytest.mark.django_db, pytest.mark.urls("fpa.core.tests.urls")]

FLOW, WEIGHTY = "/trial/flow/", "/trial/flow/?weighty"
TYPED = ('value="张三"', 'value="2026-05-29"', 'value="１,０００"', 'value="t-1"')
"""GOOD as it was typed."""


@pytest.fixture
def client(client_as: Callable[[str], Client]) -> Client:
    urls.TRIED.clear()
    return client_as("county")


def page_of(response: Any) -> str:
    assert response.status_code == 200
    return response.content.decode()


def button(html: str) -> str:
    (words,) = re.findall(
        r'<button class="btn btn-primary button button-primary"[^>]*>([^<]+)</button>', html
    )
    return words


def assert_is_form_with(html: str, *typed: str) -> None:
    """The form with what was typed and chosen, and not the page that asks once more."""
    assert 'class="form" method="post"' in html
    assert [each for each in typed if each not in html] == []
    assert '<option value="poor" selected>' in html
    assert html.count("checked") == 4


@pytest.mark.parametrize(("address", "words"), [(FLOW, "登记"), (WEIGHTY, TO_CHECK)])
def test_flow_shows_its_form_with_the_button_of_its_first_step(
    client: Client, address: str, words: str
) -> None:
    html = page_of(client.get(address))
    assert button(html) == words
    assert '<a class="btn btn-link button button-link" href="/trial/units/">取消，返回</a>' in html
    assert "fault-summary" not in html
    assert f'action="{address}"' in html


def test_flow_acts_once_with_the_cleaned_answers_and_says_so_on_the_next_page(client: Client) -> None:
    response = client.post(FLOW, GOOD, follow=True)
    assert response.redirect_chain == [("/trial/units/", 302)]
    assert page_of(response).count("张三的走访已登记。") == 1
    (done,) = urls.acted()
    assert (done["on"], done["amount"], done["ways"]) == (
        date(2026, 5, 29),
        Decimal(1000),
        ["cash", "goods"],
    )


@pytest.mark.parametrize("address", [FLOW, WEIGHTY])
@pytest.mark.parametrize("further", [{}, {"confirmed": "1"}, {"change": "name"}])
def test_flow_of_a_wrong_answer_does_not_act_and_loses_nothing(
    client: Client, address: str, further: dict[str, str]
) -> None:
    html = page_of(client.post(address, {**GOOD, "on": "昨天", **further}))
    assert_is_form_with(html, TYPED[0], 'value="昨天"', *TYPED[2:])
    assert "有 1 处需要改正" in html
    assert button(html) == (TO_CHECK if address == WEIGHTY else "登记")
    assert urls.acted() == []


@pytest.mark.parametrize("address", [FLOW, WEIGHTY])
@pytest.mark.parametrize(("name", "said"), [("甲", "&lt;甲&gt;今天已走访过。"), ("乙", "本月慰问金已用完。")])
def test_flow_refused_by_its_action_stands_on_the_form_and_loses_nothing(
    client: Client, address: str, name: str, said: str
) -> None:
    html = page_of(client.post(address, {**GOOD, "name": name, "confirmed": "1"}))
    assert f"<li>{said}</li>" in html
    assert_is_form_with(html, f'value="{name}"', *TYPED[1:])
    assert 'role="alert" tabindex="-1" autofocus' in html
    assert urls.acted() == []


@pytest.mark.parametrize(("name", "said"), [("甲", "&lt;甲&gt;今天已走访过。"), ("乙", "本月慰问金已用完。")])
def test_weighty_flow_asks_nobody_to_confirm_what_would_be_refused(
    client: Client, name: str, said: str
) -> None:
    html = page_of(client.post(WEIGHTY, {**GOOD, "name": name}))
    assert f"<li>{said}</li>" in html
    assert_is_form_with(html, f'value="{name}"', *TYPED[1:])


def test_weighty_flow_undoes_what_it_has_tried(client: Client) -> None:
    page_of(client.post(WEIGHTY, GOOD))
    assert (len(urls.TRIED), urls.acted()) == (1, [])
    client.post(WEIGHTY, {**GOOD, "confirmed": "1"})
    assert (len(urls.TRIED), len(urls.acted())) == (2, 1)


def test_weighty_flow_tries_nothing_while_an_answer_is_changed(client: Client) -> None:
    html = page_of(client.post(WEIGHTY, {**GOOD, "name": "甲", "change": "name"}))
    assert "今天已走访过" not in html
    assert urls.TRIED == {}


@pytest.mark.parametrize("address", [FLOW, WEIGHTY])
def test_refusal_leads_to_where_it_can_be_mended(client: Client, address: str) -> None:
    html = page_of(client.post(address, {**GOOD, "name": "丁"}))
    assert re.search(r'<li>\s*<a href="/parameters/">还没有设定慰问标准。</a></li>', html)


def test_flow_lets_through_what_it_does_not_know(client: Client) -> None:
    with pytest.raises(LookupError):
        client.post(FLOW, {**GOOD, "name": "丙"})
    client.raise_request_exception = False
    assert client.post(FLOW, {**GOOD, "name": "丙"}).status_code == 500


def test_weighty_flow_asks_once_more_with_what_follows_from_the_answers(client: Client) -> None:
    html = page_of(client.post(WEIGHTY, GOOD))
    assert "<li>慰问金 1000 元。</li>" in html
    assert button(html) == "登记"
    assert '<a class="btn btn-link button button-link" href="/trial/units/">不办了，返回</a>' in html
    assert urls.acted() == []


def test_weighty_flow_acts_on_what_its_page_carried_over(client: Client) -> None:
    html = page_of(client.post(WEIGHTY, GOOD))
    carried: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html):
        carried.setdefault(name, []).append(value)
    carried.pop("csrfmiddlewaretoken", None)
    assert client.post(WEIGHTY, {**carried, "confirmed": "1"}).status_code == 302
    client.post(FLOW, GOOD)
    assert urls.acted()[0] == urls.acted()[1]


@pytest.mark.parametrize("word", ["", "0", "yes", "true", "11"])
def test_weighty_flow_takes_one_word_alone_for_a_yes(client: Client, word: str) -> None:
    assert "慰问金 1000 元。" in page_of(client.post(WEIGHTY, {**GOOD, "confirmed": word}))
    assert urls.acted() == []


def test_weighty_flow_goes_back_to_change_an_answer_even_when_confirmed(client: Client) -> None:
    html = page_of(client.post(WEIGHTY, {**GOOD, "change": "on", "confirmed": "1"}))
    assert_is_form_with(html, *TYPED)
    assert button(html) == TO_CHECK
    assert re.search(r'<input[^>]*name="on"[^>]*autofocus', html)
    assert urls.acted() == []


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_flow_acts_on_a_post_alone(client: Client, method: str) -> None:
    getattr(client, method)(f"{FLOW}?confirmed=1&name=张三")
    assert urls.acted() == []


@pytest.mark.parametrize("address", [FLOW, f"{WEIGHTY}&confirmed=1"])
def test_flow_without_its_token_does_not_act(client: Client, address: str) -> None:
    client.handler.enforce_csrf_checks = True
    assert client.post(address, {**GOOD, "confirmed": "1"}).status_code == 403
    assert urls.acted() == []
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page_of(client.get(FLOW)))
    assert token
    client.post(address, {**GOOD, "confirmed": "1", "csrfmiddlewaretoken": token[1]})
    assert len(urls.acted()) == 1


@pytest.mark.parametrize("field", [name for name in GOOD if name != "agreed"])
def test_flow_answers_a_character_that_no_text_can_hold(client: Client, field: str) -> None:
    """A NUL in any field is said at the field, or read as nothing of it; it never breaks the page."""
    html = page_of(client.post(FLOW, {**GOOD, field: "a\0"}))
    assert "需要改正" in html
    assert urls.acted() == []
