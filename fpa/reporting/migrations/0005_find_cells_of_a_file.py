"""The few cells that hold a file are found by it, so that forgetting files never reads all cells.

Built while the tables are read and written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

HOLDS = models.Q(file__isnull=False)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("reporting", "0004_files_in_cells")]

    operations = [
        AddIndexConcurrently(
            model_name="cell", index=models.Index(fields=["file"], name="cell_file", condition=HOLDS)
        ),
        AddIndexConcurrently(
            model_name="cellhistory",
            index=models.Index(fields=["file"], name="cell_history_file", condition=HOLDS),
        ),
    ]
