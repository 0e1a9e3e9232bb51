"""Numbers: without gaps, without repeats, also beside each other and where somebody gives up."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from fpa.access.scope import scoped, whole_province
from fpa.access.seats import actor_for
from fpa.registers.catalogue import NumberKind, declare_number
from fpa.registers.models import Counter, Parameter
from fpa.registers.numbers import CannotNumber, take_number
from tests.cast import cast_unit

TAKERS, EACH = 8, 6


def set_mark(name, text, from_year=2020):
    Parameter.objects.create(
        unit=cast_unit(name), key="number.mark", from_year=from_year, text=text, basis="湘编办"
    )


def take(name="county", by="county", year=2026):
    return take_number(kind="document", unit=cast_unit(name), year=year, by=actor_for(by))


def test_take_number_counts_per_unit_and_year(province_scope):
    set_mark("county", "鹤计生协")
    set_mark("city", "怀计生协")
    assert take() == (1, "鹤计生协〔2026〕1号")
    assert take().text == "鹤计生协〔2026〕2号"
    assert take(year=2027).text == "鹤计生协〔2027〕1号"
    assert take("city", "city").text == "怀计生协〔2026〕1号"


def test_take_number_wants_the_units_own_mark(province_scope):
    set_mark("province", "湘计生协")
    with pytest.raises(CannotNumber, match="鹤城区计生协还没有设定2026年的发文代字"):
        take()
    assert not Counter.objects.exists()


def test_take_number_is_refused_outside_the_scope(province_scope):
    set_mark("county", "鹤计生协")
    with pytest.raises(CannotNumber, match="本单位及下级"):
        take(by="sibling")


def test_number_kinds_are_declared_once():
    with pytest.raises(ValueError, match="document"):
        declare_number(NumberKind("document", "收文", "{n}"))


def in_parallel(deed, count):
    start = Barrier(count)

    def do(n):
        start.wait()
        try:
            return deed(n)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(do, range(count)))


def test_take_number_leaves_no_gap_and_no_repeat_in_parallel(committed_db):
    with whole_province():
        set_mark("county", "鹤计生协")
    path = cast_unit("county").path

    def work(n):
        kept = []
        for turn in range(EACH):
            with transaction.atomic(), scoped(path):
                number = take()
                if (n + turn) % 3 == 0:
                    transaction.set_rollback(True)
                else:
                    kept.append(number.n)
        return kept

    kept = sorted(n for numbers in in_parallel(work, TAKERS) for n in numbers)
    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) == TAKERS * EACH * 2 // 3
    with scoped(path):
        assert Counter.objects.get().last == len(kept)
