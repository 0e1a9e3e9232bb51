"""The import is written once: another kind of record is imported by declaring it, here the posts of units."""

from typing import Any, ClassVar

import pytest
from django import forms
from django.db import connection

from fpa.access.models import Post, Unit
from fpa.audit.models import Event
from fpa.core.actor import Actor
from fpa.core.sheets import open_sheets
from fpa.core.sheets.header import Field
from fpa.core.tests.sheets_factory import make_csv, make_xlsx
from fpa.jobs.actions import CannotImport
from fpa.jobs.bring_in import bring_in
from fpa.jobs.importer import _IMPORTERS, Importer, Raced, UnitFields, register
from fpa.jobs.lines import Fault, Normal, Normalise
from fpa.jobs.models import ImportRow, Job, State
from fpa.jobs.template import write_template
from tests.cast import COUNTY

VILLAGE = "新街社区"
HEADER = ["岗位名称", "村"]


def normalise(records, context) -> list[Normal]:
    """A title is its own key; 站长 is not allowed."""
    return [_normal(str(record.values["title"] or ""), context) for record in records]


def _normal(title, context) -> Normal:
    faults = [Fault("title", "没有这样的岗位")] if title == "站长" else []
    return Normal(title.encode() or None, {"title": title, "role": context}, faults)


class PostsImporter(Importer):
    """Posts at villages, found by title."""

    kind: ClassVar[str] = "posts"
    label = "岗位"
    measure = "个"
    permission = "member.import"
    fields = (
        Field("title", "岗位名称", ("岗位",), required=True),
        Field("code", "单位代码"),
        Field("village", "村（社区）", ("村",)),
    )
    units = UnitFields("code", ("village",))
    key_field = "title"
    template: ClassVar[dict[str, str]] = {"title": "必填。", "village": "填名称。"}
    defaults = ("岗位都是村级。",)
    subject_keys = ("title",)
    judge = """
        SELECT s.*, CASE WHEN p.id IS NULL THEN 'new' ELSE 'unchanged' END AS verdict, '' AS field, '' AS reason,
            '{}'::jsonb AS changes
        FROM staged AS s LEFT JOIN access_post AS p ON p.title = s.data ->> 'title'
    """
    races = 0
    """How often writing is to find itself raced."""

    @property
    def normalise(self) -> Normalise:
        return normalise

    def context(self) -> str:
        return "village"

    def apply(self, job: Job, by: Actor) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO access_post (unit_id, path, title, role)"
                " SELECT (data ->> 'unit_id')::bigint, data ->> 'path', data ->> 'title', data ->> 'role'"
                " FROM jobs_importrow WHERE job_id = %s AND verdict = 'new'",
                [job.pk],
            )
        if self.races:
            self.races -= 1
            raise Raced

    def settle(self) -> None:
        self.settled = True

    def list_url(self, unit: Unit) -> str:
        return ""

    def unit_field(self, within: str) -> forms.Field:
        return forms.CharField()

    def subject(self, row: ImportRow) -> str:
        return str(row.data["title"])

    def changes_in_words(self, row: ImportRow) -> str:
        return ""


@pytest.fixture
def importer():
    """The kind, known for the length of a test."""
    one = PostsImporter()
    register(one)
    yield one
    del _IMPORTERS[one.kind]


def bring(importer: Importer, folder: Any, rows: list[Any], **options: bool) -> dict[str, Any]:
    file = make_csv(folder / "岗位.csv", [HEADER, *rows])
    return bring_in(importer, file, COUNTY, "county", **{"dry_run": False, **options})


def made() -> set[tuple[str, str]]:
    return set(Post.objects.filter(unit__name=VILLAGE, role="village").values_list("title", "path"))


def test_another_kind_is_imported_by_declaring_it(whole_province, importer, tmp_path):
    before = made()
    rows = [["专干", VILLAGE], ["站长", VILLAGE], ["联络员", "不存在"], ["专干", VILLAGE]]
    assert bring(importer, tmp_path, rows) == {
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "rejected": [
            {"sheet": "岗位", "row": 3, "column": "岗位名称", "reason": "没有这样的岗位"},
            {
                "sheet": "岗位",
                "row": 4,
                "column": "村",
                "reason": "鹤城区范围内没有找到“不存在”，请核对名称，或填写 12 位区划代码",
            },
            {"sheet": "岗位", "row": 5, "column": "岗位名称", "reason": "与第 2 行岗位名称重复"},
        ],
    }
    assert made() - before == {("专干", "/12/02/001/001/")}
    assert importer.settled


def test_another_kind_again_is_unchanged_and_leaves_no_job(whole_province, importer, tmp_path):
    bring(importer, tmp_path, [["专干", VILLAGE]])
    assert bring(importer, tmp_path, [["专干", VILLAGE]])["unchanged"] == 1
    assert Job.objects.filter(kind="posts").count() == 1


def test_another_kind_tells_its_defaults(whole_province, importer, tmp_path):
    bring(importer, tmp_path, [["专干", VILLAGE]])
    assert Job.objects.get().notes == ["岗位都是村级。"]


@pytest.mark.parametrize("races", [1, 2])
def test_another_kind_raced_is_written_again_from_the_start(whole_province, importer, tmp_path, races):
    before = made()
    importer.races = races
    assert bring(importer, tmp_path, [["专干", VILLAGE]])["new"] == 1
    assert len(made() - before) == 1
    assert Event.objects.filter(verb="member.imported").count() == 1


def test_another_kind_raced_for_ever_writes_nothing(whole_province, importer, tmp_path):
    before = made()
    importer.races = 9
    with pytest.raises(Raced):
        bring(importer, tmp_path, [["专干", VILLAGE]])
    assert made() == before
    assert not Job.objects.exists()


def test_another_kind_dry_run_writes_nothing(whole_province, importer, tmp_path):
    before = made()
    assert bring(importer, tmp_path, [["专干", VILLAGE]], dry_run=True)["new"] == 1
    assert (made(), Job.objects.count()) == (before, 0)


def test_another_kind_needs_a_person_in_a_seat(whole_province, importer, tmp_path):
    with pytest.raises(CannotImport, match="没有任职"):
        bring_in(importer, tmp_path / "x", COUNTY, "outsider", dry_run=False)


def test_another_kind_has_its_template(importer, tmp_path):
    file = tmp_path / "t.xlsx"
    with file.open("wb") as out:
        write_template(out, importer)
    with open_sheets(file) as book:
        assert [row.cells for row in book.sheets[0].rows()] == [["岗位名称*", "村（社区）"]]


def test_another_kind_stays_done(whole_province, importer, tmp_path):
    bring(importer, tmp_path, [["专干", VILLAGE]])
    assert Job.objects.get().state == State.DONE
    assert not ImportRow.objects.exists()


def test_another_kind_sheets_named_after_villages(whole_province, importer, tmp_path):
    file = make_xlsx(
        tmp_path / "a.xlsx", {VILLAGE: [["岗位"], ["专干"]], "文化山社区": [["岗位"], ["联络员"]]}
    )
    assert bring_in(importer, file, COUNTY, "county", dry_run=False)["new"] == 2
    found = Post.objects.filter(title__in=["专干", "联络员"]).values_list("title", "unit__name")
    assert set(found) == {("专干", VILLAGE), ("联络员", "文化山社区")}
