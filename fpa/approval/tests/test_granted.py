"""*Granted* visibility: a named expert sees that dossier until its day, by the database's rule, and nothing else."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import unquote

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from fpa.access.models import User
from fpa.access.scope import scoped, set_scope, set_sight, whole_province
from fpa.access.seats import guest_of
from fpa.approval import actions, kinds
from fpa.approval.actions import CannotDecide
from fpa.approval.models import Case, Decision, DecisionFile, Dossier, Task
from fpa.approval.tests.conftest import SAMPLE, in_days
from fpa.core.once import NO_KEY
from fpa.files.actions import NewDocument, keep_file
from fpa.files.inspection import inspect
from fpa.files.models import Attachment, Document
from fpa.files.tests.samples import PDF
from fpa.threads.models import Message, Thread
from tests.clients import KeyedClient

HIDDEN = (Case, Decision, DecisionFile, Task, Thread, Message, Attachment, Document)
PERSONS = {"level": 4, "permission": "submission.review", "label": "专家评审", "kind": "persons", "closes": 2}
COUNTY = {"level": 3, "permission": "submission.review", "label": "县级审核"}


def account(name):
    user, _ = User.objects.get_or_create(username=name, defaults={"name": f"专家{name}"})
    return user


@pytest.fixture
def experts(db):
    """Three accounts without a seat."""
    return [account(name) for name in ("first", "second", "third")]


@pytest.fixture
def named(province_scope, actor, unit_of, experts):
    """A case before three experts, two of whom must agree."""
    flow = actions.ensure_flow("experts", "专家评审", [PERSONS, COUNTY])
    village = unit_of("village")
    case = actions.submit_case(
        kind=SAMPLE, flow=flow, subject=village, title="项目甲", unit=village, by=actor("village")
    )
    actions.name_experts(case=case, users=experts, until=in_days(5), by=actor("township"))
    return Case.objects.get(pk=case.pk)


def as_guest(user, rows):
    """What a login without a seat reads: no scope, its own name alone."""
    with transaction.atomic():
        set_sight(None, user.pk)
        found = list(rows.objects.all())
        set_sight("/", None)
    return found


def opinion(user, dossier, agrees=True, **more):
    return actions.give_opinion(dossier=dossier, agrees=agrees, by=guest_of(user), **more)


def test_an_expert_sees_the_dossier_and_nothing_it_came_from(named, experts):
    assert [d.title for d in as_guest(experts[0], Dossier)] == ["项目甲"]
    for model in HIDDEN:
        assert as_guest(experts[0], model) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM approval_case")
        assert cursor.fetchone() == (1,)  # it is there, for those above


@pytest.mark.parametrize("who", ["nobody", "outsider"])
def test_who_is_not_named_sees_no_dossier(named, who):
    assert as_guest(account(who), Dossier) == []


@pytest.mark.parametrize(("days", "sees"), [(1, 1), (0, 1), (-1, 0)])
def test_a_grant_ends_with_its_day(named, experts, days, sees):
    Dossier.objects.update(granted_until=in_days(days))
    assert len(as_guest(experts[0], Dossier)) == sees


def test_a_grant_is_for_reading_only(named, experts, unit_of):
    dossier = Dossier.objects.get()
    with transaction.atomic():
        set_sight(None, experts[0].pk)
        assert Dossier.objects.update(title="改写", grantees=[experts[0].pk]) == 0
        assert Dossier.objects.all().delete()[0] == 0
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Dossier.objects.create(
                case=named, unit=unit_of("village"), step=1, round=9, title="冒充", content={},
                granted_until=in_days(1),
            )  # fmt: skip
        set_scope("/")
    assert Dossier.objects.get() == dossier


@pytest.mark.parametrize(("name", "sees"), [("village", 1), ("township", 1), ("sibling", 0)])
def test_a_dossier_is_seen_by_its_subtree_besides(named, actor, name, sees):
    with scoped(actor(name).path):
        assert Dossier.objects.count() == sees


def test_grants_are_found_by_an_index_under_the_policy(named, experts):
    with transaction.atomic(), connection.cursor() as cursor:
        set_sight(None, experts[0].pk)
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM approval_dossier")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        set_scope("/")
    assert "dossier_grantees" in plan
    assert "dossier_path" in plan
    assert "Seq Scan" not in plan, plan


def test_opinions_close_the_step_by_its_rule(named, experts, actor):
    dossier = Dossier.objects.get()
    opinion(experts[0], dossier)
    assert Case.objects.get().step == 0
    opinion(experts[2], dossier, note="可行")
    case = Case.objects.get()
    assert (case.step, case.reviewer_id, case.state) == (1, actor("county").unit_id, "open")
    assert Task.objects.get(user_id=experts[1].pk).state == "closed"
    assert as_guest(experts[1], Dossier) == []


def test_an_opinion_reads_as_one_and_not_as_an_approval(named, experts, client_as):
    with whole_province():
        dossier = Dossier.objects.get()
    opinion(experts[0], dossier)
    opinion(experts[1], dossier, agrees=False, note="预算不实")
    page = client_as("township").get(f"/cases/{named.pk}/").content.decode()
    assert all(words in page for words in ("评审：同意", "评审：不同意", "预算不实"))
    assert "审核通过" not in page
    assert "不予通过" not in page


def test_who_disagrees_says_why_and_the_unit_in_charge_decides(named, experts, actor):
    dossier = Dossier.objects.get()
    with pytest.raises(CannotDecide, match="请写明理由"):
        opinion(experts[0], dossier, agrees=False)
    for user in experts[:2]:
        opinion(user, dossier, agrees=False, note="预算不实")
    with pytest.raises(CannotDecide, match="还有 1 位"):
        actions.approve_case(case=named, by=actor("township"))
    opinion(experts[2], dossier)
    assert Case.objects.get().step == 0
    case = actions.approve_case(case=named, by=actor("township"), note="按会议纪要通过")
    assert case.step == 1


@pytest.mark.parametrize("deed", ["again", "late", "stranger"])
def test_an_opinion_is_given_once_by_who_is_named_in_time(named, experts, deed):
    dossier = Dossier.objects.get()
    opinion(experts[0], dossier)
    who = experts[0] if deed == "again" else experts[1] if deed == "late" else account("stranger")
    if deed == "late":
        Dossier.objects.update(granted_until=in_days(-1))
    with pytest.raises(CannotDecide):
        opinion(who, dossier)
    assert Decision.objects.filter(verdict="approve").count() == 1


def test_who_steps_aside_is_shown_nothing_and_counts_no_more(named, experts):
    dossier = Dossier.objects.get()
    actions.recuse_expert(dossier=dossier, reason="是申报单位的顾问", by=guest_of(experts[0]))
    assert as_guest(experts[0], Dossier) == []
    opinion(experts[1], dossier)
    actions.recuse_expert(dossier=dossier, reason="亲属", by=guest_of(experts[2]))
    assert Case.objects.get().step == 1  # one is left, and has agreed


def test_an_expert_that_stepped_aside_is_not_named_again_and_a_substitute_is(named, experts, actor):
    actions.recuse_expert(dossier=Dossier.objects.get(), reason="亲属", by=guest_of(experts[0]))
    with pytest.raises(CannotDecide, match="已经回避"):
        actions.name_experts(case=named, users=[experts[0]], until=in_days(3), by=actor("township"))
    actions.name_experts(case=named, users=[account("fourth")], until=in_days(3), by=actor("township"))
    assert len(as_guest(account("fourth"), Dossier)) == 1


def test_a_joint_review_loses_nobodys_task_on_a_return(named, experts, actor, unit_of):
    opinion(experts[0], Dossier.objects.get())
    actions.return_case(case=named, by=actor("township"), reason="材料不全", due_on=in_days(2))
    assert Task.objects.open().count() == 0
    village = unit_of("village")
    case = actions.submit_case(
        kind=SAMPLE, subject=village, title="项目甲", unit=village, by=actor("village")
    )
    asked = Task.objects.open().filter(case=case, round=2)
    assert {task.user_id for task in asked} == {None, *(user.pk for user in experts)}
    assert len(as_guest(experts[0], Dossier)) == 2  # of both rounds; what waits is the new one
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(
            case=case, unit=village, step=0, round=2, assignee=village, user_id=experts[0].pk, kind="opinion"
        )


def test_pages_of_an_expert_without_a_seat(named, experts):
    client, dossier = KeyedClient(), Dossier.objects.get()
    client.force_login(experts[0])
    assert "项目甲" in client.get("/opinions/").content.decode()
    page = client.get(f"/opinions/{dossier.pk}/").content.decode()
    assert all(words in page for words in ("新街社区", "上报", "评审意见"))
    assert client.get(f"/cases/{named.pk}/").status_code == 302
    for page in ("", "recuse/"):
        keyless = client.post(
            f"/opinions/{dossier.pk}/{page}", {"agrees": "yes", "confirmed": "1", "once": ""}
        )
        assert NO_KEY in keyless.content.decode()
    posted = client.post(f"/opinions/{dossier.pk}/", {"agrees": "yes", "confirmed": "1"})
    assert posted.status_code == 302
    assert client.get(f"/opinions/{dossier.pk}/").status_code == 404
    with whole_province():
        assert Decision.objects.filter(verdict="approve", actor_id=experts[0].pk).count() == 1


def test_pages_of_an_expert_are_nobody_elses(named, client_as):
    pk = Dossier.objects.get().pk
    for name in ("township", "village", "auditor", "outsider"):
        assert client_as(name).get(f"/opinions/{pk}/").status_code == 404


def test_experts_are_named_on_a_page_by_account(named, client_as, experts):
    client = client_as("township")
    account("fifth")
    until = (timezone.localdate() + timedelta(days=4)).isoformat()
    wrong = client.post(f"/cases/{named.pk}/experts/", {"users": "nobody-at-all", "until": until})
    assert "没有账号“nobody-at-all”" in wrong.content.decode()
    assert client.post(f"/cases/{named.pk}/experts/", {"users": "fifth", "until": until}).status_code == 302
    with whole_province():
        assert len(Dossier.objects.get().grantees) == 4


OUTSIDE = {
    "level": 4,
    "permission": "submission.review",
    "label": "批复",
    "kind": "outside",
    "body": "财政所",
}
FILES = ["申请书.pdf", "批复.pdf", "公函.pdf"]


def scan(name):
    return inspect(name, PDF)


@pytest.fixture
def with_files(province_scope, actor, unit_of, experts, monkeypatch):
    """A case whose subject, first step and outside body's document have a file each, before the first expert alone;
    beside it a case with a file that is before the second."""
    own = {}
    monkeypatch.setitem(
        kinds._KINDS, "sample", replace(SAMPLE, files=lambda unit: [own[unit.pk]] if unit.pk in own else [])
    )
    first = {"level": 4, "permission": "submission.review", "label": "初审", "asks": ["file"]}
    persons = PERSONS | {"level": 3, "closes": "any"}
    flow = actions.ensure_flow("experts", "专家评审", [first, OUTSIDE, persons, {**COUNTY, "level": 1}])
    by = {"by": actor("township")}

    def sent(name, unit, expert):
        own[unit.pk] = keep_file(
            upload=scan(FILES[0]), unit=unit, permission="case.view", by=actor("village")
        )
        case = actions.submit_case(
            kind=SAMPLE,
            flow=flow,
            subject=unit,
            title=name,
            unit=unit,
            by=replace(actor("township"), user_id=7),
        )
        actions.approve_case(case=case, file=[scan(FILES[1])], **by)
        document = NewDocument("财字〔2026〕3号", "财政所", in_days(-1), upload=scan(FILES[2]))
        actions.record_outside_result(case=case, verdict="approve", document=document, **by)
        actions.name_experts(case=case, users=[expert], until=in_days(5), by=actor("county"))
        return Dossier.objects.get(case=case)

    other = unit_of("township").children.all()[1]
    return sent("甲", unit_of("village"), experts[0]), sent("乙", other, experts[1])


def files_seen_by(user, dossier):
    """Which of a dossier's addresses of files answer an account: their names."""
    client = KeyedClient()
    client.force_login(user)
    answers = [client.get(f"/opinions/{dossier.pk}/files/{n}/") for n in range(len(FILES) + 2)]
    assert {answer.status_code for answer in answers} <= {200, 404}
    assert all(b"".join([answer.content]) == PDF for answer in answers if answer.status_code == 200)
    return [unquote(answer["Content-Disposition"]) for answer in answers if answer.status_code == 200]


def test_an_expert_has_exactly_the_files_of_the_case_until_the_day(with_files, experts):
    mine, other = with_files
    client = KeyedClient()
    client.force_login(experts[0])
    page = client.get(f"/opinions/{mine.pk}/").content.decode()
    assert all(name in page for name in FILES)
    seen = files_seen_by(experts[0], mine)
    assert [name in text for name, text in zip(FILES, seen, strict=True)] == [True, True, True]
    assert files_seen_by(experts[0], other) == files_seen_by(experts[1], mine) == []
    assert files_seen_by(account("nobody"), mine) == []
    for model in HIDDEN:
        assert as_guest(experts[0], model) == []
    for file in Attachment.objects.all():  # by no other way
        assert client.get(file.get_absolute_url()).status_code in (302, 403, 404)
    with whole_province():
        assert Dossier.objects.update(granted_until=in_days(-1)) == 2
    assert files_seen_by(experts[0], mine) == []


def test_files_of_a_dossier_end_with_the_step(with_files, experts):
    mine, _ = with_files
    opinion(experts[0], mine)
    assert files_seen_by(experts[0], mine) == []


def test_files_of_a_dossier_are_no_way_for_a_seat_that_is_not_named(with_files, client_as):
    assert client_as("county").get(f"/opinions/{with_files[0].pk}/files/0/").status_code == 404


def test_a_case_that_comes_back_is_shown_as_it_is_now_without_what_experts_said(
    named, experts, actor, unit_of
):
    dossier = Dossier.objects.get()
    opinion(experts[0], dossier, agrees=False, note="预算不实")
    actions.return_case(case=named, by=actor("township"), reason="名称有误", due_on=in_days(3))
    village = unit_of("village")
    village.name = "新名村计生协"
    village.save()
    actions.submit_case(kind=SAMPLE, subject=village, title="项目甲（改）", unit=village, by=actor("village"))
    again = Dossier.objects.get(round=2)
    assert (again.title, again.content["facts"][0]) == ("项目甲（改）", ["单位", "新名村计生协"])
    assert "名称有误" in str(again.content["history"])
    assert "预算不实" not in str(again.content)
