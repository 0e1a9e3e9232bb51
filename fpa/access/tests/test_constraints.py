"""What the database itself refuses, whichever way a row is written."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import ProtectedError

from fpa.access.models import Appointment, Post, Unit, UnitVersion, User
from tests.cast import cast_unit

DAY = date(2026, 5, 1)
BEFORE = date(2026, 4, 30)
pytestmark = pytest.mark.usefixtures("province_scope")


def held_by(name):
    return Appointment.objects.get(user__username=name)


def again(row, **changes):
    """A copy of a row that goes past every check of ours: `bulk_create` calls no save()."""
    copy = type(row).objects.get(pk=row.pk)
    copy.pk = None
    for field, value in changes.items():
        setattr(copy, field, value)
    return type(row).objects.bulk_create([copy])[0]


def refused(name):
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("row", "changes", "name"),
    [
        (lambda: held_by("county"), {}, "appointment_one_open"),
        (lambda: held_by("county"), {"valid_from": DAY, "valid_to": BEFORE}, "appointment_in_order"),
        (lambda: cast_unit("village").versions.get(), {}, "unit_version_one_open"),
        (
            lambda: cast_unit("village").versions.get(),
            {"valid_to": date(1999, 1, 1)},
            "unit_version_in_order",
        ),
        (lambda: cast_unit("village"), {"path": "/x/"}, "unit_code_unique_while_valid"),
        (lambda: User.objects.get(username="county"), {}, "username"),
    ],
)
def test_a_second_row_that_can_not_be_is_refused_by_name(row, changes, name):
    with refused(name), transaction.atomic():
        again(row(), **changes)


@pytest.mark.parametrize(
    ("row", "changes"),
    [
        (lambda: held_by("county"), {"valid_from": BEFORE, "valid_to": DAY}),
        (lambda: held_by("county"), {"valid_from": DAY, "valid_to": DAY}),
        (lambda: held_by("county"), {"user_id": 1}),
        (lambda: cast_unit("village").versions.get(), {"valid_to": DAY}),
        (lambda: cast_unit("village"), {"path": "/x/", "extension": "71"}),
        (lambda: User.objects.get(username="county"), {"username": "County"}),
    ],
)
def test_a_second_row_that_may_be_is_taken(row, changes):
    if "user_id" in changes:
        changes = {"user_id": User.objects.get(username="outsider").pk}
    assert again(row(), **changes).pk


def test_what_others_stand_on_is_not_removed():
    """Neither through the models nor by plain SQL: what was done keeps who did it, and where."""
    county = cast_unit("county")
    post, user = held_by("county").post, held_by("county").user
    for row in (county, post, user):
        with pytest.raises(ProtectedError):
            row.delete()
    for table, pk in (("access_unit", county.pk), ("access_post", post.pk), ("access_user", user.pk)):
        with connection.cursor() as cursor, refused("foreign key"), transaction.atomic():
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; DELETE FROM {table} WHERE id = {pk}")


@pytest.mark.parametrize(
    ("model", "field", "length"),
    [(User, "username", 40), (User, "name", 40), (Post, "title", 60), (Unit, "name", 80)],
)
def test_a_text_is_as_long_as_its_column_and_no_longer(model, field, length):
    row = model.objects.order_by("pk").first()
    rows = model.objects.filter(pk=row.pk)
    assert rows.update(**{field: "长" * length}) == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(**{field: "长" * (length + 1)})


# History of a unit


def move(unit, day, **changes):
    """Close the open version and open another, as every change of a unit does."""
    unit.versions.filter(valid_to=None).update(valid_to=day)
    for field, value in changes.items():
        setattr(unit, field, value)
    unit.save()
    return UnitVersion.objects.create(
        unit=unit, code=unit.code, name=unit.name, parent=unit.parent, path=unit.path, valid_from=day
    )


def test_history_keeps_what_a_unit_was_called_in_the_order_of_its_days():
    village = cast_unit("village")
    first = village.name
    move(village, BEFORE, name="新村")
    move(village, DAY, name="新新村")
    assert [(v.name, v.valid_to) for v in village.versions.all()] == [
        (first, BEFORE),
        ("新村", DAY),
        ("新新村", None),
    ]


def test_a_row_made_after_a_move_stands_at_the_new_place():
    village, sibling = cast_unit("village"), cast_unit("sibling")
    move(village, DAY, parent=sibling, path=f"{sibling.path}999/")
    post = Post.objects.create(unit=village, title="x", role="village")
    assert post.path == f"{sibling.path}999/"
    assert village in Unit.objects.under(sibling.path)
    assert list(Unit.objects.above(village.path))[-2:] == [sibling, village]


def test_saving_a_row_again_brings_it_to_where_its_unit_is():
    post = held_by("village").post
    Unit.objects.filter(pk=post.unit_id).update(path="/12/99/")
    post = Post.objects.get(pk=post.pk)
    post.save()
    assert Post.objects.get(pk=post.pk).path == "/12/99/"


def test_a_closed_unit_is_not_current_and_still_a_part_of_the_tree():
    village = cast_unit("village")
    Unit.objects.filter(pk=village.pk).update(valid_to=DAY)
    assert village not in Unit.objects.current().under(village.path)
    assert village in Unit.objects.under(cast_unit("county").path)


@pytest.mark.parametrize(
    ("path", "count"), [("/", 1), ("/12/", 2), ("/12/02/", 3), ("/99/", 1), ("/12/02/zzz/", 3)]
)
def test_above_a_path_that_no_unit_has_are_those_that_are_there(path, count):
    assert Unit.objects.above(path).count() == count
