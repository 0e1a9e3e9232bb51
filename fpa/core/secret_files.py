"""Secrets that lie in files beside the data: made once, readable by their owner alone."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile


def secret_file(path: Path, make: Callable[[], str]) -> str:
    """Read a secret from a file that only its owner may read; make it the first time."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as file:  # of mode 0600
            file.write(make())
            file.flush()
            with suppress(FileExistsError):
                os.link(file.name, path)  # the first maker wins; everybody reads the same secret
    return path.read_text()
