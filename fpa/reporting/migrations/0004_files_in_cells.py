"""A cell may hold a file, and a form may need it. Back again a file is asked for by nobody; its name stays."""

import django.db.models.deletion
from django.db import migrations, models

SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
BACK = "UPDATE reporting_item SET required_at = '' WHERE kind = 'file' AND required_at <> ''"
CHECK_NOW = "SET CONSTRAINTS ALL IMMEDIATE"  # a table with checks still to come cannot be altered
FILE = models.ForeignKey(
    db_index=False,
    null=True,
    on_delete=django.db.models.deletion.PROTECT,
    related_name="+",
    to="files.attachment",
    verbose_name="附件",
)


class Migration(migrations.Migration):
    dependencies = [
        ("files", "0001_initial"),
        ("reporting", "0003_who_acted_for_a_village"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="item", name="item_file_is_not_required"),
        migrations.RunSQL(migrations.RunSQL.noop, [SCOPE, BACK, CHECK_NOW]),
        migrations.AddField(model_name="cell", name="file", field=FILE.clone()),
        migrations.AddField(model_name="cellhistory", name="file", field=FILE.clone()),
    ]
