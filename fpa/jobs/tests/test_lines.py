"""Rows on their way to COPY: escaping, faults, and helper processes that give what one process gives."""

import json
import os

from fpa.core.sheets.header import Record
from fpa.jobs.lines import CHUNK, Chunk, Fault, Normal, Work, lines_of

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
    count, text = Work(plain, None, LABELS).lines(chunk("张三"))
    ((job, position, sheet, row, key, column, reason, data),) = fields(text)
    assert (count, job, position, sheet, row) == (1, "job", "1", "S", "2")
    assert (key, column, reason) == (f"\\\\x{'张三'.encode().hex()}", "", "")
    assert json.loads(data) == {"name": "张三", "process": 0, "unit_id": 7, "path": "/12/"}


def test_lines_join_faults_under_the_labels_of_the_file():
    one = chunk("!", formulas=("name",), fault=("id", "没有单位"))
    ((*_, column, reason, _),) = fields(Work(plain, None, LABELS).lines(one)[1])
    assert column == "会员姓名、证件号码"
    assert (
        reason == "「会员姓名」是公式算出来的，请复制该列后“选择性粘贴为数值”再上传；不对；也不对；没有单位"
    )


def test_lines_escape_what_copy_would_read_as_its_own():
    odd = 'a\tb\\c\n"d"'
    ((*_, data),) = fields(Work(plain, None, LABELS).lines(chunk(odd, sheet="一\t二\\"))[1])
    assert json.loads(data.replace("\\\\", "\\"))["name"] == odd
    assert "一\\t二\\\\" in Work(plain, None, LABELS).lines(chunk(odd, sheet="一\t二\\"))[1].decode()


def test_lines_small_file_is_done_here():
    lines = list(lines_of(Work(plain, True, LABELS), [chunk("a"), chunk("b")]))
    assert [count for count, _ in lines] == [1, 1]
    assert {json.loads(row[-1])["process"] for _, text in lines for row in fields(text)} == {os.getpid()}


def test_lines_long_file_is_done_by_helpers_in_order():
    chunks = [chunk(*[f"{n}-{m}" for m in range(10)]) for n in range(12)]
    lines = list(lines_of(Work(plain, True, LABELS), chunks))
    names = [json.loads(row[-1])["name"] for _, text in lines for row in fields(text)]
    assert names == [f"{n}-{m}" for n in range(12) for m in range(10)]
    assert os.getpid() not in {json.loads(row[-1])["process"] for _, text in lines for row in fields(text)}


def test_lines_chunk_is_worth_handing_over():
    assert CHUNK >= 1000
    assert Record(1, {}).formulas == ()
