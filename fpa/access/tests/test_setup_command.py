"""`fpa setup` on a database that is in use: it mends what is missing and changes nothing else."""

import pytest
from django.conf import settings
from django.core.management import call_command

from conftest import _owner_of
from fpa.access.models import Post, Unit, User
from fpa.access.scope import whole_province
from fpa.audit.tests.log import owner
from fpa.core import database


@pytest.fixture
def set_up(committed_db, capsys):
    """Run the command as the owner and give what it said."""

    def run():
        with _owner_of(committed_db):
            call_command("setup")
        return capsys.readouterr().out.strip()

    return run


def test_setup_again_keeps_keys_units_and_people(set_up):
    keys = settings.KEYRING_FILE.read_bytes()
    before = Unit.objects.count(), User.objects.count()
    assert set_up() == set_up() == "数据库已就绪。"
    assert (Unit.objects.count(), User.objects.count()) == before
    assert settings.KEYRING_FILE.read_bytes() == keys
    assert not Post.objects.exists()
    with whole_province():
        assert Post.objects.count() == 8


def test_setup_puts_back_guards_and_leaves_the_role_its_password(set_up, committed_db):
    with owner() as them:
        them.execute("ALTER TABLE access_post DISABLE ROW LEVEL SECURITY")
        them.execute("CREATE TABLE leftover (id int)")
    set_up()
    assert not Post.objects.exists()
    with database.connect(settings.DATABASES["default"], NAME=committed_db) as app:
        rights = "SELECT has_table_privilege('leftover', p) FROM unnest(%s::text[]) p"
        found = app.execute(rights, [["SELECT", "TRUNCATE", "REFERENCES", "TRIGGER"]]).fetchall()
    assert [held for (held,) in found] == [True, False, False, False]
