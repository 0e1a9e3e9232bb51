"""Pages of the audit: what was done, and that the record of it is whole."""

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html

from fpa.access.loaders import check, load
from fpa.audit import heads
from fpa.audit.models import Event, TreeHead, Unsealed
from fpa.audit.outside import current_head
from fpa.audit.proof import standing_of
from fpa.audit.seal import is_known
from fpa.audit.words import changes_of, thing_words, verb_words
from fpa.core.lists import Status
from fpa.pages.declared_lists import declared_list
from fpa.pages.record import Fact, Panel, facts_panel, record_page, table_panel
from fpa.system.lists import EVENT_LIST


def event_list(request: HttpRequest) -> HttpResponse:
    """What was done in the seat's scope, the latest first."""
    return declared_list(request, EVENT_LIST)


def event_detail(request: HttpRequest, pk: str) -> HttpResponse:
    """One event with all that it holds, its place in the log, and the proof that it stands there unchanged."""
    event = load(Event, pk, request, "audit.view")
    changes = [(change.label, change.old, change.new) for change in changes_of(event)]
    return record_page(
        request,
        title=verb_words(event.verb),
        facts_title="办了什么",
        facts=_facts(event),
        panels=[
            table_panel("变更", ("项目", "原来", "现在"), changes, empty="这个动作没有改动字段。"),
            facts_panel("封存", _sealing(event)),
        ],
        back=("event_list", "审计日志"),
    )


def _facts(event: Event) -> list[Fact]:
    number = event.object_id or "—"
    return [
        Fact("动作", f"{verb_words(event.verb)} {event.verb}"),
        Fact("时间", event.at),
        Fact("对象", f"{event.object_name}（{thing_words(event.object_type)}，编号 {number}）"),
        Fact("操作人", event.actor_name),
        Fact("岗位", event.post_title, empty="—"),
        Fact("单位", event.unit_name, empty="—"),
        Fact("事由", event.reason, empty="—"),
        Fact("来源地址", event.ip, code=True, empty="—"),
        Fact("请求编号", event.request_id, code=True, empty="—"),
        Fact("范围", event.path, code=True),
    ]


def _sealing(event: Event) -> list[Fact]:
    """Whether the event is as it was written, and where the log holds it."""
    log = standing_of(event)
    genuine = (
        Status("相符", "done") if log.is_genuine else Status("不符，内容被改动或不是由平台写入", "wrong")
    )
    facts = [Fact("事件编号", str(event.pk), code=True), Fact("鉴别码", genuine)]
    if not log.head:
        return [*facts, Fact("位置", Status("等待封存，一分钟以内完成", "waiting"))]
    proof = (
        Status("已验证：公布的根包含这条事件", "done")
        if log.is_included
        else Status("验证不通过，请运行 fpa audit verify 查明", "wrong")
    )
    return [
        *facts,
        Fact("位置", f"第 {log.position} 位（从 0 起），由第 {log.head.size} 条处的树头封存"),
        Fact("封存时间", log.head.sealed_at),
        Fact("包含证明", proof),
    ]


def seal_status(request: HttpRequest) -> HttpResponse:
    """The last tree head, whether it is published outside the database, and how many events wait."""
    check(request, "audit.view")
    head = TreeHead.objects.first()
    return record_page(
        request,
        title="封存情况",
        facts_title="数据库中的日志",
        facts=_sealed(head),
        panels=[
            facts_panel("库外树头文件", _published(head), note=_TO_VERIFY),
            Panel("另行保存树头", "system/seal_keep.html", {"to_keep": str(current_head())}),
        ],
        back=("event_list", "审计日志"),
    )


_TO_VERIFY = format_html(
    '要逐条核对事件、叶子和树头，请在服务器上运行 <span class="code">{}</span>。', "fpa audit verify"
)


def _sealed(head: TreeHead | None) -> list[Fact]:
    waiting = Fact("等待封存", f"{Unsealed.objects.count()} 条")
    if head is None:
        return [waiting, Fact("已封存", "还没有封存过")]
    return [
        waiting,
        Fact("已封存", f"{head.size} 条"),
        Fact("封存时间", head.sealed_at),
        Fact("公开的根（SM3）", bytes(head.root).hex(), code=True),
    ]


def _published(head: TreeHead | None) -> list[Fact]:
    """What stands in the file outside the database, and whether it is the database's own."""
    published, unreadable = heads.published()
    facts = [Fact("已公布到", "还没有公布过")]
    if published:
        behind = head.size - published.size if head else 0
        words = f"一致，最新封存的 {behind} 条正在写入文件" if behind > 0 else "一致"
        same = Status(words, "done")
        facts = [
            Fact("已公布到", f"{published.size} 条"),
            Fact("公布的根", published.root, code=True),
            Fact(
                "和系统里的日志",
                same if is_known(published) else Status("不一致，请运行 fpa audit verify 查明", "wrong"),
            ),
        ]
    if unreadable:
        told = Status("文件末尾有无法读取的行，请运行 fpa audit verify 查明", "wrong")
        facts.append(Fact("无法读取", told))
    return facts
