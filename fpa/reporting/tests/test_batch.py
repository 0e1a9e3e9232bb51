"""Batch actions over ticked rows and over all that match, by the list of reports that wait for review."""

import pytest

from fpa.access.scope import whole_province
from fpa.pages import batch
from fpa.pages.batch import one_by_one
from fpa.reporting.models import Submission


@pytest.fixture
def waiting(course, villages):
    """Three clean reports that wait for the township."""
    for village in villages[:3]:
        course.report(village)
    return course.collection


def states():
    with whole_province():
        return sorted(Submission.objects.values_list("state", flat=True))


def approve(client, collection, **data):
    return client.post(f"/collections/{collection.pk}/submissions/approve/", data, follow=True)


def test_batch_over_all_that_match_asks_once_with_the_count(waiting, client_as):
    client = client_as("township")
    asked = approve(client, waiting, all="1", query="state=submitted")
    html = asked.content.decode()
    assert "将对符合条件的全部 <strong>3 条</strong>记录办理“审核通过”" in html
    assert "筛选条件：状态：" in html
    assert states() == ["submitted"] * 3
    done = approve(client, waiting, all="1", query="state=submitted", confirmed="3")
    assert "审核通过：办成 3 条" in done.content.decode()
    assert states() == ["approved"] * 3


def test_batch_whose_count_changed_meanwhile_asks_again(waiting, client_as):
    asked = approve(client_as("township"), waiting, all="1", query="", confirmed="2")
    assert "全部 <strong>3 条</strong>" in asked.content.decode()
    assert states() == ["submitted"] * 3


def test_batch_over_ticked_rows_needs_no_second_word(waiting, client_as):
    with whole_province():
        first = Submission.objects.order_by("path")[0]
    done = approve(client_as("township"), waiting, row=[str(first.pk), "nonsense", "0"], query="")
    assert "审核通过：办成 1 条" in done.content.decode()
    assert states() == ["approved", "submitted", "submitted"]


def test_batch_beyond_its_limit_is_refused_with_the_way_out(waiting, client_as, monkeypatch):
    monkeypatch.setattr(batch, "BATCH_LIMIT", 2)
    said = approve(client_as("township"), waiting, all="1", query="", confirmed="3").content.decode()
    assert "一次最多办理 2 条。请用筛选缩小范围" in said
    assert states() == ["submitted"] * 3


@pytest.mark.parametrize(
    ("query", "why"), [("state=nonsense", "筛选条件有误，没有办理"), ("state=approved", "没有符合条件的记录")]
)
def test_batch_over_nothing_says_so(waiting, client_as, query, why):
    assert why in approve(client_as("township"), waiting, all="1", query=query).content.decode()
    assert states() == ["submitted"] * 3


def test_batch_is_the_reviewers_alone(waiting, client_as):
    for name in ("village", "auditor"):
        assert approve(client_as(name), waiting, all="1", query="", confirmed="3").status_code == 403
    approve(client_as("sibling"), waiting, all="1", query="", confirmed="3")
    assert states() == ["submitted"] * 3


def test_one_by_one_names_each_failure_and_goes_on(db):
    def act(row):
        if row == 2:
            raise LookupError("不在")

    outcome = one_by_one([1, 2, 3], act, refusals=LookupError, name=lambda row: f"第{row}条")
    assert (outcome.done, outcome.failed) == (2, [("第2条", "不在")])
