"""Migrations of forms that were there before: what was required stays required, forth and back."""

from django.core.management import call_command
from django.db import connection

from conftest import _owner_of
from fpa.access.models import Unit
from fpa.access.scope import whole_province
from fpa.reporting.models import Item
from fpa.reporting.standard_forms import ensure_forms


def migrate(name, to):
    with _owner_of(name):
        call_command("migrate", "reporting", to, verbosity=0)


def test_required_items_stay_required_forth_and_back(committed_db):
    with whole_province():
        ensure_forms(Unit.objects.get(parent=None))
        Item.objects.filter(key="visit.value").update(required_at="", measure="万元（折合）")
    migrate(committed_db, "0001")
    with whole_province(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT key, required, measure FROM reporting_item WHERE key LIKE 'visit.%' ORDER BY key"
        )
        assert cursor.fetchall() == [("visit.households", True, "户"), ("visit.value", False, "万元（折")]
    migrate(committed_db, "0002")
    with whole_province():
        found = dict(Item.objects.filter(key__startswith="visit.").values_list("key", "required_at"))
    assert found == {"visit.households": "submit", "visit.value": ""}
