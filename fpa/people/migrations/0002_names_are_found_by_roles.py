"""People are found by name through their memberships and posts, which keep it: no index of their own.

Built while the table is read and written.
"""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("people", "0001_person_comes_from_organization")]

    operations = [
        RemoveIndexConcurrently(model_name="person", name="person_name"),
        RemoveIndexConcurrently(model_name="person", name="person_initials"),
    ]
