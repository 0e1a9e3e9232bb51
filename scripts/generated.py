"""Data files that are extracted from locked packages and committed: written once, compared ever after."""

import argparse
import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# So that `python scripts/….py` finds the project's packages in a checkout where nothing is installed.
sys.path.insert(0, str(ROOT))


def packed(text: str) -> bytes:
    """Gzip without a time or a name inside, so that equal text gives equal bytes."""
    buffer = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=buffer, mtime=0) as stream:
        stream.write(text.encode())
    return buffer.getvalue()


def stored(path: Path) -> str | None:
    """The text of a committed file, unpacked where its name ends in .gz; None where there is no such file."""
    if not path.exists():
        return None
    content = path.read_bytes()
    return (gzip.decompress(content) if path.suffix == ".gz" else content).decode()


def write_or_check(path: Path, extract: Callable[[], str], about: str) -> int:
    """Writes what `extract` returns to `path`, or with --check compares; the exit status, 1 if they differ.

    The comparison is of the text, not of the packed bytes, which depend on the zlib at hand.
    """
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--check", action="store_true", help="compare with the committed file, write nothing")
    check = parser.parse_args().check
    text = extract()
    if not check:
        path.write_bytes(packed(text) if path.suffix == ".gz" else text.encode())
        print(f"{path.name}: {path.stat().st_size:,} bytes")
        return 0
    same = stored(path) == text
    print(f"{path.name}: {'as extracted' if same else 'differs from a fresh extraction'}")
    return 0 if same else 1
