"""What the rest of the house may know of dashboards and reports."""

from fpa.access.roles import OFFICES, WORKERS
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(
        Permission("dashboard.view", "看数据看板", WORKERS),
        Permission("report.view", "看半年报告", WORKERS),
        Permission("report.make", "下载半年报告", OFFICES),
    ),
    menu=(
        Entry("analysis", "数据看板", "dashboard", "dashboard.view", 10),
        Entry("analysis", "半年报告", "report_half_year", "report.view", 40),
    ),
    verbs={"report.downloaded": "下载报告"},
    fields={"period": "期间"},
)
