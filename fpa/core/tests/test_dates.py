import random
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest

from fpa.core.chinese import date_cn
from fpa.core.dates import BadDate, compact, parse_date

TODAY = date(2026, 11, 24)
SECOND = date(1990, 1, 2)


@pytest.mark.parametrize(
    "written",
    [
        SECOND,
        datetime(1990, 1, 2, 23, 59),
        datetime(1990, 1, 1, 16, 0, tzinfo=UTC),
        32875,
        32875.0,
        32875.75,
        "32875",
        19900102,
        19900102.0,
        "1990-01-02",
        "1990-1-2",
        "1990/1/2",
        "1990/01/02",
        "1990.1.2",
        "1990.01.02",
        "1990。1。2",
        "1990．1．2",
        "1990、1、2",
        "1990—01—02",
        "19900102",
        "1990年1月2日",
        "1990年01月02日",
        "1990年1月2号",
        "1990年1月2",
        "1990.1.2日",
        "1990-01-02 00:00:00",
        "1990/1/2 0:00",
        "1990年1月2日 08:30",
        "1990年1月2日08:30",
        "1990-01-02T00:00:00",
        "1990-01-02T00:00:00.000Z",
        "1990-01-02T08:30:00+08:00",
        "90.1.2",
        "90-01-02",
        "90年1月2日",
        "一九九〇年一月二日",
        "一九九零年元月二日",
        "１９９０－０１－０２",
        "１９９０年１月２日",
        " 1990 年 1 月 2 日 ",
        "1990 - 01 - 02",
        "1990 1 2",
        "\u30001990-01-02\t",
        "'1990-01-02",
        "1990.01.02.",
        "1990年1月2日。",
        "1990/01/02 星期二",
        "1990年1月2日（周二）",
    ],
)
def test_parse_date_takes_usual_writings(written: object) -> None:
    assert parse_date(written, TODAY) == SECOND


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1990年5月", date(1990, 5, 1)),
        ("1990年5月份", date(1990, 5, 1)),
        ("1990.05", date(1990, 5, 1)),
        ("1990.1", date(1990, 1, 1)),
        ("1990-10", date(1990, 10, 1)),
        ("1990/5", date(1990, 5, 1)),
        ("1990年", date(1990, 1, 1)),
        ("1990", date(1990, 1, 1)),
        (1990, date(1990, 1, 1)),
        (1990.0, date(1990, 1, 1)),
        (1990.05, date(1990, 5, 1)),
        (1990.12, date(1990, 12, 1)),
        ("二〇二三年五月一日", date(2023, 5, 1)),
        ("二零二三年五月", date(2023, 5, 1)),
        ("二○二三年十月十日", date(2023, 10, 10)),
        ("二〇二三年十二月三十一日", date(2023, 12, 31)),
        ("二〇二三年十一月二十号", date(2023, 11, 20)),
        ("二〇二三年一月廿一日", date(2023, 1, 21)),
        ("二〇二三年一月卅日", date(2023, 1, 30)),
        ("2023年十二月", date(2023, 12, 1)),
        ("九八年五月", date(1998, 5, 1)),
        ("00.2.29", date(2000, 2, 29)),
        ("26.5.1", date(2026, 5, 1)),
        ("27.5.1", date(1927, 5, 1)),
    ],
)
def test_parse_date_completes_short_writings(written: object, expected: date) -> None:
    assert parse_date(written, TODAY) == expected


@pytest.mark.parametrize(
    ("serial", "expected"),
    [
        (1, date(1900, 1, 1)),
        (59, date(1900, 2, 28)),
        (61, date(1900, 3, 1)),
        (1899, date(1905, 3, 13)),
        (2101, date(1905, 10, 1)),
        (45047, date(2023, 5, 1)),
        (60000, date(2064, 4, 8)),
        ("10000", date(1927, 5, 18)),
    ],
)
def test_parse_date_counts_serial_numbers_as_spreadsheets_do(serial: object, expected: date) -> None:
    assert parse_date(serial, TODAY) == expected


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (None, "没有填写"),
        ("", "没有填写"),
        (" \u3000", "没有填写"),
        ("1990-02-30", "1990年2月有 28 天，没有 30 日"),
        ("19900431", "1990年4月有 30 天，没有 31 日"),
        ("1990年13月", "一年没有 13 月"),
        ("1990.0.1", "一年没有 0 月"),
        ("二〇二三年二月二十九日", "2023年2月有 28 天"),
        ("0000-01-01", "没有公元 0 年"),
        (60, "1900年2月有 28 天，没有 29 日"),
        ("去年", "看不懂日期“去年”"),
        ("5月29日", "看不懂日期"),
        ("1990年1月2日生于长沙", "看不懂日期"),
        ("01/02/1990", "看不懂日期"),
        ("90.1", "看不懂日期"),
        ("199001", "看不懂日期"),
        ("1990-001-02", "看不懂日期"),
        ("七年五月", "看不懂日期"),
        ("一九九〇年十十月", "看不懂日期"),
        ("99999", "看不懂日期"),
        (-5, "看不懂日期"),
        (0, "看不懂日期"),
        (0.5, "看不懂日期"),
        (60001, "看不懂日期"),
        (True, "看不懂日期"),
        (float("nan"), "看不懂日期"),
        (float("inf"), "看不懂日期"),
        (1990.1, "分不清是 1 月还是 10 月"),
        ("0190-01-02", "年份是 190 年"),
        ("2190-01-02", "年份是 2190 年"),
        (date(1899, 12, 31), "年份是 1899 年"),
    ],
)
def test_parse_date_refuses_with_the_reason(written: object, reason: str) -> None:
    with pytest.raises(BadDate, match=reason):
        parse_date(written, TODAY)


def test_parse_date_refuses_the_future_only_where_told() -> None:
    tomorrow = TODAY + timedelta(days=1)
    assert parse_date("2026-11-25", TODAY) == tomorrow
    assert parse_date("2026-11-24", TODAY, allow_future=False) == TODAY
    for written in (tomorrow, "2026-11-25", "2026年11月25日", "二〇二六年十二月"):
        with pytest.raises(BadDate, match="晚于今天（2026年11月24日）"):
            parse_date(written, TODAY, allow_future=False)


def test_parse_date_reads_every_day_in_every_form() -> None:
    for offset in range(0, 40000, 97):
        day = date(1910, 1, 1) + timedelta(days=offset)
        for written in (
            day.isoformat(),
            f"{day:%Y%m%d}",
            date_cn(day),
            f"{day.year}.{day.month}.{day.day}",
        ):
            assert parse_date(written, TODAY) == day


def test_parse_date_shortens_what_it_quotes() -> None:
    with pytest.raises(BadDate) as caught:
        parse_date("很长" * 500, TODAY)
    assert len(str(caught.value)) < 80


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, ""), (12.0, "12"), (12.5, "12.5"), (7, "7"), (" ａ　Ｂ １\n", "aB1"), ("'00123", "00123")],
)
def test_compact_gives_plain_text_without_spaces(value: object, expected: str) -> None:
    assert compact(value) == expected


def test_parse_date_answers_any_text_with_a_date_or_a_reason() -> None:
    chance = random.Random(20261124)
    pieces = [*"0129１²٣年月日号十二〇元-/.。:TZ+' Ee无", "1990", "12", "31", "\u3000", "\ufeff", "\x00"]
    for _ in range(20000):
        written = "".join(chance.choices(pieces, k=chance.randint(0, 9)))
        with suppress(BadDate):
            assert 1900 <= parse_date(written, TODAY).year <= 2100


def test_parse_date_answers_any_number_with_a_date_or_a_reason() -> None:
    for number in [*range(-3, 60100, 7), *(n + 0.25 for n in range(0, 60100, 501)), 1e300, -1e300, 10**30]:
        with suppress(BadDate):
            assert 1900 <= parse_date(number, TODAY).year <= 2100


def test_parse_date_moves_the_century_of_short_years_with_today() -> None:
    for year in range(2000, 2100):
        today = date(year, 1, 1)
        assert parse_date(f"{year % 100:02d}.1.1", today) == today
        later = parse_date(f"{(year + 1) % 100:02d}.1.1", today)
        assert later.year == year - 99
