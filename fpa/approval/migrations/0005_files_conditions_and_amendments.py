import django.core.serializers.json
import django.db.models.deletion
from django.db import migrations, models

import fpa.access.models

# Documents and bases that were only text become documents of the case's unit; conditions name what they are held
# against in brackets, as the house's expressions read any name.
SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table with checks still to come cannot be altered
MAKE = """
    INSERT INTO files_document (unit_id, path, number, issuer, issued_on, title, created_at)
    SELECT DISTINCT ON (unit_id, number, body) unit_id, path, number, body, dated_on, '', now()
    FROM approval_decision WHERE number <> '' ORDER BY unit_id, number, body, dated_on
    ON CONFLICT DO NOTHING
"""
MAKE_BASES = """
    INSERT INTO files_document (unit_id, path, number, issuer, title, created_at)
    SELECT DISTINCT ON (unit_id, left(basis_text, 60)) unit_id, path, left(basis_text, 60), '',
        CASE WHEN length(basis_text) > 60 THEN basis_text ELSE '' END, now()
    FROM approval_case WHERE basis_text <> ''
    ON CONFLICT DO NOTHING
"""
LINK = """
    UPDATE approval_decision decision SET document_id = made.id FROM files_document made
    WHERE made.unit_id = decision.unit_id AND made.number = decision.number AND made.issuer = decision.body
        AND decision.number <> ''
"""
LINK_BASES = """
    UPDATE approval_case matter SET basis_id = made.id FROM files_document made
    WHERE made.unit_id = matter.unit_id AND made.number = left(matter.basis_text, 60) AND made.issuer = ''
        AND matter.basis_text <> ''
"""
UNLINK = """
    UPDATE approval_decision decision SET number = made.number, body = made.issuer, dated_on = made.issued_on,
        document_id = NULL
    FROM files_document made WHERE made.id = decision.document_id
"""
UNLINK_BASES = """
    UPDATE approval_case matter SET basis_text = coalesce(nullif(made.title, ''), made.number), basis_id = NULL
    FROM files_document made WHERE made.id = matter.basis_id
"""
REWRITE = r"""
    UPDATE approval_flow SET steps = (
        SELECT jsonb_agg(CASE WHEN coalesce(step ->> 'when', '') = '' THEN step ELSE
            jsonb_set(step, '{when}', to_jsonb(regexp_replace(step ->> 'when', '%s', '%s'))) END ORDER BY n)
        FROM jsonb_array_elements(steps) WITH ORDINALITY AS each (step, n)
    ) WHERE jsonb_path_exists(steps, '$[*].when')
"""
BRACKET = REWRITE % (r"^\s*([^\s<>=!\[\]]+)", r"[\1]")
UNBRACKET = REWRITE % (r"^\s*\[([^\[\]]+)\]", r"\1")


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0001_initial"),
        ("approval", "0004_tasks_of_open_cases"),
        ("files", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            "flow", "published_by", models.CharField("发布人", max_length=40, blank=True, default="")
        ),
        migrations.AlterField(
            "case",
            "facts",
            models.JSONField(
                "事项要素", default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
            ),
        ),
        migrations.AddField(
            "case",
            "changes",
            models.JSONField(
                "申请变更的内容", default=dict, encoder=django.core.serializers.json.DjangoJSONEncoder
            ),
        ),
        migrations.AlterField(
            "case",
            "reviewer_path",
            fpa.access.models.PathField(db_collation="C", max_length=64, verbose_name="审核单位路径"),
        ),
        migrations.RemoveConstraint("case", "case_past_has_its_basis"),
        migrations.RenameField("case", "basis", "basis_text"),
        migrations.AddField(
            "case",
            "basis",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.document",
                verbose_name="依据文件",
            ),
        ),
        migrations.AddField(
            "decision",
            "document",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.document",
                verbose_name="外部单位的文件",
            ),
        ),
        migrations.AddField(
            "decision",
            "attachment",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="files.attachment",
                verbose_name="附件",
            ),
        ),
        migrations.AlterField(
            "decision", "file", models.CharField("附件说明", max_length=200, blank=True, default="")
        ),
        migrations.RunSQL(
            [SCOPE, MAKE, LINK, MAKE_BASES, LINK_BASES, BRACKET, CHECK_NOW],
            [SCOPE, UNLINK, UNLINK_BASES, UNBRACKET, CHECK_NOW],
        ),
        migrations.RemoveField("case", "basis_text"),
        migrations.RemoveField("decision", "body"),
        migrations.RemoveField("decision", "number"),
        migrations.RemoveField("decision", "dated_on"),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                condition=models.Q(basis__isnull=False, flow=None, is_past=True)
                | models.Q(flow__isnull=False, is_past=False),
                name="case_past_has_its_basis",
            ),
        ),
    ]
