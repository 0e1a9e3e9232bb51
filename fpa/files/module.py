"""What the rest of the house may know of documents and attachments."""

from fpa.access.roles import REVIEWERS, WORKERS
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(
        Permission("file.view", "看附件", WORKERS),
        Permission("document.view", "看文件", WORKERS),
        Permission("document.edit", "登记、修改文件", REVIEWERS),
    ),
    menu=(Entry("organization", "文件", "document_list", "document.view", 80),),
    verbs={"document.added": "登记文件", "document.edited": "修改文件"},
    pages={
        "search_documents": "找文件",
        "document_detail": "文件（一份）",
        "download_attachment": "下载附件",
    },
)
