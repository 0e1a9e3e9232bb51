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
    fields={"period": "报告期"},
    pages={
        "report_half_year_docx": "下载 Word",
    },
    glossary={
        "总量、每个村（社区）平均、每百名会员": ("Per.TOTAL、Per.VILLAGE、Per.MEMBER", "比较方式"),
        "〔待接入〕": ("Reading.value", "没有模块产生这个数：指标没有声明，值是 `None`"),
        "〔暂无上报〕": (
            "Reading.qualifier not_reported",
            "报表项目的数：本单位及下级本期没有通过审核的上报，不等于 0，不参加排名",
        ),
    },
)
