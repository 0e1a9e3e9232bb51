import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("figures", "0008_statements_rest_on_documents"),
    ]

    operations = [
        migrations.RemoveField(model_name="statement", name="document_name"),
        migrations.RemoveField(model_name="statement", name="issuer"),
        migrations.RemoveField(model_name="statement", name="document_date"),
        migrations.AlterField(
            model_name="statement",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.document",
                verbose_name="依据文件",
            ),
        ),
    ]
