"""Loaders: what you may not act on you can't hold, and what is not yours does not exist."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from fpa.access.loaders import check, load, load_unit
from fpa.access.models import Post, Unit
from fpa.access.roles import ROLES
from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.audit.record import record
from fpa.core.actor import SYSTEM
from tests.cast import CAST, cast_unit

NOWHERE = ["0", "-1", "x", "", None, "1.5", 10**30, "\x00", "１２", "1 OR 1=1"]


@pytest.fixture
def asking(actor):
    """A request of a member of the cast: `asking("county")`; nobody's without a name."""

    def make(name=None):
        request = RequestFactory().get("/")
        request.actor = actor(name) if name else None
        return request

    return make


@pytest.mark.parametrize("name", CAST)
def test_check_gives_the_actor_exactly_what_the_role_carries(asking, actor, name):
    role = ROLES[CAST[name][1]]
    every = frozenset().union(*(other.permissions for other in ROLES.values()))
    for permission in sorted(every):
        if permission in role.permissions:
            assert check(asking(name), permission) == actor(name)
        else:
            with pytest.raises(PermissionDenied, match="没有办理这项业务的权限"):
                check(asking(name), permission)


@pytest.mark.parametrize("permission", ["unit.view", "", "no.such"])
def test_check_refuses_who_has_no_seat(asking, permission):
    with pytest.raises(PermissionDenied):
        check(asking(), permission)
    with pytest.raises(PermissionDenied):
        check(RequestFactory().get("/"), permission)


def post_of(name):
    return Post.objects.get(appointments__user__username=name)


@pytest.mark.parametrize(
    ("reader", "whose", "is_there"),
    [
        ("county", "county", True),
        ("county", "village", True),
        ("county", "sibling", False),
        ("county", "city", False),
        ("village", "township", False),
    ],
)
def test_load_holds_rows_of_the_scope_only(province_scope, asking, reader, whose, is_there):
    post, request = post_of(whose), asking(reader)
    with scoped(request.actor.path):
        if is_there:
            assert load(Post, post.pk, request, "unit.view") == post
            assert load(Post.objects.select_related("unit"), str(post.pk), request, "unit.view") == post
        else:
            with pytest.raises(Http404, match="不在您的管理范围内"):
                load(Post, post.pk, request, "unit.view")


def test_load_says_the_same_of_a_foreign_row_and_of_none(province_scope, asking):
    foreign, request, said = post_of("sibling").pk, asking("county"), set()
    with scoped(request.actor.path):
        for pk in (foreign, 10**9):
            with pytest.raises(Http404) as refusal:
                load(Post, pk, request, "unit.view")
            said.add(str(refusal.value))
    assert len(said) == 1


@pytest.mark.parametrize("model", [Post, Event])
@pytest.mark.parametrize("pk", NOWHERE, ids=repr)
def test_load_answers_any_key(province_scope, asking, model, pk):
    record("unit.renamed", cast_unit("county"), by=SYSTEM)
    with pytest.raises(Http404):
        load(model, pk, asking("auditor"), "unit.view")


def test_load_asks_for_the_permission_before_the_row(asking, django_assert_num_queries):
    request = asking("village")
    with django_assert_num_queries(0), pytest.raises(PermissionDenied):
        load(Post, 1, request, "post.edit")


def test_load_keeps_to_the_queryset_that_it_is_given(province_scope, asking):
    post = post_of("county")
    with pytest.raises(Http404):
        load(Post.objects.filter(role="auditor"), post.pk, asking("province"), "unit.view")


@pytest.mark.parametrize(
    ("reader", "whose", "is_there"),
    [
        ("county", "county", True),
        ("county", "township", True),
        ("county", "village", True),
        ("county", "city", False),
        ("county", "sibling", False),
        ("village", "village", True),
        ("village", "township", False),
        ("province", "sibling", True),
    ],
)
def test_load_unit_holds_the_seats_subtree(asking, reader, whose, is_there):
    """Units are seen by all in the database: here the loader alone is the guard."""
    unit = cast_unit(whose)
    if is_there:
        assert load_unit(unit.code, asking(reader), "unit.view") == unit
    else:
        with pytest.raises(Http404, match="没有找到这个单位"):
            load_unit(unit.code, asking(reader), "unit.view")


@pytest.mark.parametrize(
    "code", ["", "43", "000000000000", "x" * 500, "４３１２０２００００００", "' OR ''='", "4312%"]
)
def test_load_unit_answers_any_code(asking, code):
    with pytest.raises(Http404):
        load_unit(code, asking("province"), "unit.view")


def test_load_unit_does_not_hold_one_that_was_closed(asking):
    village = cast_unit("village")
    Unit.objects.filter(pk=village.pk).update(valid_to="2026-01-01")
    with pytest.raises(Http404):
        load_unit(village.code, asking("county"), "unit.view")


def test_load_unit_asks_for_the_permission_first(asking, django_assert_num_queries):
    request = asking("auditor")
    with django_assert_num_queries(0), pytest.raises(PermissionDenied):
        load_unit("430000000000", request, "unit.edit")
