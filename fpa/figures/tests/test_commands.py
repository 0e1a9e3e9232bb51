"""`fpa figures` and `fpa recount` as a person at the command line meets them."""

import json
from datetime import date, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from fpa.figures import catalogue
from fpa.figures.freshness import refresh
from fpa.figures.models import Fact
from tests.cast import COUNTY, PROVINCE, SIBLING, cast_unit

from .records import REPORTED, declared, join, only

pytestmark = pytest.mark.usefixtures("opened_database")


def run(*arguments: str) -> tuple[int, str, str]:
    """Exit code, output and errors of a command."""
    out, errors = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=errors)
    except SystemExit as ended:
        return int(ended.code or 0), out.getvalue(), errors.getvalue()
    return 0, out.getvalue(), errors.getvalue()


def test_figures_gives_every_figure_of_the_catalogue_as_json(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    code, out, errors = run("figures", "--unit", COUNTY, "--period", "2023H1", "--format", "json")
    rows = {row["key"]: row for row in json.loads(out)}
    assert (code, errors) == (0, "")
    assert list(rows) == [f.key for f in catalogue.every()]
    assert all(list(row) == ["key", "value", "qualifier", "unit", "as_of"] for row in rows.values())
    member, pending = rows["member.total"], rows["site.member_home"]
    assert (member["value"], member["qualifier"], member["unit"]) == (1, "exact", "人")
    assert (pending["value"], pending["qualifier"]) == (None, "pending")
    assert datetime.fromisoformat(member["as_of"]).utcoffset() is not None


def test_figures_writes_whole_numbers_as_integers_and_cents_as_they_are(province_scope):
    with declared(REPORTED):
        join(cast_unit("village"), date(2023, 1, 1))
        _, out, _ = run("figures", "--unit", COUNTY, "--period", "2023Q1", "--format", "json")
        one = next(row for row in json.loads(out) if row["key"] == "test.reported")
        join(cast_unit("village"), date(2023, 1, 1))
        _, out, _ = run("figures", "--unit", COUNTY, "--period", "2023Q1", "--format", "json")
        two = next(row for row in json.loads(out) if row["key"] == "test.reported")
    assert (one["value"], two["value"], type(two["value"])) == (2.5, 5, int)


def test_figures_shows_a_table_with_exact_numbers(province_scope):
    code, out, _ = run("figures", "--unit", PROVINCE, "--period", "2023H1", "--format", "table")
    lines = {line.split()[0]: line for line in out.splitlines()}
    assert code == 0
    assert lines["org.county.total"].split()[1:] == ["122个", "县市区计生协"]
    assert "〔待接入〕" in lines["site.member_home"]


@pytest.mark.parametrize("command", ["figures", "recount"])
@pytest.mark.parametrize(
    ("unit", "period", "reason"),
    [
        ("430000", "2023H1", "没有区划代码为“430000”的单位"),
        (PROVINCE, "2023上半年", "看不懂报告期“2023上半年”"),
        (PROVINCE, "2023H3", "请写成 2023、2023H1、2023Q2 或 2023-05"),
    ],
)
def test_commands_refuse_what_is_no_unit_or_period(province_scope, command, unit, period, reason):
    code, out, errors = run(command, "--unit", unit, "--period", period)
    assert (code, out) == (2, "")
    assert reason in errors


def test_recount_proves_the_facts_of_everything(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    code, out, _ = run("recount")
    assert code == 0
    assert "有差异 0 个" in out
    assert int(out.split("与记录一致 ")[1].split(" 个")[0].replace(",", "")) > 1_216


def test_recount_names_each_difference_and_repairs_it(province_scope):
    join(cast_unit("village"), date(2023, 1, 1))
    join(cast_unit("sibling"), date(2023, 1, 1))
    with only("member.total", "org.county.total"):
        assert run("recount")[0] == 0
        Fact.objects.filter(figure="member.total", unit=cast_unit("county"), period="2023-06").update(value=5)
        code, out, _ = run("recount", "--unit", COUNTY, "--period", "2023H1")
        assert code == 1
        assert "会员（member.total）鹤城区（431202000000）2023-06合计：指标数 5.00，按记录重数 1" in out
        assert run("recount", "--unit", SIBLING)[0] == 0
        assert run("recount", "--period", "2023H2")[0] == 0
        code, out, _ = run("recount", "--repair")
        assert code == 1
        assert "已按记录重新生成：member.total" in out
        assert run("recount")[0] == 0


@pytest.mark.parametrize("spoil", [{"own": 1}, {"path": "/12/"}, {"value": 0, "own": 0}])
def test_recount_finds_any_spoiled_column(province_scope, spoil):
    join(cast_unit("village"), date(2023, 1, 1))
    with only("member.total"):
        refresh()
        Fact.objects.filter(figure="member.total", unit=cast_unit("county"), period="2023-06").update(**spoil)
        code, out, _ = run("recount", "--unit", COUNTY)
    assert code == 1
    assert "有差异 1 个" in out


def test_recount_sees_one_moment_outside_a_transaction(committed_db):
    code, out, _ = run("recount", "--period", "2023H1")
    assert code == 0
    assert "有差异 0 个" in out
