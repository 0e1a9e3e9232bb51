"""What the tests of files share."""

from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def files_dir(tmp_path: Path, settings) -> Iterator[Path]:
    """A folder of its own for every test's contents."""
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR
