"""Threads came out of approval without a change in the database: their tables, rows and guards are those of before."""

from importlib import import_module

import pytest
from django.db.migrations import SeparateDatabaseAndState


@pytest.mark.parametrize(
    "name",
    [
        "fpa.approval.migrations.0008_threads_to_a_room_of_their_own",
        "fpa.threads.migrations.0001_initial",
    ],
)
def test_the_move_changes_nothing_in_the_database(name):
    [operation] = import_module(name).Migration.operations
    assert isinstance(operation, SeparateDatabaseAndState)
    assert operation.state_operations
    assert not operation.database_operations
