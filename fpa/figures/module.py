"""What the rest of the house may know of figures."""

from fpa.access.roles import WORKERS
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(Permission("figure.view", "看指标", WORKERS),),
    menu=(Entry("analysis", "指标目录", "figure_list", "figure.view", 30),),
    pages={
        "figure_detail": "指标",
        "figure_records": "查看记录",
    },
)
