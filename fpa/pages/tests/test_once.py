"""A step that is posted again is not done again; one that was refused may be sent once more."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib import messages
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from fpa.access.models import Unit
from fpa.core.once import NO_KEY
from fpa.core.views import KEYLESS
from fpa.membership.models import Member
from fpa.pages.models import DoneStep
from fpa.pages.once import KEPT_DAYS, REPEATED, forget_steps
from fpa.people.tests.people import an_id


def answers(village, **more):
    return {
        "name": "张三", "id_number": an_id(), "unit": village.code, "kind": "ordinary",
        "joined_on": "2020-01-01", "once": str(uuid4()),
    } | more  # fmt: skip


def test_a_post_repeated_is_done_once_and_leads_where_the_first_led(client_as, province_scope, unit_of):
    client, data = client_as("county"), answers(unit_of("village"))
    first = client.post("/members/join/", data)
    again = [client.post("/members/join/", data) for _ in range(4)]
    assert {answer["Location"] for answer in again} == {first["Location"]}
    assert REPEATED in client.get(first["Location"]).content.decode()
    assert Member.objects.count() == 1


def test_a_refused_post_may_be_sent_again_with_its_key(client_as, province_scope, unit_of):
    client, data = client_as("county"), answers(unit_of("village"))
    assert client.post("/members/join/", data | {"joined_on": "2999-01-01"}).status_code == 200
    assert not DoneStep.objects.exists()
    assert client.post("/members/join/", data).status_code == 302
    assert Member.objects.count() == 1


def test_old_keys_are_forgotten(client_as, province_scope, unit_of):
    client_as("county").post("/members/join/", answers(unit_of("village")))
    assert forget_steps() == 0
    DoneStep.objects.update(at=timezone.now() - timedelta(days=KEPT_DAYS, hours=1))
    assert forget_steps() == 1


@pytest.mark.parametrize("key", ["", "1", "x" * 36, "\0"])
def test_a_form_without_a_key_does_nothing_and_keeps_its_answers(client_as, province_scope, unit_of, key):
    client, data = client_as("county"), answers(unit_of("village"))
    refused = client.post("/members/join/", data | {"once": key})
    page = refused.content.decode()
    assert refused.status_code == 200
    assert NO_KEY in page
    assert 'value="张三"' in page
    assert (Member.objects.count(), DoneStep.objects.count()) == (0, 0)
    fresh = re.findall(r'name="once" value="([^"]+)"', page)[0]
    assert client.post("/members/join/", data | {"once": fresh}).status_code == 302
    assert Member.objects.count() == 1


def test_a_form_sent_empty_is_no_form(client_as, unit_of):
    answer = client_as("county").post("/members/join/", b"", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert KEYLESS.happened in answer.content.decode()


def test_a_button_without_a_key_does_nothing_and_says_so(client_as, world):
    village = world["village"]
    answer = client_as("county").post(f"/submissions/{village.pk('Submission')}/approve/", {"once": ""})
    assert answer.status_code == 400
    assert KEYLESS.happened in answer.content.decode()
    assert KEYLESS.way_out in answer.content.decode()


def test_htmx_is_told_in_words_alone(client_as, world):
    thread = world["village"].pk("Thread")
    answer = client_as("village").post(
        f"/threads/{thread}/reply/", {"body": "已改", "once": ""}, headers={"HX-Request": "true"}
    )
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert answer.content.decode() == f"{KEYLESS.happened}。{KEYLESS.way_out}"


def test_who_is_not_signed_in_needs_no_key(db):
    assert Client().post("/elder-mode/", {"elder": "on"}).status_code == 302


def test_what_a_forgetful_view_did_without_a_key_is_undone(client_as, province_scope, unit_of, monkeypatch):
    """A view that neither is a form page nor asks for the key."""

    def rename(request, code):
        messages.success(request, "已更名")
        Unit.objects.filter(code=code).update(initials="undone")
        return HttpResponse("done")

    monkeypatch.setattr(
        "fpa.organization.views.units.form_flow", lambda request, *_, **__: rename(request, code)
    )
    code, client = unit_of("village").code, client_as("county")
    answer = client.post(f"/units/{code}/rename/", {"once": ""})
    assert answer.status_code == 400
    assert not Unit.objects.filter(initials="undone").exists()
    assert "已更名" not in client.get("/members/").content.decode()
    assert client.post(f"/units/{code}/rename/").content == b"done"
    assert Unit.objects.filter(initials="undone").exists()


@pytest.mark.parametrize(
    ("who", "address", "status"),
    [("county", "/members/0/leave/", 404), ("village", "/units/4302/rename/", 403)],
)
def test_what_is_refused_by_a_page_keeps_no_key(client_as, who, address, status):
    assert client_as(who).post(address).status_code == status
    assert not DoneStep.objects.exists()
