from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0005_find_cells_of_a_file")]

    operations = [
        migrations.AddField(
            "submission", "is_past", models.BooleanField("补录", default=False, db_default=False)
        ),
    ]
