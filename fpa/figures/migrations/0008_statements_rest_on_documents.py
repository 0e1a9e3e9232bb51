import django.db.models.deletion
from django.db import migrations, models

# What was typed becomes a document of the statement's unit, its number in its standard writing (files.queries).
SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
NUMBER = r"""
    left(regexp_replace(regexp_replace(replace(document_name, ' ', ''),
        '[[(（【〔〈<{]((?:19|20)\d\d)年?[])）】〕〉>}]', '〔\1〕', 'g'), '〕第?0*(\d+)', '〕\1', 'g'), 60)
"""
MAKE = f"""
    INSERT INTO files_document (unit_id, path, number, issuer, issued_on, title, created_at)
    SELECT DISTINCT ON (unit_id, number, office) unit_id, path, number, office, document_date,
        CASE WHEN length(document_name) > 60 THEN document_name ELSE '' END, now()
    FROM (SELECT *, {NUMBER} AS number, left(issuer, 60) AS office FROM figures_statement) AS stated
    ORDER BY unit_id, number, office, id
    ON CONFLICT DO NOTHING
"""
LINK = f"""
    UPDATE figures_statement AS stated SET document_id = made.id FROM files_document made
    WHERE made.unit_id = stated.unit_id AND made.number = {NUMBER} AND made.issuer = left(stated.issuer, 60)
"""
# The documents stay on record: others may rest on them by now.
UNLINK = """
    UPDATE figures_statement AS stated SET issuer = basis.issuer, document_name = left(
        CASE WHEN length(basis.title) > 60 AND basis.number = left(basis.title, 60) THEN basis.title
        ELSE basis.number END, 120),
        document_date = coalesce(basis.issued_on, stated.entered_at::date)
    FROM files_document basis WHERE basis.id = stated.document_id
"""
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table with checks still to come cannot be altered


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("figures", "0007_one_word_for_a_reporting_period"),
    ]

    operations = [
        migrations.RenameField(model_name="statement", old_name="document", new_name="document_name"),
        migrations.AlterField(
            model_name="statement",
            name="document_name",
            field=models.CharField("文号或文件名", max_length=120, default=""),
        ),
        migrations.AlterField(
            model_name="statement",
            name="issuer",
            field=models.CharField("发文机关", max_length=80, default=""),
        ),
        migrations.AlterField(
            model_name="statement",
            name="document_date",
            field=models.DateField("成文日期", null=True),
        ),
        migrations.AddField(
            model_name="statement",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.document",
                verbose_name="依据文件",
            ),
        ),
        migrations.RunSQL([SCOPE, MAKE, LINK, CHECK_NOW], [SCOPE, UNLINK, CHECK_NOW]),
    ]
