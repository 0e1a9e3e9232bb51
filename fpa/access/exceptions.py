"""All that stands outside of row-level security, looks beyond a seat's scope, or may be posted without a key that stops
repeats, each with the reason why it is safe.

`tests/test_guards.py` compares the lists of the database's objects with its catalogue, `tests/test_architecture.py` the
list of the code's blocks with the code, `tests/test_once.py` the posts with all addresses: what is neither guarded nor
listed here fails.
"""

REPEATABLE_POSTS: dict[str, str] = {
    "login": "已登录的再登录只是回到原处；登录前没有账号可记编号",
    "logout": "退出两次还是退出",
    "set_elder_mode": "字号按按钮所写的设定，只记在本机浏览器",
    "switch_seat": "选定的岗位再选一次还是它",
    "go_to": "只是查找，不写入数据；用 POST 是为了不让查找的号码留在网址里",
    "fill_submission": "每一格带着它看到的版本，重复保存同一个值不算改动，后到的旧版本不覆盖",
    "save_cell": "同上，单格",
}
"""Names of the addresses that take a post without a key (`fpa.core.once`)."""

UNGUARDED_MODELS: dict[str, str] = {
    "access.unit": "区划是公开的字典，任何岗位都要按它找单位",
    "access.unitversion": "单位的历史名称与隶属，同样公开",
    "access.user": "登录时还没有范围；列表只显示在范围内有任职的人（fpa.system.queries.users_in_scope）",
    "access.loginsession": "登录时还没有范围；会话内容经签名，键即凭据，只按键读取",
    "access.unknownname": "登录时还没有范围；只有账号的密钥索引、次数和时间，不含姓名和所输内容",
    "access.triedaddress": "登录时还没有范围；只有来源地址、账号的密钥索引和时间，页面不显示",
    "audit.leaf": "只有事件编号和摘要，不含内容；封存和核对都要通看",
    "audit.treehead": "公开的根",
    "audit.unsealed": "只有事件编号；封存要通看",
    "figures.countedfigure": "哪个指标已按哪一版口径计过数，不含数值和人",
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

WHOLE_PROVINCE: dict[str, str] = {
    "fpa.access.actions:_managed": "看账号在别处有没有任职；别处的岗位只计入判断，不说出来",
    "fpa.access.actions:_refuse_double": "看账号在别处有没有任职；别处的岗位只计入判断，不说出来",
    "fpa.access.actions:change_password": "本人改自己的密码，可能还没有岗位；只写一条审计",
    "fpa.access.seats:seats_of": "登录后选岗位之前还没有范围；只读本人自己的任职",
    "fpa.access.sessions:read_asker": "认出来人之前还没有范围；只读会话本人的账号和任职",
    "fpa.access.sign_in:confirm_password": "本人再次输入密码，可能还没有岗位；只读写本人的账号和次数",
    "fpa.access.sign_in:log_in": "登录之前没有岗位；读到的不显示给任何人",
    "fpa.access.views:_record_own": "本人登录、退出、切换岗位，可能没有岗位；只写一条审计",
    "fpa.analysis.management.commands.report:Command._write": "命令行由运维人员使用，按指定的单位出报告",
    "fpa.approval.actions.experts:give_opinion": (
        "评审人只看得到送他的那份材料；先核对他是这件事项的评审人，再写他自己的任务、意见和事项状态；不显示"
    ),
    "fpa.approval.actions.experts:recuse_expert": (
        "评审人只看得到送他的那份材料；先核对他是这件事项的评审人，再写他自己的任务、回避和事项状态；不显示"
    ),
    "fpa.demo.load:is_loaded": "演示数据：只数有多少会员",
    "fpa.demo.load:load_demo": "演示数据：向各级单位写入，不显示",
    "fpa.demo.people:_write_county": "演示数据：向一个县写入，不显示",
    "fpa.demo.people:make_people": "演示数据：只读单位和入序情况，定出每个单位写入多少人",
    "fpa.figures.freshness:rebuild": "指标属于各级单位，重算要写到每一级；读到的不显示给任何人",
    "fpa.figures.freshness:refresh": "指标属于各级单位，刷新要写到每一级；读到的不显示给任何人",
    "fpa.figures.management.commands.figures:Command.handle": "命令行由运维人员使用，显示指定单位的指标",
    "fpa.figures.moving:move_facts": "单位调整隶属关系时，指标要在新旧两条线的每一级加减；不显示",
    "fpa.figures.recount:_one_moment": "核对指标要在同一时刻通看全部记录；只由命令行和测试调用，只报不符的数",
    "fpa.files.retention:purge_files": "只看附件有没有被关联，不论在哪个单位；不显示",
    "fpa.imports.import_file:import_file": (
        "与 fpa.imports.runner:_run 同；经办人的权限和导入单位在打开范围之前已核对，只报计数和退回的行"
    ),
    "fpa.imports.runner:_run": "证件号码在全省只属一人，核对要通看；别处的档案只计入判断，不显示",
    "fpa.imports.runner:_stop": "后台进程只写交给它的那一次导入的状态",
    "fpa.imports.runner:idle_jobs": "只读导入的编号，用于排队",
    "fpa.imports.runner:waiting_jobs": "只读导入的编号，用于排队",
    "fpa.imports.tasks:purge_uploads": "只看导入过了多久；不显示",
    "fpa.membership.actions:join_member": "证件号码在全省只属一人，入会要通看；别处的档案不显示",
    "fpa.membership.actions:take_in": "对方已提出、保管单位已同意：会员关系转到对方单位，不显示",
    "fpa.people.actions:keep_person": "证件号码在全省只属一人，要通看；范围之外的档案既不改动也不显示",
    "fpa.people.requests:_answer": "答复要写到提出请求的单位，不显示那边的任何内容",
    "fpa.people.requests:ask_keeper": "请求要送到档案所在的单位，那里的任何内容都不返回",
    "fpa.organization.actions.units:move_unit": (
        "策略不许把行从一个范围写到另一个范围；两处都在经办人范围内，事先已核对；不显示"
    ),
    "fpa.pages.export_runner:_run": "后台进程先读交给它的那一次导出是谁的，随后按那个岗位的范围执行",
    "fpa.pages.export_runner:_stop": "后台进程只写交给它的那一次导出的状态",
    "fpa.pages.export_runner:idle_exports": "只读导出的编号，用于排队",
    "fpa.pages.export_runner:waiting_exports": "只读导出的编号，用于排队",
    "fpa.access.management.commands.setup:Command._publish": "标准流程和报表由省一级发布；不显示",
    "fpa.pages.history:history_of": "审计留在发生的单位；能看这条记录的人可以看它的全部经过，包括转来之前的",
    "fpa.pages.history:changes_since": "同上：只列这条记录在退回以后改动的字段",
    "fpa.pages.tasks:purge_exports": "只看导出文件过了多久；不显示",
    "fpa.people.names:rename_copies": "同一人的姓名在各单位要一致；只改姓名，不显示",
    "fpa.registers.papers:is_valid": "公开的证书查验页：只答有效或无效，别的一概不显示",
    "fpa.system.keeper:_seal": "审计日志全省是一本，封存要通看；不显示",
    "fpa.system.keeper:pass_day": "到期的事项由平台自动办理，不属于哪个岗位；不显示",
    "fpa.system.management.commands.audit:Command.handle": "审计日志全省是一本；命令行由运维人员使用，只报有问题的事件",
    "fpa.system.tasks:daily_upkeep": "是否已封存要看全部事件；只写出树头，不显示",
}
"""Every block of code that runs over the whole province (`scope.whole_province`), as `module:function`, and why it
shows nobody a row that is not theirs. `tests/test_architecture.py` compares the list with the code."""
