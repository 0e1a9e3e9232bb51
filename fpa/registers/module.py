"""What the rest of the house may know of dictionaries, parameters, working days and numbers."""

from fpa.access.roles import ADMINISTRATOR, OFFICE, OFFICES, TOWNSHIP
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(
        Permission("register.view", "看字典、参数和放假调休", (OFFICE, TOWNSHIP, ADMINISTRATOR)),
        Permission("entry.edit", "修改字典", OFFICES),
        Permission("parameter.edit", "设定参数", OFFICES),
        Permission("calendar_day.edit", "录入放假调休", (ADMINISTRATOR,)),
    ),
    menu=(
        Entry("system", "字典", "dictionary_list", "register.view", 20, ("/entries/",)),
        Entry("system", "参数", "parameter_list", "register.view", 30),
        Entry("system", "放假调休", "calendar_day_list", "register.view", 40),
    ),
    verbs={
        "entry.added": "增加字典项",
        "entry.edited": "修改字典项",
        "entry.ended": "停用字典项",
        "parameter.set": "设定参数",
        "parameter.edited": "修改参数",
        "parameter.ended": "终止参数",
        "calendar_day.added": "录入放假调休日",
        "calendar_day.edited": "修改放假调休日",
        "calendar_day.removed": "删除放假调休日",
    },
    fields={"value": "值"},
    pages={
        "entry_list": "字典项",
    },
)
