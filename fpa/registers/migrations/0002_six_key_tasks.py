from datetime import date
from typing import Any

from django.db import migrations

# 六项重点任务: the sixth was 流动人口服务 until 2020 and is 家庭健康促进 since; records of either time keep their word.
TASKS = (
    ("publicity", "宣传教育", 1, date(2006, 1, 1), None),
    ("reproductive_health", "生殖健康咨询服务", 2, date(2006, 1, 1), None),
    ("prenatal_guidance", "优生优育指导", 3, date(2006, 1, 1), None),
    ("family_aid", "计划生育家庭帮扶", 4, date(2006, 1, 1), None),
    ("rights_protection", "权益维护", 5, date(2006, 1, 1), None),
    ("migrant_services", "流动人口服务", 6, date(2006, 1, 1), date(2020, 12, 31)),
    ("family_health", "家庭健康促进", 6, date(2021, 1, 1), None),
)


def add_tasks(apps: Any, schema_editor: Any) -> None:
    dictionary, _ = apps.get_model("registers", "Dictionary").objects.get_or_create(
        code="key_tasks",
        defaults={"name": "六项重点任务", "note": "项目、活动、阵地、培训、报表和指标都按它归类。"},
    )
    for code, label, order, valid_from, valid_to in TASKS:
        dictionary.entries.get_or_create(
            code=code,
            defaults={"label": label, "order": order, "valid_from": valid_from, "valid_to": valid_to},
        )


def remove_tasks(apps: Any, schema_editor: Any) -> None:
    apps.get_model("registers", "Entry").objects.filter(dictionary__code="key_tasks").delete()
    apps.get_model("registers", "Dictionary").objects.filter(code="key_tasks").delete()


class Migration(migrations.Migration):
    dependencies = [("registers", "0001_initial")]

    operations = [migrations.RunPython(add_tasks, remove_tasks)]
