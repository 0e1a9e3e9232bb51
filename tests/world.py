"""A world in which everything could leak: one row of every scoped table at each place, marked by whose it is.

Each place has two characters of its own that nothing else in the platform uses: `mark` stands in the rows that only
the place's own side may see, `notice` in those that it publishes to everyone below. A name is masked to its first
character, and that is the mark.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from fpa.access.models import Appointment, Level, Post, Unit, User
from fpa.approval.models import Case, Decision, DecisionFile, Dossier, Flow, Task
from fpa.audit.record import record
from fpa.core.actor import SYSTEM
from fpa.core.ids import uuid7
from fpa.figures.models import Fact, Statement
from fpa.files.actions import add_document
from fpa.files.inspection import Upload
from fpa.imports.models import ImportRow, Job
from fpa.organization.models import Standing
from fpa.pages.models import ListExport, SavedView
from fpa.people.models import ReceivedRequest, SentRequest
from fpa.people.tests.people import make_member, make_staff
from fpa.registers.models import CalendarDay, Counter, Entry, Parameter
from fpa.reporting.models import Cell, CellHistory, Check, Collection, Form, Item, LockException, Submission
from fpa.reporting.standard_forms import ensure_forms, flow_code
from fpa.threads.models import Message, Thread
from fpa.training.models import Certificate, Material, Participant, Plan, Session
from tests.cast import cast_unit

ROLES = {1: "office", 2: "office", 3: "office", 4: "township", 5: "village"}
PLACES = ("province", "city", "county", "sibling", "township", "village", "cousin")
"""The cast's units; `cousin` is a village of the sibling county."""
FIRST_MARK = 0x3400  # CJK Extension A: characters that no name of a unit and no page has
STRANGER = -1
"""The account that is named to review the world's cases: nobody of the cast."""
KEY, PERIOD, MONTH = "visit.households", "2023H1", "2023-06"


@dataclass
class Place:
    """A unit, its marks, and the rows that belong to it, by the name of their model."""

    unit: Unit
    mark: str
    notice: str
    rows: dict[str, Any] = field(default_factory=dict)

    def pk(self, name: str) -> Any:
        """The key of its row of a model; None where a place of that level has none."""
        row = self.rows.get(name)
        return row.pk if row is not None else None

    def keep(self, row: models.Model) -> None:
        """Remember a row under its model's name."""
        self.rows[type(row).__name__] = row


def make_forms() -> list[Form]:
    """Publish the standard forms by the province; call it in the scope of the whole province."""
    return ensure_forms(cast_unit("province"))


def make_world() -> dict[str, Place]:
    """Make every place's rows; call it in the scope of the whole province."""
    units = {name: cast_unit(name) for name in PLACES if name != "cousin"}
    units["cousin"] = Unit.objects.filter(parent__parent=units["sibling"]).order_by("path")[0]
    world = {
        name: Place(unit, chr(FIRST_MARK + 2 * n), chr(FIRST_MARK + 2 * n + 1))
        for n, (name, unit) in enumerate(units.items())
    }
    forms = {form.code: form for form in make_forms()}
    _registers(world["province"])
    for place in world.values():
        _people(place)
        _work(place)
        _train(place)
        if place.unit.level < Level.VILLAGE:
            _publish(place, forms["visit"])
    call = world["province"].rows["Collection"]
    for place in world.values():
        if place.unit.parent:
            _report(place, call)
    return world


def _registers(province: Place) -> None:
    """Of what is one for the whole province, a row to be changed."""
    province.keep(Entry.objects.get(code="publicity"))
    province.keep(
        CalendarDay.objects.create(day=date(2027, 2, 6), is_working=False, name="春节", basis="国办发明电")
    )


def _people(place: Place) -> None:
    unit, mark = place.unit, place.mark
    user = User.objects.create(username=f"user-{unit.code}", name=f"{mark}用户")
    post = Post.objects.create(unit=unit, title=f"{mark}岗位", role=ROLES[unit.level])
    held = Appointment.objects.create(unit=unit, post=post, user=user, valid_from=date(2020, 1, 1))
    member, staff = make_member(unit, f"{mark}会员"), make_staff(unit, f"{mark}职员")
    standing = Standing.objects.create(unit=unit, kind="listed", since=date(2020, 1, 1), document=f"{mark}文")
    asked = {"purpose": "join", "name": f"{mark}会员", "to_unit": unit, "user": user}
    sent = SentRequest.objects.create(unit=unit, **asked)
    received = ReceivedRequest.objects.create(
        unit=unit, sent=sent, person=member.person, from_unit=unit, post_title=post.title, **asked
    )
    for row in (user, post, held, member, member.person, staff, standing, sent, received):
        place.keep(row)


def _work(place: Place) -> None:
    unit, mark = place.unit, place.mark
    place.keep(
        record("unit.renamed", unit, by=SYSTEM, changes={"name": [f"{mark}旧名", f"{mark}新名"]}, reason=mark)
    )
    _document(place)
    place.keep(Fact.objects.create(unit=unit, figure="member.total", period=MONTH, own=1, value=1))
    place.keep(
        Statement.objects.create(
            unit=unit, figure="task.annual_count", period="2023", value=9, whose=f"{mark}范围",
            document=place.rows["Document"], entered_by=f"{mark}登记人",
        )
    )  # fmt: skip
    job = Job.objects.create(
        unit=unit, kind="members", state="ready", filename=f"{mark}名册.xlsx", digest="0" * 64, key=uuid7(),
        counts={"new": 1, "changed": 0, "unchanged": 0, "rejected": 0},
        user=place.rows["User"], post=place.rows["Post"],
    )  # fmt: skip
    place.keep(job)
    place.keep(Counter.objects.create(unit=unit, kind="document", year=2023, last=1))
    _keep_lists(place)
    place.keep(
        ImportRow.objects.create(
            job=job,
            position=1,
            path=unit.path,
            sheet="表",
            row=2,
            outcome="new",
            column="",
            reason=f"{mark}原因",
        )
    )


def _train(place: Place) -> None:
    unit, mark, day = place.unit, place.mark, date(2023, 5, 12)
    plan = Plan.objects.create(unit=unit, year=2023, title=f"{mark}计划", sessions=1, participants=1)
    session = Session.objects.create(
        unit=unit, title=f"{place.notice}培训", level=unit.level, task=Entry.objects.get(code="publicity"),
        place=f"{place.notice}地", starts_on=day, ends_on=day, hours=8,
    )  # fmt: skip
    person = Participant.objects.create(unit=unit, session=session, name=f"{mark}学员", title=f"{mark}职务")
    material = Material.objects.create(
        unit=unit, session=session, title=f"{mark}材料", attachment=place.rows["Attachment"]
    )
    certificate = Certificate.objects.create(
        unit=unit, participant=person, number=f"{mark}培证〔2023〕1号", issued_on=day
    )
    for row in (plan, session, person, material, certificate):
        place.keep(row)


def _document(place: Place) -> None:
    file = Upload(f"{place.mark}.pdf", "application/pdf", f"%PDF-1.7 {place.mark} %%EOF".encode())
    document = add_document(
        unit=place.unit, number=f"{place.mark}编〔2021〕5号", issuer=f"{place.mark}编委", title=f"{place.mark}题",
        issued_on=date(2021, 5, 1), upload=file, by=SYSTEM,
    )  # fmt: skip
    assert document.attachment
    for row in (document, document.attachment):
        place.keep(row)


def _keep_lists(place: Place) -> None:
    own = {"unit": place.unit, "user": place.rows["User"], "post": place.rows["Post"]}
    place.keep(
        ListExport.objects.create(
            **own, title=f"{place.mark}导出", address="/members/", format="xlsx", key=uuid7()
        )
    )
    place.keep(
        SavedView.objects.create(**own, name=f"{place.mark}视图", page="/members/", query="", is_shared=True)
    )


def _publish(place: Place, visit: Form) -> None:
    unit, notice, today = place.unit, place.notice, timezone.localdate()
    flow = Flow.objects.create(
        unit=unit,
        code="own",
        version=1,
        name=f"{notice}流程",
        steps=[{"level": 1, "permission": "submission.review", "label": "审核"}],
    )
    form = Form.objects.create(unit=unit, code="own", name=f"{notice}表", period_kind="half", note=notice)
    item = Item.objects.create(
        unit=unit,
        form=form,
        order=1,
        key="own.sessions",
        label=f"{notice}项",
        measure="场次",
        definition=notice,
    )
    check = Check.objects.create(
        unit=unit, form=form, kind="required", params={}, severity="odd", message=f"{notice}提示"
    )
    call = Collection.objects.create(
        unit=unit, form=visit, title=f"{notice}采集", period=PERIOD, fill_level=5,
        opens_on=today - timedelta(days=9), due_on=today + timedelta(days=5), locks_on=today + timedelta(days=9),
    )  # fmt: skip
    if unit.level <= Level.COUNTY:
        place.keep(
            Parameter.objects.create(
                unit=unit, key="number.mark", from_year=2023, text=f"{notice}发", basis=notice
            )
        )
    for row in (flow, form, item, check, call):
        place.keep(row)


def _report(place: Place, call: Collection) -> None:
    unit, mark = place.unit, place.mark
    assert unit.parent
    now = datetime(2023, 7, 1, tzinfo=UTC)
    submission = Submission.objects.create(
        unit=unit, collection=call, state="submitted", is_summary=unit.level < Level.VILLAGE,
        explanation=f"{mark}说明", first_submitted_at=now, last_submitted_at=now,
    )  # fmt: skip
    cell = Cell.objects.create(
        unit=unit, submission=submission, key=KEY, period=PERIOD, value=7, explanation=f"{mark}说明", version=1,
        counted=unit.level == Level.VILLAGE, saved_by=f"{mark}填报人",
    )  # fmt: skip
    history = CellHistory.objects.create(unit=unit, cell=cell, version=1, value=7, saved_by=f"{mark}填报人")
    exception = LockException.objects.create(
        unit=unit,
        collection=call,
        until=timezone.localdate(),
        reason=f"{mark}原因",
        granted_by=f"{mark}批准人",
    )
    for row in (submission, cell, history, exception):
        place.keep(row)
    _talk(place, submission, unit.parent)


def _talk(place: Place, submission: Submission, parent: Unit) -> None:
    unit, mark = place.unit, place.mark
    subject = {"subject_type": "reporting.submission", "subject_id": str(submission.pk)}
    flow = Flow.objects.get(code=flow_code(Level(unit.level)))
    case = Case.objects.create(
        **subject, kind="submission", unit=unit, flow=flow, title=f"{mark}事项", step=0, permission="submission.review",
        reviewer=parent, submitted_at=timezone.now(), subject_url=submission.get_absolute_url(),
    )  # fmt: skip
    task = Task.objects.create(
        unit=unit, case=case, step=0, round=1, assignee=parent, permission="submission.review",
        user_name=f"{mark}人",
    )  # fmt: skip
    dossier = Dossier.objects.create(
        unit=unit, case=case, step=0, round=1, title=f"{mark}评审", grantees=[STRANGER],
        granted_until=timezone.localdate(), content={"facts": [[f"{mark}项", f"{mark}值"]]},
    )  # fmt: skip
    decision = Decision.objects.create(
        unit=unit, case=case, round=1, step=0, verdict="submit", reason=f"{mark}理由", actor_name=f"{mark}人"
    )
    file = DecisionFile.objects.create(unit=unit, decision=decision, attachment_id=place.pk("Attachment"))
    thread = Thread.objects.create(
        **subject, unit=unit, place=KEY, title=f"{mark}讨论", case=case, opened_by_name=f"{mark}人",
        opened_unit=unit, assignee=unit, awaiting=unit,
    )  # fmt: skip
    message = Message.objects.create(unit=unit, thread=thread, body=f"{mark}的话", actor_name=f"{mark}人")
    place.rows["PlanCase"] = Case.objects.create(
        subject_type="training.plan", subject_id=str(place.pk("Plan")), kind="training_plan", unit=unit, flow=flow,
        title=f"{mark}计划", step=0, permission="training.review", reviewer=parent, submitted_at=timezone.now(),
        state="withdrawn",
    )  # fmt: skip
    for row in (case, task, dossier, decision, file, thread, message):
        place.keep(row)
