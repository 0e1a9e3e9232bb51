"""`fpa COMMAND`: every command of the platform, with the embedded database started where it is needed."""

import os
import sys

OWNER_COMMANDS = {"setup", "migrate", "makemigrations", "sqlmigrate"}
"""Commands that change tables; they connect as the owner, everything else as the role that owns nothing."""


def main(argv: list[str]) -> None:
    """Start the embedded database unless DATABASE_URL names another one, then run the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(argv) > 1 and argv[1] in OWNER_COMMANDS:
        os.environ["FPA_DATABASE_ROLE"] = "owner"
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)


if __name__ == "__main__":
    main(["fpa", *sys.argv[1:]])
