import django.db.models.deletion
from django.db import migrations, models

import fpa.access.models

# A decision's one file becomes the first of its files; back again the first stays, the others are kept as attachments.
SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table with checks still to come cannot be altered
COPY = """
    INSERT INTO approval_decisionfile (unit_id, path, decision_id, attachment_id)
    SELECT unit_id, path, id, attachment_id FROM approval_decision WHERE attachment_id IS NOT NULL ORDER BY id
"""
COPY_BACK = """
    UPDATE approval_decision decision SET attachment_id = first.attachment_id FROM (
        SELECT DISTINCT ON (decision_id) decision_id, attachment_id FROM approval_decisionfile
        ORDER BY decision_id, id
    ) first WHERE first.decision_id = decision.id
"""
KEY = {"auto_created": True, "primary_key": True, "serialize": False, "verbose_name": "ID"}


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("approval", "0006_task_fault"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionFile",
            fields=[
                ("id", models.BigAutoField(**KEY)),
                (
                    "path",
                    fpa.access.models.PathField(db_collation="C", editable=False, max_length=64),
                ),
                (
                    "attachment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="files.attachment",
                        verbose_name="附件",
                    ),
                ),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="approval.decision",
                        verbose_name="审核结论",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="access.unit",
                        verbose_name="所属单位",
                    ),
                ),
            ],
            options={
                "verbose_name": "审核附件",
                "ordering": ["decision", "id"],
                "indexes": [
                    models.Index(fields=["path"], name="decision_file_path"),
                    models.Index(fields=["decision", "id"], name="decision_file_decision"),
                ],
            },
        ),
        migrations.RunSQL([SCOPE, COPY, CHECK_NOW], [SCOPE, COPY_BACK, CHECK_NOW]),
        migrations.RemoveField("decision", "attachment"),
    ]
