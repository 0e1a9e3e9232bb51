"""Statements end when their time is over, for the block that asked, and the transaction's own limit holds again."""

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from fpa.core.limits import limited, limited_job, ran_out_of_time, set_limits


def ask(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def test_limited_ends_a_statement_that_takes_longer(db):
    with pytest.raises(OperationalError) as error, transaction.atomic(), limited(0.05):
        ask("SELECT pg_sleep(5)")
    assert ran_out_of_time(error.value)
    assert ask("SELECT 1") == 1


def test_limited_puts_back_what_held_before(db):
    set_limits(7, 9)
    with limited(600):
        assert ask("SELECT current_setting('statement_timeout')") == "10min"
        with limited(0):
            assert ask("SELECT current_setting('statement_timeout')") == "0"
        assert ask("SELECT current_setting('statement_timeout')") == "10min"
    assert ask("SELECT current_setting('statement_timeout')") == "7s"
    assert ask("SELECT current_setting('idle_in_transaction_session_timeout')") == "9s"


def test_limits_do_not_outlive_their_transaction(committed_db):
    before = ask("SELECT current_setting('statement_timeout')")
    with transaction.atomic():
        set_limits(7, 9)
    assert ask("SELECT current_setting('statement_timeout')") == before != "7s"
    with pytest.raises(RuntimeError, match="lives in a transaction"), limited(1):
        pass


def test_limited_job_takes_the_settings_time_and_names_the_job_in_the_log(db, settings, caplog):
    settings.JOB_STATEMENT_SECONDS = 0.05
    with pytest.raises(OperationalError) as error, transaction.atomic(), limited_job("月底盘点"):
        ask("SELECT pg_sleep(5)")
    assert ran_out_of_time(error.value)
    assert "月底盘点：数据库有一步超过 0.05 秒的上限" in caplog.text


def test_limited_job_that_fails_otherwise_says_nothing_of_limits(db, caplog):
    with pytest.raises(DatabaseError), transaction.atomic(), limited_job("月底盘点"):
        ask("SELECT 1 / 0")
    assert caplog.text == ""


def test_limited_waits_for_no_lock_longer(committed_db):
    with transaction.atomic():
        ask("SELECT pg_advisory_xact_lock(77) IS NULL")
        with pytest.raises(OperationalError) as error:
            elsewhere("SELECT pg_advisory_xact_lock(77)")
    assert ran_out_of_time(error.value)


def elsewhere(statement):
    """Run a limited statement on a connection of its own."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SET statement_timeout = 50")
            cursor.execute(statement)
    finally:
        other.close()


def test_another_error_is_none_of_a_limit(db):
    with pytest.raises(DatabaseError) as error, transaction.atomic():
        ask("SELECT 1 / 0")
    assert not ran_out_of_time(error.value)
    assert not ran_out_of_time(ValueError())
