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

    try:
        execute_from_command_line(argv)
    except Exception as error:
        if not (words := _words_of(error)):
            raise
        sys.stderr.write(f"{words}\n")
        sys.exit(2)


def _words_of(error: Exception) -> str:
    """What is said of an error that an operator is told in words: a refusal, or a statement that took too long."""
    from fpa.core.limits import ran_out_of_time
    from fpa.core.refusals import Refusal

    if ran_out_of_time(error):
        return (
            "数据库有一步用时超过了上限，命令已停下，这一步没有写入。请缩小范围，"
            "或者加大 FPA_JOB_STATEMENT_SECONDS 后再运行一次。"
        )
    return str(error) if isinstance(error, Refusal) else ""


if __name__ == "__main__":
    main(["fpa", *sys.argv[1:]])
