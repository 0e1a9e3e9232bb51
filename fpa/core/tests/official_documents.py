"""What the tests of official documents share: a document written and opened again."""

from datetime import date
from io import BytesIO
from typing import Any

from docx import Document

from fpa.core.official import Block, Paragraph, Run, Style, write_official

UNIT = "湖南省计划生育协会"
TITLE = "2023年上半年工作总结"
SOURCES = [
    ("1", "宣传服务活动", "130余场", "已审核的上报表合计", "118/122个县", "2023年6月30日"),
    ("2", "走访慰问", "12,345户", "已审核的上报表合计", "122/122个县", "2023年6月30日"),
]


def produce(blocks: list[Block] | None = None, **changes: Any) -> Any:
    """Write a document with one paragraph, or `blocks`, and open it again."""
    target = BytesIO()
    settings: dict[str, Any] = {"title": TITLE, "signed_by": UNIT, "signed_on": date(2023, 7, 5)}
    body = [Paragraph([Run("正文。")])] if blocks is None else blocks
    write_official(target, blocks=body, **settings | changes)
    return Document(target)


def styled(document: Any, style: Style) -> list[Any]:
    return [paragraph for paragraph in document.paragraphs if paragraph.style.name == style]


def texts(document: Any) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]
