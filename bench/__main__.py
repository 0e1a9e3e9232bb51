"""`python -m bench`: run all measurements on a scratch database of their own, print them, write bench/out.json."""

import json
import os
import sys
from importlib import import_module
from pathlib import Path

import django

OUT = Path(__file__).parent / "out.json"
MODULES = ("bench.import_members", "bench.figures", "bench.member_list")


def main() -> int:
    """Run the measurements; returns 1 where a limit is broken."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    results = []
    for name in MODULES:
        for row in import_module(name).run():
            results.append(row)
            sign = "≤" if row["ok"] else "> 超限"
            print(
                f"{row['name']:<60} {row['value']:>10.2f} {row['unit']:<6} {sign} {row['limit']}", flush=True
            )
    OUT.write_text(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    return 0 if all(row["ok"] for row in results) else 1


if __name__ == "__main__":
    sys.exit(main())
