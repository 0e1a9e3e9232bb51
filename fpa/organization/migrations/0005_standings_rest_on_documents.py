import django.db.models.deletion
from django.db import migrations, models

# Of the documents only their numbers were kept; issuer, day and file are added by whoever has them.
SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
MAKE = """
    INSERT INTO files_document (unit_id, path, number, issuer, title, created_at)
    SELECT DISTINCT unit_id, path, document, '', '', now() FROM organization_standing WHERE document <> ''
    ON CONFLICT DO NOTHING
"""
LINK = """
    UPDATE organization_standing standing SET basis_id = made.id FROM files_document made
    WHERE made.unit_id = standing.unit_id AND made.number = standing.document AND made.issuer = ''
"""
UNLINK = "UPDATE organization_standing SET basis_id = NULL"
FORGET = "DELETE FROM files_document WHERE issuer = '' AND issued_on IS NULL AND attachment_id IS NULL"
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table with checks still to come cannot be altered


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("organization", "0004_find_staff_by_name"),
    ]

    operations = [
        migrations.AddField(
            model_name="standing",
            name="basis",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.document",
                verbose_name="依据文件",
            ),
        ),
        migrations.RunSQL([SCOPE, MAKE, LINK, CHECK_NOW], [SCOPE, UNLINK, FORGET, CHECK_NOW]),
    ]
