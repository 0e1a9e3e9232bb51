from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approval", "0001_initial")]

    operations = [
        migrations.RenameField("thread", "asked", "assignee"),
        migrations.RenameField("thread", "waits_for", "awaiting"),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveIndex("thread", "thread_waits_for"),
                migrations.AddIndex(
                    "thread", models.Index(fields=["awaiting", "state"], name="thread_awaiting")
                ),
            ],
            database_operations=[
                migrations.RunSQL(
                    "ALTER INDEX thread_waits_for RENAME TO thread_awaiting",
                    "ALTER INDEX thread_awaiting RENAME TO thread_waits_for",
                ),
            ],
        ),
    ]
