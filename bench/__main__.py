"""`python -m bench [MODULE …]`: run the measurements on scratch databases, print them, write bench/out.json."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import django

OUT = Path(__file__).parent / "out.json"
MODULES = (
    "import_members",
    "figures",
    "stale_marks",
    "move_unit",
    "member_list",
    "list_export",
    "approval",
)


def main(wanted: list[str]) -> int:
    """Run the measurements, or those whose module is named; returns 1 where a limit is broken."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    prepare = import_module("fpa.access.management.commands.setup")  # needs django.setup
    prepare.prepare_folder_and_role()
    results = []
    for name in wanted or MODULES:
        for row in import_module(f"bench.{name}").run():
            results.append(row)
            sign = "≤" if row["ok"] else "> 超限"
            print(
                f"{row['name']:<60} {row['value']:>10.2f} {row['unit']:<6} {sign} {row['limit']}", flush=True
            )
    OUT.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    return 0 if all(row["ok"] for row in results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
