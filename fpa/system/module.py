"""What the rest of the house may know of the administrators' pages."""

from fpa.access.roles import AUDITOR
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(Permission("audit.view", "看审计日志", (AUDITOR,)),),
    menu=(
        Entry("system", "账号与岗位", "user_list", "user.view", 10),
        Entry("system", "审计日志", "event_list", "audit.view", 90),
    ),
)
