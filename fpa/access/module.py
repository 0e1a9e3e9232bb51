"""What the rest of the house may know of units, logins and posts."""

from fpa.access.roles import ADMINISTRATOR, EVERYONE, OFFICES
from fpa.access.sessions import forget_ended
from fpa.core.modules import Module, Permission

MODULE = Module(
    permissions=(
        Permission("unit.view", "看单位", EVERYONE),
        Permission("unit.edit", "更名、调整隶属关系、登记入序等", OFFICES),
        Permission("user.view", "看账号", (ADMINISTRATOR,)),
        Permission("user.edit", "开通、停用账号，重置密码", (ADMINISTRATOR,)),
        Permission("post.edit", "设岗位、任职", (ADMINISTRATOR,)),
    ),
    verbs={
        "user.logged_in": "登录",
        "user.login_failed": "登录失败",
        "user.login_refused": "锁定期间尝试登录",
        "user.logged_out": "退出登录",
        "user.seat_switched": "切换岗位",
        "user.password_changed": "修改密码",
        "user.password_reset": "重置密码",
        "user.created": "开通账号",
        "user.locked": "停用账号",
        "user.unlocked": "启用账号",
        "post.created": "设立岗位",
        "appointment.made": "任职",
        "appointment.ended": "结束任职",
    },
    fields={"on": "生效日期", "unit": "单位", "valid_from": "自何日起", "valid_to": "到何日止"},
    on_day=(forget_ended,),
    pages={
        "login": "登录",
        "logout": "退出",
        "switch_seat": "切换岗位",
    },
)
