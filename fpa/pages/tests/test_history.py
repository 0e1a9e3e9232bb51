"""The course of a record in plain words, whoever keeps it now."""

from datetime import date

import pytest

from fpa.access.scope import scoped
from fpa.membership.actions import (
    edit_member,
    join_member,
    leave_member,
    rejoin_member,
    transfer_member,
)
from fpa.membership.models import LeaveReason, Member
from fpa.pages.history import history_of
from fpa.people.tests.people import an_id


@pytest.fixture
def moved(db, actor, unit_of, next_village):
    """A member who joined at the cast's village, was corrected, and went to the next one."""
    by = actor("township")
    with scoped(by.path):
        member = join_member(
            unit=unit_of("village"), name="张晓梅", id_number=an_id(), phone="", kind="ordinary",
            joined_on=date(2020, 1, 1), by=actor("village"),
        )  # fmt: skip
        edit_member(
            member=member, name="张小梅", phone="13900005678", kind="core", joined_on=date(2020, 1, 1), by=by
        )
        return transfer_member(member=member, to_unit=next_village, on=date(2024, 3, 1), reason="搬家", by=by)


def test_history_tells_all_of_it_the_latest_first(moved, next_village):
    with scoped(next_village.path):
        lines = history_of(moved)
    assert [line.what for line in lines] == ["会员转移", "修改会员资料", "会员入会"]


def test_history_tells_changes_in_words(moved, unit_of, next_village):
    with scoped(next_village.path):
        transfer, edit, join = history_of(moved)
    assert transfer.details == [
        f"单位：{unit_of('village').name} → {next_village.name}",
        "生效日期：2024年3月1日",
    ]
    assert transfer.reason == "搬家"
    assert set(edit.details) == {"会员类别：普通会员 → 骨干会员", "姓名：张晓梅 → 张小梅", "手机号：已更新"}
    assert join.details == [f"单位：{unit_of('village').name}", "入会日期：2020年1月1日"]
    assert join.who == f"{unit_of('village').association} 演员village"


def test_history_leaves_the_scope_as_it_was(moved, next_village, unit_of):
    with scoped(unit_of("village").path):
        history_of(moved)
        assert not Member.objects.exists()


def test_history_of_a_new_membership_is_its_own(moved, actor, next_village):
    by = actor("township")
    with scoped(by.path):
        leave_member(member=moved, reason=LeaveReason.REQUEST, on=date(2024, 4, 1), by=by)
        new = rejoin_member(member=moved, unit=next_village, joined_on=date(2024, 5, 1), by=by)
        assert [line.what for line in history_of(new)] == ["会员重新入会"]
        assert history_of(moved)[0].details == ["退会日期：2024年4月1日", "退会原因：本人申请退会"]
