"""The rules of every action in one table each: what is refused, what its event says, which figures it marks."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fpa.access.models import Unit
from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures import catalogue
from fpa.figures.models import Stale
from fpa.files.actions import NewDocument
from fpa.membership import actions as members
from fpa.membership.models import LeaveReason, Member, MemberKind
from fpa.organization.actions import staff, units
from fpa.organization.models import Staff, StaffKind, Standing, StandingKind
from fpa.pages.queries import search_units
from fpa.people.actions import NotTheSamePerson
from fpa.people.secrets import ID
from fpa.people.tests.people import BIRTH, an_id, make_member, make_staff

DAY = date(2024, 3, 1)
TODAY = timezone.localdate()
TOMORROW = TODAY + timedelta(days=1)


@pytest.fixture
def member(province_scope, unit_of):
    return make_member(unit_of("village"))


@pytest.fixture
def worker(province_scope, unit_of):
    return make_staff(unit_of("township"))


@pytest.fixture
def ended(province_scope, unit_of):
    """A membership of someone who joined in 2020 and left on DAY."""
    return make_member(unit_of("village"), left_on=DAY, left_reason="request")


def edit(member, by, **more):
    answers = {"name": "张晓梅", "phone": None, "kind": "ordinary", "joined_on": member.joined_on} | more
    with scoped(by.path):
        return members.edit_member(member=member, by=by, **answers)


def appoint(unit, by, **more):
    answers = {"name": "王伟芳", "id_number": an_id(), "phone": "", "kind": "part_time", "title": "干事"}
    with scoped(by.path):
        return staff.appoint_staff(unit=unit, by=by, **answers | {"valid_from": DAY} | more)


def close(unit):
    Unit.objects.filter(pk=unit.pk).update(valid_to=TODAY)
    unit.refresh_from_db()
    return unit


@pytest.mark.parametrize(
    ("joined_on", "words"),
    [
        (TOMORROW, "入会日期不能晚于今天"),
        (BIRTH - timedelta(days=1), "入会日期不能早于出生日期"),
        (BIRTH, None),
        (TODAY, None),
    ],
)
def test_edit_member_takes_days_from_birth_to_today(member, actor, joined_on, words):
    if words is None:
        assert edit(member, actor("village"), joined_on=joined_on).joined_on == joined_on
    else:
        with pytest.raises(members.CannotEdit, match=words):
            edit(member, actor("village"), joined_on=joined_on)


@pytest.mark.parametrize(
    ("joined_on", "words"),
    [
        (DAY - timedelta(days=1), "不能早于上次退会日期"),
        (date(2021, 1, 1), "不能早于上次退会日期"),
        (DAY, None),
        (date(2024, 5, 1), None),
    ],
)
def test_edit_member_never_lets_memberships_overlap(ended, actor, joined_on, words):
    new = Member.objects.create(unit=ended.unit, person=ended.person, joined_on=date(2024, 6, 1))
    if words is None:
        assert edit(new, actor("village"), joined_on=joined_on).joined_on == joined_on
    else:
        with pytest.raises(members.CannotEdit, match=words):
            edit(new, actor("village"), joined_on=joined_on)


@pytest.mark.parametrize(
    ("joined_on", "words"), [(DAY, None), (BIRTH, None), (DAY + timedelta(days=1), "不能晚于退会日期")]
)
def test_edit_member_keeps_an_ended_membership_in_order(ended, actor, joined_on, words):
    Member.objects.create(unit=ended.unit, person=ended.person, joined_on=date(2024, 6, 1))
    if words is None:
        assert edit(ended, actor("village"), joined_on=joined_on).joined_on == joined_on
    else:
        with pytest.raises(members.CannotEdit, match=words):
            edit(ended, actor("village"), joined_on=joined_on)


@pytest.mark.parametrize(
    ("answers", "changes"),
    [
        ({}, {}),
        ({"name": "张小梅"}, {"name": ["张晓梅", "张小梅"]}),
        ({"name": " 张晓梅 "}, {}),
        ({"kind": "core"}, {"kind": ["ordinary", "core"]}),
        ({"joined_on": DAY}, {"joined_on": ["2020-01-01", "2024-03-01"]}),
        ({"phone": ""}, {"phone_index": ["******", "******"]}),
        ({"phone": "13800001234"}, {}),
        ({"phone": "13900001234"}, {"phone_index": ["******", "******"]}),
        ({"kind": "core", "name": "张梅"}, {"kind": ["ordinary", "core"], "name": ["张晓梅", "张梅"]}),
    ],
)
def test_edit_member_event_holds_what_changed_and_no_more(member, actor, answers, changes):
    edit(member, actor("village"), **answers)
    event = Event.objects.get(verb="member.edited")
    assert event.changes == changes
    assert (event.path, event.object_id) == (member.path, str(member.pk))


@pytest.mark.parametrize("reason", LeaveReason)
def test_leave_member_event_says_each_reason_in_words(member, actor, reason):
    members.leave_member(member=member, reason=reason, on=DAY, by=actor("village"))
    changes = Event.objects.get(verb="member.left").changes
    assert changes == {"left_on": [None, "2024-03-01"], "left_reason": [None, reason.label]}


@pytest.mark.parametrize("on", [date(2020, 1, 1), DAY, TODAY])
def test_leave_member_takes_days_from_joining_to_today(member, actor, on):
    assert members.leave_member(member=member, reason="death", on=on, by=actor("village")).left_on == on


@pytest.mark.parametrize("kind", MemberKind)
def test_rejoin_member_keeps_the_kind(province_scope, unit_of, actor, kind):
    old = make_member(unit_of("village"), kind=kind, left_on=DAY, left_reason="request")
    new = members.rejoin_member(member=old, unit=old.unit, joined_on=DAY, by=actor("village"))
    assert (new.kind, new.joined_on) == (kind, DAY)
    assert Event.objects.get(verb="member.rejoined").changes == {
        "unit": [None, old.unit.name],
        "joined_on": [None, "2024-03-01"],
    }


@pytest.mark.parametrize(
    ("on", "words"),
    [(DAY - timedelta(days=1), "上次退会日期"), (TOMORROW, "不能晚于今天"), (BIRTH, "上次退会日期")],
)
def test_rejoin_member_refuses_days(ended, actor, on, words):
    with pytest.raises(members.CannotJoin, match=words):
        members.rejoin_member(member=ended, unit=ended.unit, joined_on=on, by=actor("village"))


@pytest.mark.parametrize(
    ("do", "refusal", "words"),
    [
        (lambda m, s, u, by: members.transfer_member(member=m, to_unit=u, on=DAY, reason="", by=by),
         members.CannotTransfer, "现有单位"),
        (lambda m, s, u, by: members.join_member(unit=u, name="王芳", id_number=an_id(), phone="",
                                                 kind="ordinary", joined_on=DAY, by=by),
         members.CannotJoin, "现有单位"),
        (lambda m, s, u, by: appoint(u, by), staff.CannotAppoint, "现有单位"),
    ],
    ids=["transfer", "join", "appoint"],
)  # fmt: skip
def test_actions_refuse_a_unit_that_is_no_more(member, worker, next_village, actor, do, refusal, words):
    with pytest.raises(refusal, match=words):
        do(member, worker, close(next_village), actor("county"))


@pytest.mark.parametrize(
    ("where", "kind", "words"),
    [
        ("county", StaffKind.VILLAGE_PART_TIME, "不是村（社区）"),
        ("township", StaffKind.VILLAGE_PART_TIME, "不是村（社区）"),
        ("village", StaffKind.VILLAGE_PART_TIME, None),
        ("village", StaffKind.PART_TIME, None),
        ("township", StaffKind.AUTHORIZED, None),
        ("county", StaffKind.AUTHORIZED, None),
        ("city", StaffKind.AUTHORIZED, "本单位及下级"),
        ("sibling", StaffKind.PART_TIME, "本单位及下级"),
    ],
)
def test_appoint_staff_by_place_and_kind(province_scope, unit_of, actor, where, kind, words):
    if words is None:
        assert appoint(unit_of(where), actor("county"), kind=kind).kind == kind
    else:
        with pytest.raises(staff.CannotAppoint, match=words):
            appoint(unit_of(where), actor("county"), kind=kind)


@pytest.mark.parametrize(
    ("valid_from", "words"),
    [(TOMORROW, "任职日期不能晚于今天"), (BIRTH - timedelta(days=1), "任职日期不能早于出生日期")],
)
def test_appoint_staff_refuses_days(province_scope, unit_of, actor, valid_from, words):
    with pytest.raises(staff.CannotAppoint, match=words):
        appoint(unit_of("township"), actor("county"), valid_from=valid_from)
    assert not Staff.objects.exists()


@pytest.mark.parametrize(
    ("more", "again"),
    [({}, False), ({"kind": "authorized"}, True), ({"title": "副秘书长"}, False), ({"name": "李芳"}, None)],
)
def test_appoint_staff_once_to_a_kind_of_work_at_a_unit(province_scope, unit_of, actor, more, again):
    first = appoint(unit_of("township"), actor("county"))
    answers = {"id_number": ID.read(first.person)} | more
    if again:
        assert appoint(unit_of("township"), actor("county"), **answers).person == first.person
    else:
        refusal = NotTheSamePerson if again is None else staff.CannotAppoint
        with pytest.raises(refusal):
            appoint(unit_of("township"), actor("county"), **answers)
        assert Staff.objects.count() == 1


def test_appoint_staff_again_after_the_end(worker, actor):
    number = ID.read(worker.person)
    staff.end_staff(staff=worker, on=DAY, reason="", by=actor("county"))
    again = appoint(worker.unit, actor("county"), name=worker.name, id_number=number, kind=worker.kind)
    assert set(Staff.objects.filter(person=worker.person)) == {worker, again}


@pytest.mark.parametrize("on", [date(2020, 1, 1), DAY, TODAY])
def test_end_staff_takes_days_from_the_first_to_today(worker, actor, on):
    assert staff.end_staff(staff=worker, on=on, reason="退休", by=actor("county")).valid_to == on
    event = Event.objects.get(verb="staff.ended")
    assert (event.changes, event.path) == ({"valid_to": [None, on.isoformat()]}, worker.path)


ACTS = {
    "edit": (Member, lambda m, s, to, by: edit(m, by, kind="core"), date(2020, 1, 1)),
    "edit to an earlier day": (Member, lambda m, s, to, by: edit(m, by, joined_on=DAY.replace(year=2010)),
                               DAY.replace(year=2010)),
    "edit to a later day": (Member, lambda m, s, to, by: edit(m, by, joined_on=DAY), date(2020, 1, 1)),
    "leave": (Member, lambda m, s, to, by: members.leave_member(member=m, reason="death", on=DAY, by=by),
              date(2020, 1, 1)),
    "end": (Staff, lambda m, s, to, by: staff.end_staff(staff=s, on=DAY, reason="", by=by), date(2020, 1, 1)),
    "appoint": (Staff, lambda m, s, to, by: appoint(s.unit, by), DAY),
    "standing": (Standing, lambda m, s, to, by: units.set_standing(
        unit=s.unit, kind="listed", since=DAY, document=None, by=by), DAY),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_actions_mark_every_figure_of_their_records_from_the_first_day(
    name, member, worker, next_village, actor
):
    model, act, since = ACTS[name]
    act(member, worker, next_village, actor("county"))
    path = member.path if model is Member else worker.path
    assert {mark.figure for mark in Stale.objects.all()} == set(catalogue.counting(model))
    assert {(mark.path, mark.since) for mark in Stale.objects.all()} == {(path, since)}


@pytest.mark.parametrize("kind", StandingKind)
@pytest.mark.parametrize("where", ["county", "township"])
def test_set_standing_event_says_what_since_when_by_what(province_scope, unit_of, actor, kind, where):
    units.set_standing(
        unit=unit_of(where),
        kind=kind,
        since=DAY,
        document=NewDocument("怀编〔2024〕1号", "怀化市编委", DAY),
        by=actor("county"),
    )
    event = Event.objects.get(verb="standing.set")
    assert event.changes == {"kind": [None, kind.label], "since": [None, "2024-03-01"]}
    assert (event.reason, event.path) == ("怀编〔2024〕1号", unit_of(where).path)


@pytest.mark.parametrize(
    ("name", "short_name", "found"),
    [
        ("新街新村", "新街新", ["xjxc"]),
        ("长乐社区", "长乐", ["clsq"]),
        (" 新 街 村 ", "新街", ["xjc"]),
        ("光明村", "老街", ["gmc", "lj"]),
    ],
)
def test_rename_unit_is_found_by_the_letters_of_both_names(
    province_scope, unit_of, actor, name, short_name, found
):
    village = unit_of("village")
    units.rename_unit(
        unit=village, name=name, short_name=short_name, on=DAY, document="x", by=actor("county")
    )
    assert all(village in search_units(letters, village.path) for letters in found)


@pytest.mark.parametrize(
    ("url", "answers", "words"),
    [
        ("leave", {"reason": "", "on": "2024-03-01"}, "退会原因"),
        ("leave", {"reason": "birth", "on": "2024-03-01"}, "birth"),
        ("leave", {"reason": "request", "on": "2024-13-01"}, "一年没有 13 月"),
        ("leave", {"reason": "request", "on": ""}, "退会日期"),
        ("leave", {"reason": "request", "on": "2019-01-01", "confirmed": "1"}, "不能早于入会日期"),
        ("transfer", {"to_unit": "", "on": "2024-03-01", "reason": "搬家"}, "转入单位"),
        ("transfer", {"to_unit": "没有的村", "on": "2024-03-01", "reason": "搬家"}, "没有找到“没有的村”"),
        ("transfer", {"to_unit": "431221000000", "on": "2024-03-01", "reason": "搬家"}, "没有找到"),
        ("edit", {"name": "", "kind": "core", "joined_on": "2020-01-01"}, "姓名"),
        ("edit", {"name": "张" * 41, "kind": "core", "joined_on": "2020-01-01"}, "40"),
        ("edit", {"name": "张梅", "kind": "boss", "joined_on": "2020-01-01"}, "boss"),
        ("edit", {"name": "张梅", "kind": "core", "joined_on": "去年"}, "看不懂日期“去年”"),
        ("edit", {"name": "张梅", "kind": "core", "joined_on": "2999-01-01"}, "年份是 2999 年"),
        ("edit", {"name": "张梅", "kind": "core", "joined_on": "2020-01-01", "phone": "123"}, "手机"),
        ("edit", {"name": "张梅", "kind": "core", "joined_on": "1970-01-01"}, "不能早于出生日期"),
        ("reveal", {"reason": ""}, "查看事由"),
        ("reveal", {"reason": "长" * 301}, "300"),
    ],
)
def test_member_pages_say_what_is_wrong_and_change_nothing(client_as, member, url, answers, words):
    page = client_as("township").post(f"/members/{member.pk}/{url}/", answers)
    assert page.status_code == 200
    form = page.context["form"]
    assert words in str(form.errors) + "".join(str(field.label) for field in form if field.errors)
    assert not Event.objects.exists()


@pytest.mark.parametrize("url", ["", "edit/", "leave/", "transfer/", "rejoin/", "reveal/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_member_pages_of_foreign_rows_are_not_there(client_as, member, url, method):
    foreign = getattr(client_as("sibling"), method)(f"/members/{member.pk}/{url}")
    missing = getattr(client_as("sibling"), method)(f"/members/{member.pk + 1}/{url}")
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert not Event.objects.filter(verb__startswith="member.").exists()
