"""The pages of numbered papers: as PDF, and checked by anyone. Apart from the table, so that only what prints loads the
makers of PDF and QR."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from fpa.core.chinese import date_cn
from fpa.core.pdf import make_pdf, pdf_response, qr_svg
from fpa.pages.record import Panel
from fpa.registers.papers import Paper, is_valid

TEMPLATE = Path(__file__).parent / "templates" / "registers" / "papers.typ"


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
    qr = mark_safe(qr_svg(address))  # drawn by us
    return Panel("验证", "registers/qr.html", {"address": address, "qr": qr}, narrow=True)


def answer_check(request: HttpRequest, title: str, model: type[Paper], code: UUID) -> HttpResponse:
    """Tell anyone whether the paper with a code is in force today, and nothing else."""
    return render(request, "registers/check_paper.html", {"title": title, "is_valid": is_valid(model, code)})
