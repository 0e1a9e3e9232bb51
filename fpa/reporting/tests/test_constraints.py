"""What the database itself refuses, whoever writes: twins, orphans, foreign rows, rewritten history."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.db.models import ProtectedError

from fpa.access.scope import scoped, whole_province
from fpa.forms.values import MAX_VALUE
from fpa.reporting.models import (
    Cell,
    CellHistory,
    Check,
    Collection,
    Form,
    Item,
    LockException,
    Submission,
)
from fpa.reporting.tests.conftest import HOUSEHOLDS, in_days

ALL = (Form, Item, Check, Collection, LockException, Submission, Cell, CellHistory)


@pytest.fixture
def rows(course, village, actor):
    """One of each: a village's saved report with a lock exception."""
    course.fill(village, households=30)
    course.exempt(village, actor("province"), until=20)


TWINS = [
    (Form, {}, "form_version_unique"),
    (Item, {"order": 99}, "item_key_unique"),
    (Item, {"key": "visit.other"}, "item_order_unique"),
    (Collection, {}, "collection_once_a_period"),
    (LockException, {}, "lock_exception_one"),
    (Submission, {}, "submission_one_a_unit"),
    (Cell, {}, "cell_one_an_item"),
    (CellHistory, {}, "cell_history_version_unique"),
]


@pytest.mark.parametrize(("model", "changes", "name"), TWINS)
def test_twin_of_a_row_is_refused(rows, model, changes, name):
    with whole_province():
        twin = model.objects.all()[0]
        twin.pk, twin._state.adding = None, True
        for field, value in changes.items():
            setattr(twin, field, value)
        with pytest.raises(IntegrityError, match=name), transaction.atomic():
            twin.save()


@pytest.mark.parametrize("changes", [{"version": 2}, {"code": "visit-2"}])
def test_form_of_another_version_or_code_may_stand_beside(forms, changes):
    form = forms["visit"]
    form.pk, form._state.adding = None, True
    for field, value in changes.items():
        setattr(form, field, value)
    form.save()
    assert Form.objects.filter(unit=form.unit).count() == 3


KEPT = [
    (Form, "collections"),
    (Collection, "submissions"),
    (Cell, "history"),
]


@pytest.mark.parametrize(("model", "by"), KEPT)
def test_row_that_others_rest_on_is_not_deleted(rows, model, by):
    with whole_province():
        row = model.objects.filter(**{f"{by}__isnull": False})[0]
        with pytest.raises(ProtectedError):
            row.delete()


def delete_by_sql(model):
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {model._meta.db_table}")
    connection.check_constraints()


@pytest.mark.parametrize("model", [Form, Collection, Submission, Cell])
def test_row_that_others_rest_on_is_not_deleted_by_sql(rows, model):
    with whole_province(), pytest.raises(IntegrityError, match="foreign key"), transaction.atomic():
        delete_by_sql(model)


@pytest.mark.parametrize("model", ALL)
def test_nothing_is_seen_without_a_scope(rows, model):
    with whole_province():
        seen = model.objects.count()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('fpa.scope_lo', '', true), set_config('fpa.scope_hi', '', true)")
        assert (seen > 0, model.objects.count()) == (True, 0)


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (Collection, "due_on", in_days(6)),
        (Form, "note", "改"),
        (Item, "definition", "改"),
        (Check, "message", "改"),
    ],
)
@pytest.mark.parametrize("name", ["village", "county"])
def test_what_is_published_is_not_changed_from_below(rows, actor, model, column, value, name):
    with scoped(actor(name).path):
        assert model.objects.exists()
        assert model.objects.update(**{column: value}) == 0
        assert model.objects.filter(pk=model.objects.all()[0].pk)._raw_delete("default") == 0


@pytest.mark.parametrize(
    ("model", "column", "value"),
    [
        (Submission, "explanation", "改"),
        (Cell, "value", 1),
        (LockException, "reason", "改"),
    ],
)
def test_reports_are_not_changed_from_beside(rows, villages, model, column, value):
    with scoped(villages[1].path):
        assert model.objects.update(**{column: value}) == 0
    with scoped(villages[0].path):
        assert model.objects.update(**{column: value}) > 0


def test_report_is_not_made_for_a_unit_beside(course, villages):
    with pytest.raises(ProgrammingError, match="row-level security"), scoped(villages[1].path):
        Submission.objects.create(collection=course.collection, unit=villages[0])


def test_path_of_a_report_is_its_units_whatever_was_given(course, villages):
    with whole_province():
        submission = Submission.objects.create(
            collection=course.collection, unit=villages[0], path=villages[1].path
        )
        cell = Cell.objects.create(
            submission=submission, unit=villages[0], path="/", key=HOUSEHOLDS, period="2023H1"
        )
    assert (submission.path, cell.path) == (villages[0].path, villages[0].path)


def test_history_is_not_deleted(rows):
    with pytest.raises(ProgrammingError, match="permission denied"), whole_province():
        CellHistory.objects.filter(version=1)._raw_delete("default")


def test_largest_value_that_a_cell_takes_is_kept_to_the_cent(course, village):
    course.fill(village, households=MAX_VALUE, value=f"{MAX_VALUE - 1}.99")
    assert [str(v) for v in course.sheet(village).values.values()] == [
        f"{MAX_VALUE}.00",
        f"{MAX_VALUE - 1}.99",
    ]
    problem = course.fill(village, version=1, households=MAX_VALUE + 1)[HOUSEHOLDS].problem
    assert "填了 1,000,000,000,000户，数字过大" in problem
