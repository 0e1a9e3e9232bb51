"""Members are found by name or initials, within a unit's range or over the province, from an index alone.

Built while the table is read and written.
"""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("membership", "0002_names_beside_memberships")]

    operations = [
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(fields=["path", "id"], include=["name", "initials"], name="member_path_names"),
        ),
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(fields=["name", "path", "id"], name="member_name"),
        ),
        AddIndexConcurrently(
            model_name="member",
            index=models.Index(fields=["initials", "path", "id"], name="member_initials"),
        ),
        RemoveIndexConcurrently(model_name="member", name="member_path"),
    ]
