"""Another kind of record to be imported, declared as a room would: the posts of units."""

from fpa.access.models import Level, Post, Unit
from fpa.core.actor import Actor
from fpa.imports.declared import Import
from fpa.imports.importer import Raced
from fpa.imports.models import Job
from fpa.imports.tests.post_rows import Title
from fpa.pages.progress import Progress

VILLAGE = "新街社区"
HEADER = ["岗位名称", "村"]
GRID = [HEADER, ["专干", VILLAGE], ["联络员", VILLAGE], ["站长", VILLAGE]]
"""Two posts that are taken, and one that is not."""


class PostsImporter(Import):
    """Posts at villages, found by title within the village."""

    races = 0
    """How often writing is to find itself raced."""
    url = "/imports/posts/"

    def __init__(self) -> None:
        super().__init__(
            kind="posts",
            label="岗位",
            measure="个",
            permission="member.import",
            verb="member.imported",
            model=Post,
            columns=(Title("title", "岗位名称", "岗位", required=True),),
            key=("title",),
            levels=(Level.VILLAGE,),
            given={"role": lambda by: "village"},
            defaults=("岗位都是村级。",),
            list_name="member_list",
        )

    def apply(self, job: Job, by: Actor, progress: Progress) -> None:
        super().apply(job, by, progress)
        if self.races:
            self.races -= 1
            raise Raced

    def list_url(self, unit: Unit) -> str:
        return f"/posts/?unit={unit.code}"
