from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approval", "0005_files_conditions_and_amendments")]

    operations = [
        migrations.AddField(
            "task",
            "fault",
            models.CharField("到期未能自动办结的原因", max_length=300, blank=True, default="", db_default=""),
        ),
    ]
