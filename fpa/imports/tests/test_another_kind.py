"""The import is written once: another kind of record is imported by declaring it, here the posts of units."""

from typing import Any

import pytest

from fpa.access.models import Post
from fpa.audit.models import Event
from fpa.core.sheets import open_sheets
from fpa.core.tests.sheets_factory import make_csv, make_xlsx
from fpa.imports.actions import CannotImport
from fpa.imports.import_file import import_file
from fpa.imports.importer import Importer
from fpa.imports.models import ImportRow, Job, State
from fpa.imports.template import write_template
from fpa.imports.tests.posts import HEADER, VILLAGE
from tests.cast import COUNTY


def bring(importer: Importer, folder: Any, rows: list[Any], **options: Any) -> dict[str, Any]:
    file = make_csv(folder / "岗位.csv", [HEADER, *rows])
    return import_file(importer, file, COUNTY, "county", **{"dry_run": False, **options})


def made() -> set[tuple[str, str]]:
    return set(Post.objects.filter(unit__name=VILLAGE, role="village").values_list("title", "path"))


def test_another_kind_is_imported_by_declaring_it(province_scope, importer, tmp_path):
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
        "dropped": [],
    }
    assert made() - before == {("专干", "/12/02/001/001/")}


def test_another_kind_again_is_unchanged_and_leaves_no_job(province_scope, importer, tmp_path):
    bring(importer, tmp_path, [["专干", VILLAGE]])
    assert bring(importer, tmp_path, [["专干", VILLAGE]])["unchanged"] == 1
    assert Job.objects.filter(kind="posts").count() == 1


def test_another_kind_tells_its_defaults(province_scope, importer, tmp_path):
    bring(importer, tmp_path, [["专干", VILLAGE]])
    assert Job.objects.get().notes == ["岗位都是村级。"]


@pytest.mark.parametrize("races", [1, 2])
def test_another_kind_raced_is_written_again_from_the_start(province_scope, importer, tmp_path, races):
    before = made()
    importer.races = races
    assert bring(importer, tmp_path, [["专干", VILLAGE]])["new"] == 1
    assert len(made() - before) == 1
    assert Event.objects.filter(verb="member.imported").count() == 1


def test_another_kind_raced_for_ever_writes_nothing(province_scope, importer, tmp_path):
    before = made()
    importer.races = 9
    with pytest.raises(CannotImport, match="没有写入任何数据。请过一会儿重新上传"):
        bring(importer, tmp_path, [["专干", VILLAGE]])
    assert made() == before
    assert not Job.objects.exists()


def test_another_kind_dry_run_writes_nothing(province_scope, importer, tmp_path):
    before = made()
    assert bring(importer, tmp_path, [["专干", VILLAGE]], dry_run=True)["new"] == 1
    assert (made(), Job.objects.count()) == (before, 0)


def test_another_kind_needs_a_person_in_a_seat(province_scope, importer, tmp_path):
    with pytest.raises(CannotImport, match="没有任职"):
        import_file(importer, tmp_path / "x", COUNTY, "outsider", dry_run=False)


def test_another_kind_has_its_template(importer, tmp_path):
    file = tmp_path / "t.xlsx"
    with file.open("wb") as out:
        write_template(out, importer)
    with open_sheets(file) as book:
        assert [row.cells for row in book.sheets[0].rows()] == [["岗位名称*", "乡镇（街道）", "村（社区）"]]


def test_another_kind_stays_done(province_scope, importer, tmp_path):
    bring(importer, tmp_path, [["专干", VILLAGE]])
    assert Job.objects.get().state == State.DONE
    assert not ImportRow.objects.exists()


def test_another_kind_sheets_named_after_villages(province_scope, importer, tmp_path):
    file = make_xlsx(
        tmp_path / "a.xlsx", {VILLAGE: [["岗位"], ["专干"]], "文化山社区": [["岗位"], ["联络员"]]}
    )
    assert import_file(importer, file, COUNTY, "county", dry_run=False)["new"] == 2
    found = Post.objects.filter(title__in=["专干", "联络员"]).values_list("title", "unit__name")
    assert set(found) == {("专干", VILLAGE), ("联络员", "文化山社区")}
