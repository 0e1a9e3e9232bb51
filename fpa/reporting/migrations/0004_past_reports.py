from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("reporting", "0003_who_acted_for_a_village")]

    operations = [
        migrations.AddField(
            "submission", "is_past", models.BooleanField("补录", default=False, db_default=False)
        ),
    ]
