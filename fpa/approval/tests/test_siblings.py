"""What stands between siblings is the database: no reading, no writing, no counting of each other's matters."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from fpa.approval import actions
from fpa.approval.actions import CannotDecide
from fpa.approval.models import Case, Decision, Flow
from fpa.approval.queries import decisions_of, open_cases_for, threads_of
from fpa.approval.tests.conftest import SAMPLE, STEPS, in_days
from fpa.threads import actions as talk
from fpa.threads.actions import CannotOpen
from fpa.threads.models import Message, Thread
from fpa.threads.queries import threads_awaiting, threads_on

ROWS = (Case, Decision, Thread, Message)


@pytest.fixture
def both(returned, flow, actor, unit_of):
    """A returned case of the county's village and one of the sibling's, each with talk on a cell."""
    foreign = unit_of("sibling").children.all()[0].children.all()[0]
    reviewer = foreign.parent
    by = replace(actor("township"), unit_id=reviewer.pk, path=reviewer.path, unit_name=reviewer.association)
    case = actions.submit_case(
        kind=SAMPLE, flow=flow, subject=foreign, title="邻县的表", unit=foreign, by=actor("sibling")
    )
    actions.return_case(case=case, by=by, reason="改", due_on=in_days(1), places=[{"place": "a"}])
    return returned, case


@pytest.mark.parametrize("model", ROWS)
@pytest.mark.parametrize(("name", "sides"), [("county", "own"), ("sibling", "other"), ("city", "both")])
def test_rows_are_seen_on_ones_own_side(both, as_seat, model, name, sides):
    own, other = both
    wanted = {"own": {own.path}, "other": {other.path}, "both": {own.path, other.path}}[sides]
    with as_seat(name):
        assert set(model.objects.values_list("path", flat=True)) == wanted


@pytest.mark.parametrize("read", [threads_of, decisions_of])
def test_reads_of_a_foreign_case_are_empty(both, as_seat, read):
    own, other = both
    with as_seat("sibling"):
        assert not read(own).exists()
        assert read(other).exists()


def test_reads_on_a_foreign_subject_are_empty(both, as_seat, unit_of):
    with as_seat("sibling"):
        assert not threads_on(unit_of("village")).exists()
        assert not Case.objects.of(unit_of("village")).exists()


@pytest.mark.parametrize("waiting", [open_cases_for, threads_awaiting])
def test_what_awaiting_another_unit_is_not_seen_by_asking_in_its_name(both, actor, as_seat, waiting):
    """Even a query built for the other seat finds nothing in this one's scope."""
    with as_seat("sibling"):
        assert not waiting(actor("village")).exists()
        assert not waiting(actor("township")).exists()


@pytest.mark.parametrize("model", [Case, Thread])
def test_foreign_rows_are_not_changed(both, as_seat, model):
    own, _ = both
    with as_seat("sibling"):
        changed = model.objects.filter(path=own.path).update(title="改写")
    assert changed == 0
    assert "改写" not in set(model.objects.values_list("title", flat=True))


DEEDS = {
    "approve": lambda case, by: actions.approve_case(case=case, by=by),
    "return": lambda case, by: actions.return_case(case=case, by=by, reason="改", due_on=in_days(1)),
    "reject": lambda case, by: actions.reject_case(case=case, by=by, reason="改"),
    "withdraw": lambda case, by: actions.withdraw_case(case=case, by=by),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_a_foreign_case_is_not_there_to_be_decided(both, actor, as_seat, deed):
    own, _ = both
    with pytest.raises(Case.DoesNotExist), as_seat("sibling"):
        DEEDS[deed](own, actor("sibling"))
    assert own.decisions.count() == 2


@pytest.mark.parametrize(
    "deed",
    [
        lambda thread, by: talk.reply_thread(thread=thread, body="看看", by=by),
        lambda thread, by: talk.settle_thread(thread=thread, by=by),
    ],
)
def test_a_foreign_thread_is_not_there_to_be_answered(both, actor, as_seat, deed):
    thread = both[0].threads.first()
    with pytest.raises(Thread.DoesNotExist), as_seat("sibling"):
        deed(thread, actor("sibling"))
    assert thread.messages.count() == 1


def test_a_message_is_not_slipped_into_a_foreign_thread(both, actor, as_seat, unit_of):
    """Neither under the thread's own unit nor under the writer's: both would be seen by the wrong side."""
    thread = both[0].threads.first()
    message = Message(thread=thread, unit=unit_of("village"), body="越权")
    message.sign(actor("sibling"))
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        transaction.atomic(),
        as_seat("sibling"),
    ):
        message.save()
    assert thread.messages.count() == 1


def test_a_row_is_not_moved_out_of_ones_sight(both, as_seat, unit_of):
    """A unit cannot push its case into the sibling's subtree."""
    own, _ = both
    moved = pytest.raises(ProgrammingError, match="row-level security")
    with moved, transaction.atomic(), as_seat("county"):
        Case.objects.filter(pk=own.pk).update(path=unit_of("sibling").path)
    assert Case.objects.get(pk=own.pk).path == own.path


def test_a_foreign_unit_is_not_asked_and_not_acted_for(both, actor, as_seat, unit_of, flow):
    village = unit_of("village")
    with as_seat("sibling"):
        with pytest.raises(CannotDecide, match="不在您的管理范围内"):
            actions.submit_case(
                kind=SAMPLE, flow=flow, subject=village, title="表", unit=village, by=actor("sibling")
            )
        with pytest.raises(CannotOpen, match="看不到"):
            talk.open_thread(
                subject=unit_of("sibling"), unit=unit_of("sibling"), title="问", body="问", assignee=village,
                by=actor("sibling"),
            )  # fmt: skip


def test_a_live_case_stays_one_though_the_second_writer_does_not_see_it(flow, submit, as_seat, unit_of):
    """The rule is the index's: it holds where the scope hides the first case."""
    case = submit()
    with pytest.raises(IntegrityError), transaction.atomic(), as_seat("sibling"):
        Case.objects.create(
            flow=flow, unit=unit_of("sibling"), subject_type=case.subject_type, subject_id=case.subject_id,
            title="冒充", kind=case.kind, step=0, permission=case.permission, reviewer=unit_of("city"),
            submitted_at=case.submitted_at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("publisher", "reader", "sees"),
    [
        ("county", "village", True),
        ("county", "township", True),
        ("county", "sibling", False),
        ("county", "city", True),
        ("city", "sibling", True),
        ("city", "county", True),
        ("province", "sibling", True),
    ],
)
def test_a_flow_is_seen_below_its_publisher_and_above_it_but_not_beside(
    province_scope, actor, as_seat, publisher, reader, sees
):
    actions.publish_flow(code="own", name="流程", steps=STEPS, by=actor(publisher))
    with as_seat(reader):
        assert Flow.objects.filter(code="own").exists() is sees


@pytest.mark.parametrize("model", [Case, Decision, Thread, Message])
@pytest.mark.parametrize(
    ("name", "sees"),
    [("village", True), ("township", True), ("county", True), ("province", True), ("sibling", False)],
)
def test_rows_are_seen_by_their_unit_and_above(returned, as_seat, model, name, sees):
    with as_seat(name):
        assert model.objects.exists() is sees


@pytest.mark.parametrize("table", ["approval_decision", "approval_message"])
@pytest.mark.parametrize("verb", ["UPDATE {} SET actor_name = 'x'", "DELETE FROM {}"])
def test_words_and_decisions_are_insert_only(returned, table, verb):
    refused = pytest.raises(Exception, match="permission denied")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


def test_thread_of_a_foreign_unit_is_refused_by_the_database(province_scope, actor, unit_of, as_seat):
    by, village = actor("sibling"), unit_of("village")
    with pytest.raises(Exception, match="row-level security"), as_seat("sibling"):
        talk.open_thread(
            subject=village, unit=village, title="越权", body="看看", by=replace(by, path=village.path)
        )
