"""Numbered papers that a unit gives (certificates, letters of appointment): checked by anyone, void when taken back."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import NamedTuple, Self
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe

from fpa.access.models import ScopedModel
from fpa.access.scope import whole_province
from fpa.core.chinese import date_cn
from fpa.core.lists import Status
from fpa.core.pdf import make_pdf, pdf_response, qr_svg
from fpa.pages.record import Panel
from fpa.pages.rows import RecordQuerySet

TEMPLATE = Path(__file__).parent / "templates" / "registers" / "papers.typ"


class PaperQuerySet(RecordQuerySet):
    def in_force(self) -> Self:
        """Those that were not taken back."""
        return self.filter(revoked_on=None)


class Paper(ScopedModel):
    """A paper with its unit's number. `code` stands in its QR, and can't be guessed; a number is not given again."""

    number = models.CharField("证书编号", max_length=60, db_collation="C")
    code = models.UUIDField("验证码", default=uuid4, unique=True, editable=False)
    issued_on = models.DateField("发证日期")
    revoked_on = models.DateField("作废日期", null=True, blank=True)

    objects = PaperQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["path", "-issued_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="%(class)s_number_once"),
            models.CheckConstraint(
                condition=Q(revoked_on=None) | Q(revoked_on__gte=F("issued_on")), name="%(class)s_in_order"
            ),
        ]
        indexes = [models.Index(fields=["path", "-issued_on"], name="%(class)s_path")]

    def __str__(self) -> str:
        return self.number

    def is_valid_on(self, day: date) -> bool:
        """Whether it is in force on a day."""
        return self.issued_on <= day and (self.revoked_on is None or day < self.revoked_on)

    @property
    def state(self) -> Status:
        """Whether it is in force, by word and shape."""
        return Status("已作废", "off") if self.revoked_on else Status("有效", "done")


class Text(NamedTuple):
    """What a paper says: its title, to whom it is given, and why."""

    title: str
    holder: str
    text: str


def answer_papers(
    request: HttpRequest, title: str, papers: Sequence[tuple[Paper, Text]], checked_at: str
) -> HttpResponse:
    """Answer with the papers as one PDF, an A4 page each; `checked_at` names the public address that takes a code."""
    sheets = []
    for paper, said in papers:
        address = address_of(request, checked_at, paper)
        given = {"number": paper.number, "unit": paper.unit.name, "day": date_cn(paper.issued_on)}
        sheets.append({**said._asdict(), **given, "address": address, "qr": qr_svg(address)})
    return pdf_response(make_pdf(TEMPLATE, {"title": title, "papers": sheets}), title)


def address_of(request: HttpRequest, checked_at: str, paper: Paper) -> str:
    """The whole address at which anyone checks a paper."""
    return request.build_absolute_uri(reverse(checked_at, args=[paper.code]))


def check_panel(address: str) -> Panel:
    """The part of a paper's page by which anyone checks it."""
    return Panel(
        "验证", "registers/qr.html", {"address": address, "qr": mark_safe(qr_svg(address))}
    )  # drawn by us


def answer_check(request: HttpRequest, title: str, model: type[Paper], code: UUID) -> HttpResponse:
    """Tell anyone whether the paper with a code is in force today, and nothing else."""
    return render(request, "registers/check_paper.html", {"title": title, "is_valid": is_valid(model, code)})


def is_valid(model: type[Paper], code: UUID) -> bool:
    """Whether a paper with this code is in force today; one that is not known is not."""
    with whole_province():  # whoever holds a paper may have it checked; nothing of the row is shown
        paper = model._default_manager.filter(code=code).first()
        return paper is not None and paper.is_valid_on(timezone.localdate())
