"""What the tests of 系统管理 share."""

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from fpa.access.models import Appointment, Post, Unit, User
from fpa.access.scope import whole_province
from tests.cast import cast_unit
from tests.clients import KeyedClient


@pytest.fixture
def seat_at(province_scope: None) -> Callable[..., Appointment]:
    """Put a login, made where it is missing, in a new post: `seat_at("county", "lihua", role="office")`."""

    def make(where: str | Unit, username: str, role: str = "office", **days: date) -> Appointment:
        unit = where if isinstance(where, Unit) else cast_unit(where)
        with whole_province():
            user, _ = User.objects.get_or_create(username=username, defaults={"name": f"人员{username}"})
            post = Post.objects.create(unit=unit, title=f"{username}的岗位", role=role)
            wanted = {"valid_from": date(2020, 1, 1)} | days
            return Appointment.objects.create(unit=unit, post=post, user=user, **wanted)

    return make


@pytest.fixture
def county_admin(seat_at: Callable[..., Appointment]) -> Client:
    """The administrator of a county."""
    client = KeyedClient()
    client.force_login(seat_at("county", "countyadmin", role="administrator").user)
    return client
