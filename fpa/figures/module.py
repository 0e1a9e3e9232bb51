"""What the rest of the house may know of figures."""

from fpa.access.roles import OFFICES, WORKERS
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(
        Permission("figure.view", "看指标", WORKERS),
        Permission("statement.edit", "登记、更正文件数", OFFICES),
    ),
    menu=(
        Entry("analysis", "指标目录", "figure_list", "figure.view", 30),
        Entry("analysis", "文件数登记", "statement_list", "statement.edit", 40),
    ),
    verbs={"statement.stated": "登记文件数", "statement.corrected": "更正文件数"},
)
