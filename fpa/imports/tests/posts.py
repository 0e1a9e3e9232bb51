"""Another kind of record to be imported, declared as a module would: the posts of units."""

from typing import ClassVar

from django import forms
from django.db import connection

from fpa.access.models import Unit
from fpa.core.actor import Actor
from fpa.core.sheets.header import Field
from fpa.imports.copy_lines import Normalise
from fpa.imports.importer import Importer, Raced, UnitFields
from fpa.imports.models import ImportRow, Job
from fpa.imports.progress import Progress
from fpa.imports.tests.post_rows import normalise

VILLAGE = "新街社区"
HEADER = ["岗位名称", "村"]
GRID = [HEADER, ["专干", VILLAGE], ["联络员", VILLAGE], ["站长", VILLAGE]]
"""Two posts that are taken, and one that is not."""


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
        SELECT s.*, CASE WHEN p.id IS NULL THEN 'new' ELSE 'unchanged' END AS outcome, '' AS field, '' AS reason,
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

    def apply(self, job: Job, by: Actor, progress: Progress) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO access_post (unit_id, path, title, role)"
                " SELECT (data ->> 'unit_id')::bigint, data ->> 'path', data ->> 'title', data ->> 'role'"
                " FROM imports_importrow WHERE job_id = %s AND outcome = 'new'",
                [job.pk],
            )
        if self.races:
            self.races -= 1
            raise Raced

    def settle(self) -> None:
        self.settled = True

    @property
    def url(self) -> str:
        return "/imports/posts/"

    def list_url(self, unit: Unit) -> str:
        return f"/posts/?unit={unit.code}"

    def unit_field(self, within: str) -> forms.Field:
        return forms.CharField()

    def subject(self, row: ImportRow) -> str:
        return str(row.data["title"] or "—")

    def changes_in_words(self, row: ImportRow) -> str:
        return ""
