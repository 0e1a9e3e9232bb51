from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0005_outcome_of_a_row"),
    ]

    operations = [
        migrations.AddField("job", "dropped", models.JSONField("未予读取的列", default=list)),
    ]
