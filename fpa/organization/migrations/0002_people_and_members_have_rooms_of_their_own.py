"""Organization lets go of people and members, whose tables stand in rooms of their own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("membership", "0001_member_comes_from_organization"),
        ("organization", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="staff",
                    name="person",
                    field=models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="staff_roles",
                        to="people.person",
                    ),
                ),
                migrations.DeleteModel(name="Member"),
                migrations.DeleteModel(name="Person"),
            ],
        ),
    ]
