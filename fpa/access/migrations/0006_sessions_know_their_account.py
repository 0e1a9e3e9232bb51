"""Sessions know their account. Those of before end: whoever works while the platform is updated logs in once more."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

BEFORE = """
    CREATE TABLE django_session (
        session_key varchar(40) PRIMARY KEY, session_data text NOT NULL, expire_date timestamptz NOT NULL);
    CREATE INDEX django_session_expire_date_a5c62663 ON django_session (expire_date)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0005_sign_in_tries"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoginSession",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="账号",
                    ),
                ),
            ],
            options={
                "verbose_name": "登录会话",
                "abstract": False,
            },
        ),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", BEFORE),
    ]
