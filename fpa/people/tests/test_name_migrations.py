"""Names beside memberships and posts: forth and back, every row has its person's."""

from django.core.management import call_command

from conftest import _owner_of
from fpa.access.scope import whole_province
from fpa.membership.models import Member
from fpa.organization.models import Staff
from fpa.people.tests.people import make_member, make_staff
from tests.cast import cast_unit


def migrate(name, app, to):
    with _owner_of(name):
        call_command("migrate", app, to, verbosity=0)


def test_names_are_copied_from_the_people_forth_and_back(committed_db):
    with whole_province():
        make_member(cast_unit("village"), "王伟芳", initials="wwf")
        make_staff(cast_unit("county"))
    for app, before, now in (
        ("membership", "0001", "0003"),
        ("organization", "0002", "0004"),
    ):
        migrate(committed_db, app, before)
        migrate(committed_db, app, now)
    with whole_province():
        member, staff = Member.objects.get(), Staff.objects.get()
    assert (member.name, member.initials) == ("王伟芳", "wwf")
    assert (staff.name, staff.initials) == ("李主任", "lzr")
