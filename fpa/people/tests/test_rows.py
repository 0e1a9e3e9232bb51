"""A person in a row of a declared import, here the staff of units: found or made, and nothing of them told."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fpa.access.models import Level, Unit
from fpa.audit.models import Event
from fpa.core.identity import mask_id
from fpa.core.tests.sheets_factory import make_csv
from fpa.imports.columns import Choice, Day, Text
from fpa.imports.declared import Import
from fpa.imports.import_file import import_file
from fpa.imports.importer import _IMPORTERS, register
from fpa.imports.models import ImportRow, Job
from fpa.organization.models import Staff, StaffKind
from fpa.people.models import Person
from fpa.people.rows import OTHER_NAME, PersonPart
from fpa.people.secrets import PHONE
from fpa.people.tests.people import an_id, make_person
from tests.cast import COUNTY, SIBLING

HEADER = ["姓名", "身份证号", "手机", "职务", "人员类别", "任职日期", "离任日期", "单位"]
ORDER = "离任日期早于任职日期，请核对"


@pytest.fixture
def staff(settings, tmp_path):
    """The kind; gives a function that imports rows as the county."""
    settings.UPLOAD_DIR = tmp_path / "uploads"
    marks = []
    one = Import(
        kind="staff",
        label="工作人员",
        measure="人",
        permission="member.import",
        verb="member.imported",
        model=Staff,
        columns=(
            PersonPart(name_copy="name"),
            Text("title", "职务", required=True),
            Choice("kind", "人员类别", "类别", required=True, choices=StaffKind.choices),
            Day("valid_from", "任职日期", required=True),
            Day("valid_to", "离任日期"),
        ),
        key=("id", "kind"),
        levels=tuple(Level),
        rules={"staff_in_order": ("valid_to", ORDER)},
        list_name="staff_list",
        dated="valid_from",
        stale=lambda *mark: marks.append(mark),
    )
    one.marks = marks
    register(one)
    yield one
    del _IMPORTERS["staff"]


@pytest.fixture
def send(staff, tmp_path):
    def run(*rows, **options):
        file = make_csv(tmp_path / "a.csv", [HEADER, *rows])
        return import_file(staff, file, COUNTY, "county", **{"dry_run": False, **options})

    return run


def row(
    number,
    name="李主任",
    title="秘书长",
    kind="在编工作人员",
    since="2020-1-1",
    until="",
    unit="鹤城区",
    phone="",
):
    return [name, number, phone, title, kind, since, until, unit]


def counts(outcome):
    return tuple(outcome[key] for key in ("new", "changed", "unchanged")), [
        (one["column"], one["reason"]) for one in outcome["rejected"]
    ]


def test_rows_make_persons_and_records_at_any_level(province_scope, send, staff):
    said = send(row(an_id(), phone="13800001111"), row(an_id(), "王五", unit="新街社区"))
    assert counts(said) == ((2, 0, 0), [])
    first, second = Staff.objects.order_by("-pk")[:2][::-1]
    assert (first.unit.code, first.name, first.person.name, first.title) == (
        COUNTY,
        "李主任",
        "李主任",
        "秘书长",
    )
    assert (second.unit.name, second.person.unit_id, second.path) == (
        "新街社区",
        second.unit_id,
        second.unit.path,
    )
    assert PHONE.read(first.person) == "13800001111"
    assert staff.marks == [(Staff, "/12/02/", date(2020, 1, 1))]
    assert Event.objects.filter(verb="member.imported").count() == 1


def test_rows_again_are_unchanged_then_corrected(province_scope, send):
    number = an_id()
    send(row(number))
    assert counts(send(row(number))) == ((0, 0, 1), [])
    assert counts(send(row(number, title="会长", since=""))) == (
        (0, 0, 0),
        [("任职日期", "任职日期没有填写")],
    )
    assert counts(send(row(number, title="会长", since="2019-5-1"))) == ((0, 1, 0), [])
    kept = Staff.objects.get(title="会长")
    assert (kept.valid_from, kept.kind) == (date(2019, 5, 1), "authorized")


def test_row_that_breaks_a_constraint_is_rejected_with_the_rule_and_others_are_taken(province_scope, send):
    said = send(row(an_id(), until="2019-1-1"), row(an_id(), "王五"))
    assert counts(said) == ((1, 0, 0), [("离任日期", ORDER)])


def test_row_repeats_another_only_within_its_unit(province_scope, send):
    number = an_id()
    said = send(row(number), row(number), row(number, unit="新街社区"))
    assert counts(said) == ((2, 0, 0), [("身份证号", "与第 2 行证件号码重复")])


def test_person_elsewhere_is_found_and_left_as_it_is(province_scope, send):
    number = an_id()
    person = make_person(Unit.objects.get(code=SIBLING), "李主任", id_number=number, phone="13900000000")
    assert counts(send(row(number, phone="13811112222"))) == ((1, 0, 0), [])
    kept = Person.objects.get(pk=person.pk)
    assert (kept.path, PHONE.read(kept)) == (person.path, "13900000000")
    assert Staff.objects.get(person=person).unit.code == COUNTY


@pytest.mark.parametrize("where", [SIBLING, COUNTY])
def test_person_of_another_name_is_answered_alike_wherever_the_record_stands(province_scope, send, where):
    number = an_id()
    make_person(Unit.objects.get(code=where), "张晓梅", id_number=number)
    said = send(row(number))
    assert counts(said) == ((0, 0, 0), [("姓名", OTHER_NAME)])


def test_faults_of_a_person_are_told_and_no_number_is_kept(province_scope, send):
    said = send(row("430102199001011234"), row("", "王5"), row(an_id(), phone="12"), row(an_id(), "王五"))
    assert [column for column, _ in counts(said)[1]] == ["身份证号", "姓名、身份证号", "手机"]
    kept = str(list(ImportRow.objects.values_list("data", "reason")))
    assert "430102199001011234" not in kept


def test_rows_cost_the_same_statements_however_many(province_scope, send):
    found = []
    for count in (2, 40):
        with CaptureQueriesContext(connection) as queries:
            assert send(*(row(an_id(), "王五") for _ in range(count)))["new"] == count
        found.append(len(queries))
    assert found[0] >= found[1]


def test_subject_of_a_row_is_masked(province_scope, send, staff):
    number = an_id()
    send(row(an_id()), row(number, until="2019-1-1"))
    (rejected,) = ImportRow.objects.filter(job=Job.objects.get())
    assert staff.subject(rejected) == f"李* {mask_id(number)} 在编工作人员"
