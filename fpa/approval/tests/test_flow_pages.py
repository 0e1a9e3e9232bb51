"""The pages on which the province publishes how things go up."""

import re

import pytest

from fpa.approval import actions
from fpa.approval.models import Case, Flow
from fpa.approval.tests.conftest import STEPS


def filled(flow, **changes):
    """What the form of a flow posts, as it stands on record."""
    data = {"name": flow.name, "follows": flow.version}
    for n, step in enumerate(flow.steps):
        row = {"order": n + 1, "kind": "level", "closes": "all", **step}
        data |= {f"{key}_{n}": value for key, value in row.items()}
    return data | changes


SPECIAL = {
    "label_3": "省财政厅批复", "order_3": 9, "level_3": 1, "kind_3": "outside", "permission_3": "case.decide",
    "body_3": "省财政厅", "days_3": 10, "closes_3": "all", "when_3": "单位层级 >= 5", "asks_3": ["file"],
}  # fmt: skip


def publish(client, flow, **changes):
    return client.post(f"/flows/publish/{flow.code}/", filled(flow, **changes))


def test_an_edit_makes_a_version_and_running_cases_finish_on_theirs(client_as, flow, submit):
    case = submit()
    page = publish(client_as("administrator"), flow, **SPECIAL, order_1=5, level_1=1, label_2="")
    newer = Flow.objects.get(code="submission", version=2)
    assert page["Location"] == f"/flows/{newer.pk}/"
    assert newer.steps == [
        STEPS[0],
        STEPS[1] | {"level": 1},
        {"level": 1, "permission": "case.decide", "label": "省财政厅批复", "kind": "outside", "body": "省财政厅",
         "days": 10, "when": "单位层级 >= 5", "asks": ["file"]},
    ]  # fmt: skip
    assert newer.published_by
    assert Case.objects.get(pk=case.pk).flow == flow
    text = client_as("county").get(f"/flows/{newer.pk}/").content.decode()
    assert all(
        words in text for words in ("外部单位办理：省财政厅", "10 个工作日", "单位层级 &gt;= 5", "第 1 版")
    )
    assert "修改流程" not in text


def test_what_a_person_published_is_not_overwritten_by_a_release(client_as, flow):
    publish(client_as("administrator"), flow, name="按湘计生协〔2026〕3号办理")
    assert actions.ensure_flow("submission", "数据上报审核", STEPS).name == "按湘计生协〔2026〕3号办理"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"when_0": "申请金额 > 3"}, "不是这里的项目。可以用的项目有：单位层级"),
        ({"when_0": "单位层级"}, "没有说和什么比"),
        ({"level_0": 1}, "从下级到上级"),
        ({"level_0": ""}, "请选择环节“乡镇审核”的办理层级"),
        ({"closes_0": "count"}, "要几人同意"),
        ({"kind_0": "time"}, "公示几个工作日"),
        ({"follows": 7}, "刚刚已由平台发布第 1 版"),
        ({}, "没有改动任何内容"),
        ({"label_0": "", "label_1": "", "label_2": ""}, "至少要有一个"),
    ],
)
def test_what_is_wrong_stands_on_the_form(client_as, flow, changes, said):
    page = publish(client_as("administrator"), flow, **changes)
    assert (page.status_code, said in page.content.decode()) == (200, True)
    assert Flow.objects.filter(code="submission").count() == 1


def test_a_flow_of_one_that_agrees_and_of_so_many(client_as, flow):
    publish(client_as("administrator"), flow, closes_0="any", closes_1="count", count_1=2, kind_1="persons")
    steps = Flow.objects.get(version=2).steps
    assert [step.get("closes") for step in steps] == ["any", 2, None]
    page = client_as("administrator").get("/flows/publish/submission/").content.decode()
    assert 'value="2"' in page


def test_what_a_way_of_doing_does_not_ask_for_is_not_kept(client_as, flow):
    stale = {"body_1": "省财政厅", "also_1": ["case.decide"], "closes_2": "any", "count_2": 3}
    publish(client_as("administrator"), flow, kind_1="persons", kind_2="time", days_2=5, **stale)
    steps = Flow.objects.get(version=2).steps
    assert steps[1] == STEPS[1] | {"kind": "persons"}
    assert steps[2] == STEPS[2] | {"kind": "time", "days": 5}


def test_a_form_where_most_is_optional_marks_what_is_required(client_as, flow):
    client = client_as("administrator")
    page = client.get("/flows/publish/submission/").content.decode()
    assert "选填" not in page
    blocks = len(flow.steps) + 2
    assert page.count("（必填）") == 1 + 3 * blocks
    assert "<details open" not in page.replace(' class="flow-spare"', "")
    wrong = publish(client, flow, label_3="省级审核").content.decode()
    assert wrong.replace(' class="flow-spare"', "").count("<details open") == 1


def test_a_records_course_stands_beside_its_facts(client_as, flow):
    page = client_as("county").get(f"/flows/{flow.pk}/").content.decode()
    _, facts, course = re.sub(r">\s+<", "><", page).split("<div><section")
    assert "审核环节" in facts
    assert 'data-label="由谁办理"' in facts
    assert "发布审核流程" in course
    assert '<a href="/flows/">审核流程</a>' in page


@pytest.mark.parametrize(
    ("name", "status"), [("province", 403), ("county", 403), ("village", 403), ("auditor", 403)]
)
def test_flows_are_published_by_administrators_alone(client_as, flow, name, status):
    assert publish(client_as(name), flow).status_code == status


def test_a_business_without_a_flow_gets_its_first(client_as, flow):
    client = client_as("administrator")
    assert "发布新流程" in client.get("/flows/").content.decode()
    page = client.post("/flows/choose/", {"code": "training_plan.3"})
    assert page["Location"] == "/flows/publish/training_plan.3/"
    step = {f"{key}_0": value for key, value in (STEPS[2] | {"permission": "training.review"}).items()}
    client.post(page["Location"], {"name": "县级培训计划", "follows": 0, "when_0": "计划场次 > 10", **step})
    assert Flow.objects.get(code="training_plan.3").steps[0]["when"] == "计划场次 > 10"
    assert client.get("/flows/publish/no-such/").status_code == 404
