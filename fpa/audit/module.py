"""What the rest of the house may know of the audit."""

from fpa.core.modules import Module

MODULE = Module(
    verbs={"list.exported": "导出或打印列表"},
    fields={"list": "列表", "rows": "行数", "file": "文件", "sm3": "文件摘要（SM3）"},
)
