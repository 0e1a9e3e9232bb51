"""The end of someone's work at a unit."""

from datetime import date

import pytest

from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.organization.actions.staff import CannotEnd, end_staff
from fpa.organization.models import Staff
from fpa.people.tests.people import make_staff

DAY = date(2024, 3, 1)


@pytest.fixture
def staff(province_scope, unit_of):
    return make_staff(unit_of("township"))


def end(staff, by, on=DAY):
    with scoped(by.path):
        return end_staff(staff=staff, on=on, reason="退休", by=by)


def test_end_staff_keeps_the_record(staff, actor):
    assert end(staff, actor("county")).valid_to == DAY
    assert Event.objects.get(verb="staff.ended").reason == "退休"
    assert list(Staff.objects.ended()) == [staff]
    assert not Staff.objects.active().exists()


@pytest.mark.parametrize(
    ("on", "words"), [(date(2999, 1, 1), "不能晚于今天"), (date(2019, 1, 1), "不能早于任职日期")]
)
def test_end_staff_refuses_impossible_days(staff, actor, on, words):
    with pytest.raises(CannotEnd, match=words):
        end(staff, actor("county"), on)


def test_end_staff_twice_is_refused(staff, actor):
    end(staff, actor("county"))
    with pytest.raises(CannotEnd, match="已于2024年3月1日结束"):
        end(staff, actor("county"))


def test_end_staff_page_confirms_then_acts(client_as, staff):
    client, url = client_as("township"), f"/staff/{staff.pk}/end/"
    answers = {"on": "2024-03-01", "reason": "退休"}
    assert "不再计入" in client.post(url, answers).content.decode()
    page = client.post(url, answers | {"confirmed": "1"}, follow=True).content.decode()
    assert "已登记李主任离任" in page
    assert "事由：退休" in page


@pytest.mark.parametrize(("who", "answer"), [("village", 404), ("sibling", 404), ("auditor", 403)])
def test_staff_detail_page_is_shut_to_others(client_as, staff, who, answer):
    assert client_as(who).get(f"/staff/{staff.pk}/").status_code == answer
