"""What the tests of imports share: a kind of their own, uploads of it, and steps on from there."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.access.seats import actor_for
from fpa.core.tests.sheets_factory import make_csv
from fpa.imports.actions import confirm_import, upload_import
from fpa.imports.importer import _IMPORTERS, register
from fpa.imports.models import Job
from fpa.imports.runner import run_import
from fpa.imports.tests.posts import GRID, PostsImporter
from tests.cast import COUNTY

Uploaded = Callable[..., Job]


@pytest.fixture
def importer() -> Iterator[PostsImporter]:
    """The kind, known for the length of a test."""
    one = PostsImporter()
    register(one)
    yield one
    del _IMPORTERS[one.kind]


@pytest.fixture
def uploaded(settings: Any, tmp_path: Path, importer: PostsImporter) -> Uploaded:
    """Upload posts as a member of the cast: a grid, or the bytes of a file; gives the job, not yet checked."""
    settings.UPLOAD_DIR = tmp_path / "uploads"

    def send(
        content: Sequence[Any] | bytes = GRID,
        *,
        by: str = "county",
        unit: str = COUNTY,
        name: str = "岗位.csv",
        key: UUID | None = None,
    ) -> Job:
        if not isinstance(content, bytes):
            content = make_csv(tmp_path / "written.csv", content).read_bytes()
        with whole_province():
            return upload_import(
                importer=importer,
                unit=Unit.objects.get(code=unit),
                filename=name,
                pieces=[content],
                key=key or uuid4(),
                by=actor_for(by),
            )

    return send


@pytest.fixture
def checked(uploaded: Uploaded) -> Uploaded:
    """The same, checked."""

    def send(*args: Any, **options: Any) -> Job:
        return again(uploaded(*args, **options))

    return send


@pytest.fixture
def written(checked: Uploaded) -> Uploaded:
    """The same, confirmed (by the county) and written."""

    def send(*args: Any, confirmer: str = "county", **options: Any) -> Job:
        job = checked(*args, **options)
        with whole_province():
            confirm_import(job=job, by=actor_for(confirmer))
        return again(job)

    return send


def again(job: Job) -> Job:
    """Have the runner do what a job waits for; gives the job as it is then."""
    run_import(job.pk)
    with whole_province():
        return Job.objects.get(pk=job.pk)
