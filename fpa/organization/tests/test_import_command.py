from fpa.organization.models import Member
from fpa.organization.tests.rosters import HEADER, bring, person


def test_import_command_counts_new_and_writes(whole_province, tmp_path):
    answer = bring(tmp_path, [HEADER, person(1), person(2, name="李 四")])
    assert answer == {"new": 2, "changed": 0, "unchanged": 0, "rejected": []}
    member = Member.objects.get(person__name="李四")
    assert (member.unit.name, member.person.sex, member.person.initials) == ("新街社区", "female", "ls")
