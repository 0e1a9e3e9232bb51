"""Staff are found by name or initials within a unit's range from an index alone.

Built while the table is read and written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("organization", "0003_initials_beside_staff")]

    operations = [
        AddIndexConcurrently(
            model_name="staff",
            index=models.Index(fields=["path", "id"], include=["name", "initials"], name="staff_path_names"),
        ),
        RemoveIndexConcurrently(model_name="staff", name="staff_path"),
    ]
