"""Standings, as many as the speech counts."""

from collections import Counter
from datetime import date

import pytest

from fpa.access.models import Level
from fpa.demo.standings import COUNTS, make_standings
from fpa.files.models import Document
from fpa.organization.models import Standing


@pytest.fixture
def standings(province_scope):
    make_standings()
    return list(Standing.objects.select_related("unit"))


def test_standings_are_as_many_as_the_speech_counts(standings):
    found = Counter((Level(s.unit.level), s.kind) for s in standings)
    assert found == {(level, kind): n for level, kinds in COUNTS.items() for kind, n in kinds.items()}


def test_standings_belong_to_administrative_units_only(standings):
    assert {s.unit.kind for s in standings} == {"administrative"}
    assert all(s.path == s.unit.path for s in standings)


def test_standings_are_held_once_each(standings):
    assert len({(s.unit_id, s.kind) for s in standings}) == len(standings)


def test_standings_name_their_document_and_day(standings):
    for standing in standings:
        assert date(2008, 1, 1) <= standing.since < date(2023, 6, 30)
        assert standing.document.startswith(standing.unit.short_name)
        assert f"〔{standing.since.year}〕" in standing.document


def test_standings_rest_on_documents_of_their_own_units(standings):
    found = Standing.objects.select_related("basis")
    assert all((s.basis.unit_id, s.basis.number) == (s.unit_id, s.document) for s in found)


def test_standings_are_the_same_at_every_run(standings):
    def plain(rows):
        return sorted((s.unit_id, s.kind, s.since, s.document) for s in rows)

    Standing.objects.all().delete()
    Document.objects.all().delete()
    make_standings()
    assert plain(Standing.objects.all()) == plain(standings)
