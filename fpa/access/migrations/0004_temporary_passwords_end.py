from datetime import timedelta

from django.db import migrations, models
from django.utils import timezone


def in_a_week():
    """Temporary passwords that are out already end too, counted from this migration."""
    return timezone.now() + timedelta(days=7)


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_chinese_names"),
    ]

    operations = [
        # The moment counts only while the password must be changed.
        migrations.AddField(
            model_name="user",
            name="temporary_until",
            field=models.DateTimeField(
                blank=True, default=in_a_week, null=True, verbose_name="临时密码有效至"
            ),
            preserve_default=False,
        ),
    ]
