"""Static files by hashed names: what a page names is served for as long as the page is open."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as configured
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import storages
from django.http import HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage

from fpa.core.statics import COLLECTED, collect_static_files, sources

ROOT = Path(configured.BASE_DIR)


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """A folder of two static files, which are all there are; they are collected into `served` beside it."""
    own = tmp_path / "own"
    (own / "css").mkdir(parents=True)
    (own / "css/page.css").write_text("body { background: url(../mark.svg) }")
    (own / "mark.svg").write_text("<svg/>")
    settings.STATICFILES_DIRS = [own]
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATIC_ROOT = tmp_path / "served"
    settings.WHITENOISE_USE_FINDERS = False
    return own


def address(name: str) -> str:
    """What `{% static name %}` makes of it in a process that begins now."""
    return CompressedManifestStaticFilesStorage(location=configured.STATIC_ROOT).url(name)


def answer(url: str) -> bytes | None:
    """What a web process that begins now serves there; None for nothing."""
    served = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))(RequestFactory().get(url))
    return None if served.status_code == 404 else b"".join(served)


def test_a_file_is_served_by_the_hash_of_what_it_holds(folder: Path) -> None:
    assert collect_static_files()
    assert re.fullmatch(r"/static/mark\.[0-9a-f]{12}\.svg", address("mark.svg"))
    assert answer(address("mark.svg")) == b"<svg/>"
    assert answer("/static/mark.svg") is None, "a name without a hash would change its content"


def test_a_file_names_another_by_its_hash(folder: Path) -> None:
    collect_static_files()
    name = address("mark.svg").removeprefix("/static/")
    assert answer(address("css/page.css")) == f'body {{ background: url("../{name}") }}'.encode()


def test_an_old_file_is_served_after_a_new_one_is_collected(folder: Path) -> None:
    collect_static_files()
    before = {name: address(name) for name in ("mark.svg", "css/page.css")}
    kept = {url: answer(url) for url in before.values()}
    (folder / "mark.svg").write_text("<svg>longer than before</svg>")
    assert collect_static_files()
    assert all(address(name) != url for name, url in before.items()), "the page names the mark"
    assert answer(address("mark.svg")) == b"<svg>longer than before</svg>"
    assert {url: answer(url) for url in before.values()} == kept


def test_a_process_that_runs_keeps_to_its_files_while_others_are_collected(folder: Path) -> None:
    collect_static_files()
    url = address("mark.svg")
    running = WhiteNoiseMiddleware(lambda request: HttpResponse(status=404))
    (folder / "mark.svg").write_text("<svg>longer than before</svg>")
    collect_static_files()
    served = running(RequestFactory().get(url))
    assert (served.status_code, served["Content-Length"], b"".join(served)) == (200, "6", b"<svg/>")


def test_what_is_unchanged_is_collected_once(folder: Path) -> None:
    collect_static_files()
    written = {p: p.stat().st_mtime_ns for p in configured.STATIC_ROOT.rglob("*")}
    assert not collect_static_files()
    assert {p: p.stat().st_mtime_ns for p in configured.STATIC_ROOT.rglob("*")} == written


@pytest.mark.parametrize("lost", ["staticfiles.json", COLLECTED])
def test_a_folder_that_lost_its_list_is_filled_again(folder: Path, lost: str) -> None:
    collect_static_files()
    url = address("mark.svg")
    (configured.STATIC_ROOT / lost).unlink()
    assert collect_static_files()
    assert address("mark.svg") == url
    assert answer(url) == b"<svg/>"


def test_a_file_that_names_a_missing_one_is_refused_and_nothing_changes(folder: Path) -> None:
    collect_static_files()
    url = address("css/page.css")
    (folder / "mark.svg").unlink()
    with pytest.raises(ValueError, match=r"mark\.svg"):
        collect_static_files()
    assert address("css/page.css") == url
    assert answer(url)
    assert sorted(p.name for p in folder.parent.iterdir()) == ["own", "served"]


def test_every_file_that_a_template_names_is_collected() -> None:
    found = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("fpa/*/templates/**/*.html")]
    named = {
        name for path in found for name in re.findall(r"{% static ['\"]([^'\"]+)['\"]", path.read_text())
    }
    assert len(named) > 10, "the search has gone blind"
    assert named - sources().keys() == set(), "a vendored file stands in VENDORED_FILES"
    assert sources().keys() >= configured.VENDORED_FILES


def test_scripts_and_styles_name_no_static_file_by_its_plain_address() -> None:
    own = [*ROOT.glob("static/**/*.js"), *ROOT.glob("fpa/*/static/**/*.js"), *ROOT.glob("static/**/*.css")]
    assert [path.name for path in own if "/static/" in path.read_text()] == []


def test_tests_name_files_plainly() -> None:
    """Else every test would want a collected folder; journeys run the real thing."""
    assert staticfiles_storage.url("mark.svg") == "/static/mark.svg"
    assert not isinstance(storages["staticfiles"], CompressedManifestStaticFilesStorage)
