from django.db import migrations


class Migration(migrations.Migration):
    """Threads and messages are `fpa.threads`' from now on; nothing changes in the database."""

    dependencies = [("approval", "0007_decision_files")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.DeleteModel("Message"), migrations.DeleteModel("Thread")]
        ),
    ]
