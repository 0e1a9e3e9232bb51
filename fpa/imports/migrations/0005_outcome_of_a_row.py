from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0004_columns_of_any_length"),
    ]

    operations = [
        migrations.RenameField("importrow", "verdict", "outcome"),
    ]
