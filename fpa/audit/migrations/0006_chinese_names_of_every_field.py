from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0005_writer_chains"),
    ]

    operations = [
        migrations.AlterField(
            model_name="leaf",
            name="event_id",
            field=models.UUIDField(unique=True, verbose_name="事件"),
        ),
        migrations.AlterField(
            model_name="leaf",
            name="hash",
            field=models.BinaryField(verbose_name="摘要（SM3）"),
        ),
        migrations.AlterField(
            model_name="leaf",
            name="position",
            field=models.BigIntegerField(primary_key=True, serialize=False, verbose_name="位置"),
        ),
    ]
