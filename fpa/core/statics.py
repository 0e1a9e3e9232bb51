"""The static files as they are served: in one folder, under names that carry the hash of what they hold.

A page names its files by hash, and a file that was collected is never changed or removed: whoever has a page open while
the platform is upgraded still loads what that page names.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

Sources = dict[str, tuple[Storage, str]]
"""Name below `STATIC_URL` → where the file stands."""

PACKAGES = ("vendor/", "django_htmx/")
"""Names of files that came in packages; of these only `VENDORED_FILES` are served."""
MANIFEST = CompressedManifestStaticFilesStorage.manifest_name
COLLECTED = "collected.txt"
"""Says from which sources the folder was last filled; beside the files, so that it is gone where they are."""


def collect_static_files() -> bool:
    """Fill `STATIC_ROOT` with what is new; gives whether anything was. One process at a time, the others wait."""
    root = Path(settings.STATIC_ROOT)
    root.mkdir(parents=True, exist_ok=True)
    with _locked(root):
        files = sources()
        fingerprint = _fingerprint(files)
        if _is_filled_from(root, fingerprint):
            return False
        with TemporaryDirectory(dir=root.parent) as folder:
            _hash_into(Path(folder), files)
            _move_new(Path(folder), root)
        (root / COLLECTED).write_text(fingerprint)
        return True


def sources() -> Sources:
    """Every file to be served: our own, and of the packages those that pages use."""
    found: Sources = {}
    for finder in get_finders():
        for path, storage in finder.list(None):
            prefix = getattr(storage, "prefix", None)
            name = f"{prefix}/{path}" if prefix else path
            if not name.startswith(PACKAGES) or name in settings.VENDORED_FILES:
                found.setdefault(name, (storage, path))
    return found


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _fingerprint(files: Sources) -> str:
    """Changes with any file's name or content."""
    digest = hashlib.sha256()
    for name, (storage, path) in sorted(files.items()):
        content = Path(storage.path(path)).read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _is_filled_from(root: Path, fingerprint: str) -> bool:
    mark = root / COLLECTED
    return (root / MANIFEST).exists() and mark.exists() and mark.read_text() == fingerprint


def _hash_into(folder: Path, files: Sources) -> None:
    """Copy, hash and compress the files. Raises the storage's error where one names another that is not there."""
    hashed = CompressedManifestStaticFilesStorage(location=folder)
    for name, (storage, path) in files.items():
        with storage.open(path) as file:
            hashed.save(name, file)
    for _, _, processed in hashed.post_process(files):
        if isinstance(processed, Exception):
            raise processed


def _move_new(folder: Path, root: Path) -> None:
    """Move what the folder served from does not hold yet; last the manifest, which names it."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.name != MANIFEST):
        target = root / file.relative_to(folder)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
    (folder / MANIFEST).replace(root / MANIFEST)
