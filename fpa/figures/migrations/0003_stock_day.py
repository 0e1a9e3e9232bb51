from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("figures", "0002_chinese_names")]

    operations = [migrations.RenameModel("Opened", "StockDay")]
