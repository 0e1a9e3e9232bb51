"""What the rest of the house may know of threads; their to-dos are told with the cases' (`fpa.approval.module`)."""

from fpa.access.roles import WORKERS
from fpa.core.modules import Entry, Module, Permission

MODULE = Module(
    permissions=(
        Permission("thread.view", "看讨论与退回", WORKERS),
        Permission("thread.write", "答复、办结", WORKERS),
    ),
    menu=(Entry("workspace", "讨论与退回", "thread_list", "thread.view", 30),),
    verbs={
        "thread.opened": "发起讨论",
        "thread.replied": "答复讨论",
        "thread.settled": "办结讨论",
    },
    former_labels={"approval.thread": "threads.thread"},
    pages={
        "thread_detail": "讨论（一条）",
        "reply_thread": "答复",
        "settle_thread": "办结",
    },
)
