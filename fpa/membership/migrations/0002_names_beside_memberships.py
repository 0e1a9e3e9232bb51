"""A membership keeps its person's name, so that one index finds it by name within a unit's range.

The names are copied in steps, each with its own short transaction, and a broken run goes on where it stopped.
"""

from typing import Any

from django.db import migrations, models, transaction

SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
LAST = "SELECT coalesce(max(id), 0) FROM membership_member"
COPY = """
    UPDATE membership_member AS role SET name = person.name, initials = person.initials FROM people_person AS person
    WHERE person.id = role.person_id AND role.id >= %s AND role.id < %s AND role.initials = ''
"""
STEP = 50_000


def copy_names(apps: Any, schema_editor: Any) -> None:
    """Give every row the name of its person."""
    alias = schema_editor.connection.alias
    last = _within_scope(schema_editor, LAST)
    for start in range(0, last + 1, STEP):
        with transaction.atomic(using=alias), schema_editor.connection.cursor() as cursor:
            cursor.execute(SCOPE)
            cursor.execute(COPY, [start, start + STEP])


def _within_scope(schema_editor: Any, question: str) -> Any:
    with (
        transaction.atomic(using=schema_editor.connection.alias),
        schema_editor.connection.cursor() as cursor,
    ):
        cursor.execute(SCOPE)
        cursor.execute(question)
        return cursor.fetchone()[0]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("membership", "0001_member_comes_from_organization")]

    operations = [
        migrations.AddField(
            model_name="member",
            name="name",
            field=models.CharField(
                db_collation="C", default="", editable=False, max_length=40, verbose_name="姓名"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="member",
            name="initials",
            field=models.CharField(
                db_collation="C", default="", editable=False, max_length=40, verbose_name="拼音首字母"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(copy_names, migrations.RunPython.noop),
    ]
