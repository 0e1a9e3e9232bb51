"""`python -m bench.prepare DATABASE`, as the owner: migrate a scratch database and load the tree of units."""

import sys

import django


def main(name: str) -> None:
    """Migrate `name` and load its units."""
    django.setup()
    from django.core.management import call_command
    from django.db import connections

    from fpa.access.load_units import load_units

    connections["default"].settings_dict["NAME"] = name
    call_command("migrate", verbosity=0, interactive=False)
    load_units()


if __name__ == "__main__":
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main(sys.argv[1])
