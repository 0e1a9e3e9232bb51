from django.db import migrations

# What waits for a review gets its task: the reviewing unit with the right of the step. A returned case gets its own
# when it comes back.
SCOPE = "SELECT set_config('fpa.scope_lo', '/', true), set_config('fpa.scope_hi', '0', true)"
FILL = """
    INSERT INTO approval_task (
        unit_id, path, case_id, kind, step, round, assignee_id, permission, user_name, state, opened_at, recused
    )
    SELECT unit_id, path, id, 'review', step, round, reviewer_id, permission, '', 'open', submitted_at, '{}'
    FROM approval_case WHERE state = 'open'
"""


class Migration(migrations.Migration):
    dependencies = [("approval", "0003_kinds_tasks_and_dossiers")]

    operations = [
        migrations.RunSQL([SCOPE, FILL], [SCOPE, "DELETE FROM approval_task"]),
    ]
