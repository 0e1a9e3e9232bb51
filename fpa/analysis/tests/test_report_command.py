"""`fpa report half-year`."""

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from docx import Document

from fpa.figures.tests.records import join
from tests.cast import CITY, cast_unit


def run(*arguments: str) -> tuple[str, str, int]:
    out, err = StringIO(), StringIO()
    try:
        call_command("report", "half-year", *arguments, stdout=out, stderr=err)
    except SystemExit as end:
        return out.getvalue(), err.getvalue(), int(end.code or 0)
    return out.getvalue(), err.getvalue(), 0


def test_report_refreshes_and_writes_the_docx(province_scope, tmp_path):
    for _ in range(3):
        join(cast_unit("village"), date(2023, 2, 1))
    out, err, code = run("--unit", CITY, "--period", "2023H1", "-o", str(tmp_path / "r.docx"))
    assert (err, code) == ("", 0)
    assert "怀化市计生协2023年上半年工作情况" in out
    text = "".join(p.text for p in Document(str(tmp_path / "r.docx")).paragraphs)
    assert "在册会员3人" in text
    assert "全市现有县市区计生协12个" in text


@pytest.mark.parametrize(
    ("unit", "period", "reason"),
    [
        ("430000", "2023H1", "没有区划代码为“430000”的单位"),
        (CITY, "2023上", "看不懂报告期“2023上”"),
        (CITY, "2023Q1", "半年报告按半年或全年编写"),
    ],
)
def test_report_refuses_in_plain_words(province_scope, tmp_path, unit, period, reason):
    target = tmp_path / "r.docx"
    out, err, code = run("--unit", unit, "--period", period, "-o", str(target))
    assert (out, code) == ("", 2)
    assert reason in err
    assert not target.exists()


def test_report_says_where_it_cannot_write(province_scope, tmp_path):
    _, err, code = run("--unit", CITY, "--period", "2023H1", "-o", str(tmp_path / "no" / "r.docx"))
    assert code == 2
    assert "写不进去" in err


def test_report_knows_its_kinds(db):
    with pytest.raises(CommandError, match="monthly"):
        call_command("report", "monthly", "--unit", CITY, "--period", "2023H1", "-o", "x.docx")


@pytest.mark.parametrize("name", ["province", "county", "village"])
def test_report_of_any_unit_replaces_the_file_that_was_there(province_scope, tmp_path, name):
    target, unit = tmp_path / "r.docx", cast_unit(name)
    target.write_bytes(b"an older one")
    out, _, code = run("--unit", unit.code, "--period", "2023", "-o", str(target))
    assert code == 0
    assert Document(str(target)).paragraphs[0].text == f"{unit.association}2023年工作情况"
    assert int(out.rpartition("引用指标 ")[2].partition(" 项")[0]) > 2
