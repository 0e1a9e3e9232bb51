"""Saved views: a list's filters, order and columns under a name, one's own or shared with the post."""

from datetime import date
from urllib.parse import quote

import pytest

from fpa.access.models import Appointment, User
from fpa.access.scope import scoped, whole_province
from fpa.pages import actions
from fpa.pages.actions import CannotSaveView
from fpa.pages.models import SavedView
from fpa.pages.saved_views import MOST

ADDRESS = "/members/?status=open&columns=unit&columns=name&page=3&after=5&export="


@pytest.fixture
def save(db, actor):
    def save(name="骨干", address=ADDRESS, shared=False, by="county"):
        who = actor(by)
        with scoped(who.path):
            return actions.save_view(name=name, address=address, is_shared=shared, by=who)

    return save


@pytest.fixture
def colleague(client_as):
    """Somebody else who holds the county's post."""
    with whole_province():
        seat = Appointment.objects.get(user__username="county")
        user = User.objects.create(username="colleague", name="同事")
        Appointment.objects.create(unit=seat.unit, post=seat.post, user=user, valid_from=date(2020, 1, 1))
    return client_as("colleague")


def menu_of(client, url="/members/"):
    return [view.name for view in client.get(url).context["saved_views"]]


def test_saved_view_keeps_what_one_sees_and_not_where_one_is(save):
    view = save()
    assert view.address == "/members/?columns=unit&columns=name&status=open"


def test_saved_view_stands_above_its_list_and_on_no_other(save, client_as):
    view = save()
    client = client_as("county")
    assert menu_of(client) == ["骨干"]
    assert menu_of(client, "/staff/") == []
    (shown,) = client.get(view.address).context["saved_views"]
    assert shown.is_here
    assert 'aria-current="true">骨干' in client.get(view.address).content.decode()


def test_saved_view_is_ones_own_until_it_is_shared_with_the_post(save, colleague, client_as):
    save("自己的")
    save("共用的", shared=True)
    assert menu_of(client_as("county")) == ["共用的", "自己的"]
    assert menu_of(colleague) == ["共用的"]
    assert [menu_of(client_as(name)) for name in ("city", "township", "sibling")] == [[], [], []]


def test_saved_view_of_the_same_name_is_replaced(save):
    first, second = save(), save(address="/members/?status=ended")
    assert first.pk == second.pk
    assert second.query == "status=ended"


@pytest.mark.parametrize(
    "address", ["/units/", "/nothing/", "//evil.example/members/", "/collections/9/units/", ""]
)
def test_view_of_no_list_is_not_saved(save, address):
    with pytest.raises(CannotSaveView, match="没有找到这个列表"):
        save(address=address)


def test_view_of_a_list_that_one_may_not_see_is_not_saved(save):
    with pytest.raises(CannotSaveView, match="没有找到这个列表"):
        save(by="auditor")


def test_views_of_one_list_are_bounded(save):
    for n in range(MOST):
        save(f"视图{n}")
    with pytest.raises(CannotSaveView, match="最多保存"):
        save("再一个")


def test_views_ask_no_more_for_many_than_for_one(save, queries_of):
    save("一")
    one = queries_of("county", "/members/")
    for n in range(5):
        save(f"视图{n}", shared=True)
    assert queries_of("county", "/members/") == one


def test_saved_view_is_made_renamed_and_deleted_on_pages(client_as):
    client = client_as("county")
    form = client.get(f"/views/new/?list={quote(ADDRESS)}").context["form"]
    assert form["list"].value() == ADDRESS
    made = client.post("/views/new/", {"name": "骨干", "list": ADDRESS})
    assert made["Location"] == "/members/?columns=unit&columns=name&status=open"
    with whole_province():
        view = SavedView.objects.get()
    client.post(f"/views/{view.pk}/", {"name": "在会", "is_shared": "on"})
    assert menu_of(client) == ["在会"]
    assert client.post(f"/views/{view.pk}/delete/")["Location"] == "/members/"
    assert menu_of(client) == []


def test_saved_view_of_another_is_neither_renamed_nor_deleted(save, colleague):
    view = save(shared=True)
    for url in (f"/views/{view.pk}/", f"/views/{view.pk}/delete/"):
        assert colleague.post(url, {"name": "我的"}).status_code == 404
    with whole_province():
        assert SavedView.objects.get().name == "骨干"


def test_saved_view_can_not_take_a_name_that_is_there(save, client_as):
    save("甲")
    view = save("乙")
    answer = client_as("county").post(f"/views/{view.pk}/", {"name": "甲"})
    assert "您已有名为“甲”的视图" in answer.content.decode()
