"""A step that is posted again is not done again; one that was refused may be sent once more."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

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


@pytest.mark.parametrize(("url", "status"), [("/staff/appoint/", 403), ("/members/0/edit/", 404)])
def test_a_page_that_is_not_for_the_sender_is_told_so_with_a_key_too(client_as, province_scope, url, status):
    """What the view let out has undone the key with all else."""
    answer = client_as("village").post(url, {"once": str(uuid4())})
    assert answer.status_code == status
    assert not DoneStep.objects.exists()
