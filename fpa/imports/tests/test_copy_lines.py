"""Rows on their way to COPY: escaping, faults, and helper processes that give what one process gives."""

import json
import os
from functools import partial

import pytest

from fpa.core.sheets.header import Record
from fpa.imports.copy_lines import CHUNK, Chunk, Fault, Normal, Work, chunked, copy_lines_of

LABELS = {"name": "姓名", "id": "证件号码"}


def plain(records, context):
    """A `normalise` for tests: the name is the key; names beginning with ! are faulty; the process is told."""
    return [
        Normal(
            str(record.values["name"]).encode(),
            {"name": record.values["name"], "process": os.getpid() if context else 0},
            [Fault("name", "不对"), Fault("id", "也不对")]
            if str(record.values["name"]).startswith("!")
            else [],
        )
        for record in records
    ]


def chunk(*names, sheet="S", formulas=(), fault=None, labels=None):
    rows = [
        (n, n + 1, (name,), formulas, None if fault else (7, "/12/"), fault)
        for n, name in enumerate(names, 1)
    ]
    return Chunk("job", sheet, labels or {"name": "会员姓名"}, ("name",), rows)


def fields(text):
    return [line.split("\t") for line in text.decode().splitlines()]


def test_lines_have_all_columns_of_the_inbox():
    lines = Work(plain, None, LABELS).lines(chunk("张三"))
    ((job, position, sheet, row, key, column, reason, data),) = fields(lines.text)
    assert (len(lines.numbers), job, position, sheet, row) == (1, "job", "1", "S", "2")
    assert (key, column, reason) == (f"\\\\x{'张三'.encode().hex()}", "", "")
    assert json.loads(data) == {"name": "张三", "process": 0, "unit_id": 7, "path": "/12/"}


def test_lines_join_faults_under_the_labels_of_the_file():
    one = chunk("!", formulas=("name",), fault=("id", "没有单位"))
    ((*_, column, reason, _),) = fields(Work(plain, None, LABELS).lines(one).text)
    assert column == "会员姓名、证件号码"
    assert reason == "“会员姓名”是公式算出来的，请复制该列后“选择性粘贴为数值”再上传；不对；也不对；没有单位"


def test_lines_escape_what_copy_would_read_as_its_own():
    odd = 'a\tb\\c\n"d"'
    ((*_, data),) = fields(Work(plain, None, LABELS).lines(chunk(odd, sheet="一\t二\\")).text)
    assert json.loads(data.replace("\\\\", "\\"))["name"] == odd
    assert "一\\t二\\\\" in Work(plain, None, LABELS).lines(chunk(odd, sheet="一\t二\\")).text.decode()


def processes(lines):
    return {json.loads(row[-1])["process"] for one in lines for row in fields(one.text)}


@pytest.mark.parametrize("sheets", [1, 2, 3, 12])
def test_lines_small_file_is_done_here_however_many_sheets_it_has(sheets):
    lines = list(copy_lines_of(Work(plain, True, LABELS), [chunk("a", sheet=f"S{n}") for n in range(sheets)]))
    assert [len(one.numbers) for one in lines] == [1] * sheets
    assert processes(lines) == {os.getpid()}


@pytest.mark.parametrize(("rows", "is_here"), [(3, True), (4, True), (5, False)])
def test_lines_rows_decide_where_the_work_is_done(monkeypatch, rows, is_here):
    monkeypatch.setattr("fpa.imports.copy_lines.INLINE_ROWS", 4)
    lines = list(copy_lines_of(Work(plain, True, LABELS), [chunk(*map(str, range(rows)))]))
    assert ({os.getpid()} == processes(lines)) == is_here


def test_lines_long_file_is_done_by_helpers_in_order(monkeypatch):
    monkeypatch.setattr("fpa.imports.copy_lines.INLINE_ROWS", 20)
    chunks = [chunk(*[f"{n}-{m}" for m in range(10)]) for n in range(12)]
    lines = list(copy_lines_of(Work(plain, True, LABELS), chunks))
    names = [json.loads(row[-1])["name"] for one in lines for row in fields(one.text)]
    assert names == [f"{n}-{m}" for n in range(12) for m in range(10)]
    assert os.getpid() not in processes(lines)


def test_lines_chunk_is_worth_handing_over():
    assert CHUNK >= 1000
    assert Record(1, {}).formulas == ()


def fail_at(records, context):
    """A `normalise` for tests: breaks at the row that the context names."""
    if any(record.values["name"] == context for record in records):
        raise ValueError(f"cannot read {context}")
    return plain(records, None)


@pytest.mark.parametrize("count", [1, 6])
def test_lines_error_of_a_row_ends_the_work_wherever_it_is_done(monkeypatch, count):
    """Here or in a helper: it is raised to the import, and what came before it is not taken as the whole."""
    monkeypatch.setattr("fpa.imports.copy_lines.INLINE_ROWS", 2)
    chunks = [chunk(f"{n}") for n in range(count)]
    with pytest.raises(ValueError, match=f"cannot read {count - 1}"):
        list(copy_lines_of(Work(fail_at, str(count - 1), LABELS), chunks))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 20])
def test_lines_take_each_chunk_once(monkeypatch, count):
    monkeypatch.setattr("fpa.imports.copy_lines.INLINE_ROWS", 4)
    lines = list(copy_lines_of(Work(plain, None, LABELS), (chunk(f"a{n}", f"b{n}") for n in range(count))))
    assert [len(one.numbers) for one in lines] == [2] * count
    names = [json.loads(row[-1])["name"] for one in lines for row in fields(one.text)]
    assert names == [name for n in range(count) for name in (f"a{n}", f"b{n}")]


def test_lines_chunks_are_read_a_few_ahead_only(monkeypatch):
    """A file of any length needs the memory of some chunks."""
    monkeypatch.setattr("fpa.imports.copy_lines.INLINE_ROWS", 2)
    read = []

    def endless():
        while True:
            read.append(1)
            yield chunk("a")

    lines = copy_lines_of(Work(plain, None, LABELS), endless())
    for _ in range(3):
        next(lines)
    assert len(read) < 20
    lines.close()


@pytest.mark.parametrize(("rows", "sizes"), [(0, []), (1, [1]), (2, [2]), (3, [2, 1]), (4, [2, 2])])
def test_lines_rows_are_cut_into_chunks(monkeypatch, rows, sizes):
    monkeypatch.setattr("fpa.imports.copy_lines.CHUNK", 2)
    make = partial(Chunk, "job", "S", {}, ("name",))
    cut = list(chunked(iter(chunk(*map(str, range(rows))).rows), make))
    assert [len(one.rows) for one in cut] == sizes
    assert [placed[0] for one in cut for placed in one.rows] == list(range(1, rows + 1))


def test_lines_row_without_a_key_has_none():
    def keyless(records, context):
        return [Normal(None, {}, []) for _ in records]

    ((*_, key, _, _, _),) = fields(Work(keyless, None, LABELS).lines(chunk("a")).text)
    assert key == "\\N"


def test_lines_say_each_column_and_reason_once():
    def twice(records, context):
        return [Normal(None, {}, [Fault("name", "不对"), Fault("name", "不对"), Fault("name", "太长")])]

    ((*_, column, reason, _),) = fields(Work(twice, None, LABELS).lines(chunk("a")).text)
    assert (column, reason) == ("会员姓名", "不对；太长")
