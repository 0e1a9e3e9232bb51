"""A long workbook written by a helper process."""

from datetime import date, datetime

import pytest
from python_calamine import CalamineWorkbook

from fpa.core import workbook_apart
from fpa.core.workbook import ColumnSpec, SheetSpec, write_workbook
from fpa.core.workbook_apart import HelperFailed, write_workbook_apart

NOW = datetime(2026, 11, 24, 9, 30)
COLUMNS = [ColumnSpec("姓名"), ColumnSpec("岁数", "number"), ColumnSpec("日期", "date")]


def sheet(count=2_500):
    return SheetSpec("名册", COLUMNS, (["=1+1", n, date(2024, 1, 1)] for n in range(count)), ["说明"])


def read(path):
    return CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()


def test_workbook_written_apart_is_the_one_written_here(tmp_path):
    here, apart = tmp_path / "here.xlsx", tmp_path / "apart.xlsx"
    write_workbook(here, [sheet()], made_by="某人", made_at=NOW)
    write_workbook_apart(apart, sheet(), made_by="某人", made_at=NOW)
    assert read(apart) == read(here)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["apart.xlsx", "here.xlsx"]


def test_rows_that_break_off_raise_their_own_error(tmp_path):
    def rows():
        yield ["甲", 1, None]
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        write_workbook_apart(
            tmp_path / "x.xlsx", SheetSpec("名册", COLUMNS, rows()), made_by="某人", made_at=NOW
        )


def test_helper_that_fails_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook_apart, "CHUNK", 10)
    with pytest.raises(HelperFailed):
        write_workbook_apart(tmp_path / "no" / "x.xlsx", sheet(), made_by="某人", made_at=NOW)
