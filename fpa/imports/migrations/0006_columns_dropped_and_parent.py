from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0005_outcome_of_a_row"),
    ]

    operations = [
        migrations.AddField("job", "dropped", models.JSONField("未予读取的列", default=list)),
        migrations.AddField(
            "job", "parent", models.CharField("导入到的事项", max_length=40, blank=True, default="")
        ),
        migrations.AddField(
            "job", "parent_name", models.CharField("导入到的事项名称", max_length=200, blank=True, default="")
        ),
    ]
