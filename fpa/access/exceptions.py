"""Everything in the database that stands outside of row-level security, each with the reason why it is safe.

`tests/test_guards.py` compares these lists with the catalogue: what is neither guarded nor listed here fails.
"""

UNGUARDED_MODELS: dict[str, str] = {
    "access.unit": "区划是公开的字典，任何岗位都要按它找单位",
    "access.unitversion": "单位的历史名称与隶属，同样公开",
    "access.user": "登录时还没有范围；列表只显示在范围内有任职的人（fpa.system.queries.users_in_scope）",
    "access.unknownname": "登录时还没有范围；只有账号的密钥索引、次数和时间，不含姓名和所输内容",
    "access.triedaddress": "登录时还没有范围；只有来源地址、账号的密钥索引和时间，页面不显示",
    "audit.leaf": "只有事件编号和摘要，不含内容；封存和核对都要通看",
    "audit.treehead": "公开的根",
    "audit.unsealed": "只有事件编号；封存要通看",
    "figures.stale": "哪个指标在哪个单位要重算，不含数值和人",
    "figures.stockday": "只有日期",
    "pages.donestep": "防重复编号：随机数和办理后的网址，不含内容；按本人账号读取",
    "people.outsidetries": "账号当天办理范围外号码的次数，不含号码和姓名，页面不显示",
    "registers.dictionary": "字典只有名称，人人要按它选填；只有省级能改（fpa.registers.actions）",
    "registers.entry": "同上",
    "registers.calendarday": "放假调休是公开的；只有省级能改",
    "imports.importinbox": "COPY 不能用于带策略的表；同一事务内写入、取走、删除，没有提交过的行",
}
"""Our models with `Visibility.REFERENCE`."""

FOREIGN_TABLES: dict[str, str] = {
    "auth_group": "Django 自带，不用，空表",
    "auth_group_permissions": "Django 自带，不用，空表",
    "auth_permission": "Django 自带，只有模型权限的名称",
    "django_content_type": "Django 自带，只有模型名称",
    "django_migrations": "迁移记录，只有名称",
    "django_session": "会话内容经签名，键即凭据，只按键读取",
    "procrastinate_events": "任务队列自己的表：任务状态的时间",
    "procrastinate_jobs": "任务队列自己的表：参数只有任务编号",
    "procrastinate_periodic_defers": "任务队列自己的表：定时任务的时间",
    "procrastinate_workers": "任务队列自己的表：进程心跳",
}
"""Tables that are not our models'."""

VIEWS: dict[str, str] = {}
"""Views and materialised views: they may go round a policy. There are none."""

SECURITY_DEFINERS: dict[str, str] = {
    "move_paths": (
        "单位调整隶属关系时，只追加的表里的行要跟着走，而应用角色不该有更新（也就不能锁定）这些行的权限。"
        "函数只改 path，只在独占单位树锁、两处都在当前范围内、单位确已移到新处时才动；search_path 固定；"
        "行级安全对所有者也强制，按调用者的范围执行"
    ),
}
"""Functions that run with their owner's rights (`fpa.access.definers`)."""

FUNCTION_PREFIXES: dict[str, str] = {
    "procrastinate_": "任务队列自己的函数，按调用者的权限执行，只碰队列自己的表",
    "move_paths": "见 SECURITY_DEFINERS",
}
"""Whose functions and triggers there are beside PostgreSQL's own."""
