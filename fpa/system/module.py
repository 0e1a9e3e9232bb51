"""What the rest of the house may know of the administrators' pages."""

from fpa.access.roles import AUDITOR
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(Permission("audit.view", "看审计日志", (AUDITOR,)),),
    menu=(
        Entry("system", "账号与岗位", "user_list", "user.view", 10, ("/posts/", "/appointments/")),
        Entry("system", "审计日志", "event_list", "audit.view", 90),
    ),
    pages={
        "user_detail": "账号（一个）",
        "reset_password": "重置密码",
        "lock_user": "停用账号",
        "unlock_user": "启用账号",
        "post_detail": "岗位（一个）",
        "event_detail": "审计事件",
    },
)
