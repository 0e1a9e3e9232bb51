"""What the rest of the house may know of imports."""

from fpa.access.roles import ADMINISTRATOR
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(Permission("job.view", "看后台任务", (ADMINISTRATOR,)),),
    menu=(Entry("organization", "导入记录", "import_list", "member.import", 90),),
    verbs={
        "import.uploaded": "上传导入文件",
        "import.confirmed": "确认导入",
        "import.cancelled": "取消导入",
        "import.lapsed": "导入逾期未确认，自动取消",
        "import.rejected_rows_taken": "下载导入退回的行",
    },
    fields={"new": "新增", "changed": "更新", "unchanged": "无变化", "rejected": "退回"},
    former_labels={"jobs.job": "imports.job", "jobs.importrow": "imports.importrow"},
    pages={
        "paste_rows": "粘贴几行",
        "import_template": "下载空白模板",
        "import_detail": "导入（一次）",
        "import_progress": "导入的进度",
        "confirm_import": "确认导入",
        "cancel_import": "取消这次导入",
        "rejected_rows": "下载退回的行",
    },
)
