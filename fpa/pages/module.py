"""What the rest of the house may know of pages: exports in the background, and saved views."""

from fpa.access.roles import EVERYONE
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(Permission("export.view", "后台导出、保存常用视图", EVERYONE),),
    menu=(Entry("workspace", "导出记录", "export_list", "export.view", 80),),
    verbs={
        "export.requested": "申请后台导出",
        "export.stopped": "后台导出中止",
        "export.expired": "导出文件到期删除",
        "export.downloaded": "下载导出文件",
        "saved_view.saved": "保存常用视图",
        "saved_view.renamed": "修改常用视图",
        "saved_view.deleted": "删除常用视图",
    },
    fields={"page": "列表地址", "format": "格式"},
    pages={
        "search_units": "找单位",
        "export_detail": "后台导出（一次）",
        "export_progress": "后台导出的进度",
        "export_file": "下载导出文件",
    },
)
