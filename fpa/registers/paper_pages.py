"""The pages of numbered papers: one declaration makes a paper's page, the PDF of one and of many, the page on which
anyone checks one, and the page that takes one back. Apart from the table, so that only what prints loads the makers of
PDF and QR."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe

from fpa.access.loaders import load_for
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.lists import READING, Link
from fpa.core.pdf import make_pdf, pdf_response, qr_svg
from fpa.pages.declared_forms import FormPage, load_own_for, offered
from fpa.pages.forms import ReasonForm
from fpa.pages.model_forms import form_of
from fpa.pages.named import NamedView
from fpa.pages.querysets import ScopedQuerySet
from fpa.pages.record import Fact, Panel, facts_of, history_panel, list_of, record_page
from fpa.registers.papers import Paper, PaperQuerySet, is_valid

TEMPLATE = Path(__file__).parent / "templates" / "registers" / "papers.typ"


class Text(NamedTuple):
    """What a paper says: its title, to whom it is given, and why."""

    title: str
    holder: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Papers:
    """One kind of numbered paper, and its pages.

    `rows` are all of it, each with the rows that `facts` and `words` (what its PDF says) need; `permission` is the
    right to see them, `may_give` to give one and to take one back. `prints` and `checks` name the addresses of a
    paper's PDF and of its public check; `of` leads from a paper to the row of `sources` for which it is given; `back`
    is the list they stand on, as (url name, label), which a filter of that row's name narrows.
    """

    rows: PaperQuerySet
    permission: str
    may_give: str
    prints: str
    checks: str
    sources: ScopedQuerySet
    of: str
    back: tuple[str, str]
    facts: Callable[[Any], Sequence[Fact]]
    words: Callable[[Any], Text]

    @property
    def name(self) -> str:
        """What such a paper is called."""
        return str(self.rows.model._meta.verbose_name)

    def source_of(self, paper: Any) -> Any:
        """The row for which a paper was given."""
        return reduce(getattr, self.of.split("__"), paper)

    def give_page(
        self, does: Callable[..., Any], people: Callable[[Any], QuerySet[Any]], whom: str
    ) -> FormPage:
        """The page on which papers of one day are given to all `people` of a source that is closed; `whom` in words."""
        return FormPage(
            does,
            self.may_give,
            f"发放{self.name}",
            self.sources,
            form_of(self.rows.model, "issued_on"),
            label="发证",
            submit="确认发证",
            icon="id",
            said=lambda given: f"已发证 {len(given):,} 份。",
            to=lambda given: list_of(self.back[0], self.source_of(given[0])),
            when=lambda source: not source.is_open,
            consequences=lambda source: [f"给{whom}发证 {people(source).count():,} 份，编号连续，不能重用。"],
        )

    def revoke_page(self, does: Callable[..., Any]) -> FormPage:
        """The page on which one is taken back by an action."""
        return FormPage(
            does,
            self.may_give,
            f"作废{self.name}",
            self.rows,
            ReasonForm,
            icon="x",
            when=lambda paper: not paper.revoked_on,
            consequences=lambda _: ["扫码验证从今天起显示“无效”，编号不再使用。"],
        )

    def address_of(self, request: HttpRequest, paper: Paper) -> str:
        """The whole address at which anyone checks a paper."""
        return request.build_absolute_uri(reverse(self.checks, args=[paper.code]))

    def answer(self, request: HttpRequest, actor: Actor, title: str, papers: Sequence[Paper]) -> HttpResponse:
        """Answer with papers as one PDF, an A4 page each; it leaves the event of an export."""
        recorder_of_export(actor)(f"{title}（PDF）", len(papers))
        sheets = []
        for paper in papers:
            address = self.address_of(request, paper)
            given = {"number": paper.number, "unit": paper.unit.association, "day": date_cn(paper.issued_on)}
            sheets.append({**self.words(paper)._asdict(), **given, "address": address, "qr": qr_svg(address)})
        return pdf_response(make_pdf(TEMPLATE, {"title": title, "papers": sheets}), title)


@dataclass(frozen=True, eq=False)
class PaperPage(NamedView):
    """The page of one paper, with the QR by which anyone checks it, and what may be done with it."""

    papers: Papers
    pages: Sequence[FormPage] = ()

    def __post_init__(self) -> None:
        """As a view it is called what its model's `page` says."""
        self.be_called(self.papers.rows.model.page)

    @property
    def words(self) -> str:
        """What such a paper is called."""
        return self.papers.name

    def __call__(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the page's request; one taken back has no PDF, but a course. Raises what `load_for` raises."""
        actor, paper = load_for(self.papers.rows, pk, request, self.papers.permission)
        pdf = [] if paper.revoked_on else [link_to_pdf(self.papers.prints, paper)]
        course = [history_panel(paper)] if paper.revoked_on else []
        return record_page(
            request,
            title=f"{self.papers.name} {paper}",
            facts=[*facts_of(paper, "state"), *self.papers.facts(paper), *facts_of(paper, "unit issued_on")],
            actions=[*pdf, *offered(actor, paper, *self.pages)],
            panels=[check_panel(self.papers.address_of(request, paper)), *course],
            back=self.papers.back,
        )


@dataclass(frozen=True, eq=False)
class PrintPage(NamedView):
    """The PDF of one paper in force; what was taken back is not printed."""

    papers: Papers

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        self.be_called(self.papers.prints)

    @property
    def words(self) -> str:
        """What it prints."""
        return f"{self.papers.name} PDF"

    def __call__(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer with the PDF. Raises what `load_for` raises."""
        actor, paper = load_for(self.papers.rows.in_force(), pk, request, self.papers.permission)
        return self.papers.answer(request, actor, f"{self.papers.name} {paper}", [paper])


@dataclass(frozen=True, eq=False)
class PrintAllPage(NamedView):
    """The PDF of all papers in force of one source, as they were numbered."""

    name: str
    papers: Papers

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        self.be_called(self.name)

    @property
    def words(self) -> str:
        """What it prints."""
        return f"{self.papers.sources.model._meta.verbose_name}的{self.papers.name} PDF"

    def given(self, source: Any) -> PaperQuerySet:
        """The papers in force of one source, in the order of their numbers."""
        return self.papers.rows.in_force().filter(**{self.papers.of: source}).order_by("id")

    def links(self, source: Any) -> list[Link]:
        """The way to the PDF from the source's page, where there is anything to print."""
        return [link_to_pdf(self.name, source)] if self.given(source).exists() else []

    def __call__(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer with the PDF. Raises what `load_own_for` raises, and Http404 where there is nothing in force."""
        actor, source = load_own_for(self.papers.sources, pk, request, self.papers.permission)
        papers = list(self.given(source))
        if not papers:
            raise Http404(f"“{source}”没有有效的{self.papers.name}，请先发证。")
        return self.papers.answer(request, actor, f"{self.papers.name} {source}", papers)


@dataclass(frozen=True, eq=False)
class CheckPage(NamedView):
    """Tells anyone whether a paper is in force today, and nothing else: it asks for no login."""

    papers: Papers

    login_required = False

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        self.be_called(self.papers.checks)

    @property
    def words(self) -> str:
        """What it checks."""
        return f"{self.papers.name}查验（公开）"

    def __call__(self, request: HttpRequest, code: UUID) -> HttpResponse:
        """Answer, the same for what is unknown as for what was taken back."""
        if request.method not in READING:
            return HttpResponseNotAllowed(READING)
        shown = {"title": f"{self.papers.name}验证", "is_valid": is_valid(self.papers.rows.model, code)}
        return render(request, "registers/check_paper.html", shown)


def link_to_pdf(name: str, row: Any) -> Link:
    """The way to a PDF from a record's page."""
    return Link("证书 PDF", reverse(name, args=[row.pk]), "printer")


def check_panel(address: str) -> Panel:
    """The part of a paper's page by which anyone checks it."""
    qr = mark_safe(qr_svg(address))  # drawn by us
    return Panel("验证", "registers/qr.html", {"address": address, "qr": qr}, narrow=True)
