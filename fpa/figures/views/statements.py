"""Pages of stated numbers: all of them with their documents, stating one, correcting one."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load
from fpa.access.models import Unit
from fpa.audit.record import recorder_of_export
from fpa.core.lists import Column, Link, list_page
from fpa.core.periods import Period
from fpa.figures import actions, catalogue, forms
from fpa.figures.display import address, stated_words
from fpa.figures.models import Statement
from fpa.pages.form_flow import form_flow

PERMISSION = "statement.edit"

COLUMNS = (
    Column("code", "区划代码", lambda s: s.unit.code, kind="code"),
    Column("unit", "单位", lambda s: s.unit.name),
    Column("figure", "指标", lambda s: catalogue.get(s.figure).name, link=lambda s: page_of(s)),
    Column("period", "报告期", lambda s: s.period_label, sort="period"),
    Column("value", "数值", stated_words),
    Column("whose", "范围", lambda s: s.whose),
    Column("issuer", "发文机关", lambda s: s.issuer),
    Column("document", "文号或文件名", lambda s: s.document),
    Column("document_date", "成文日期", lambda s: s.document_date, sort="document_date", kind="date"),
    Column("entered_by", "登记人", lambda s: s.entered_by),
    Column("reason", "更正原因", lambda s: s.reason),
    Column("state", "状态", lambda s: "已更正" if s.is_corrected else "现行"),
)


def page_of(statement: Statement) -> str:
    """The figure's page where the statement stands."""
    return address("figure_detail", statement.figure, statement.unit, Period.parse(statement.period))


def statement_list(request: HttpRequest) -> HttpResponse:
    """Every number that is stated by a document in the seat's scope, corrected ones too."""
    actor = check(request, "figure.view")
    return list_page(
        request,
        title="文件数登记",
        rows=Statement.objects.whole(),
        columns=COLUMNS,
        on_export=recorder_of_export(actor),
        links=[Link("登记文件数", reverse("state_figure"), "plus", primary=True)]
        if actor.may(PERMISSION)
        else [],
        empty="还没有登记文件数。只有平台内的记录不能汇总、而文件写明的数才在这里登记。",
    )


def state_figure(request: HttpRequest) -> HttpResponse:
    """State a number by a document."""
    actor = check(request, PERMISSION)
    unit = Unit.objects.get(path=actor.path)
    initial = {"unit": unit, "period": str(timezone.localdate().year)} | request.GET.dict()

    return form_flow(
        request,
        forms.StateFigureForm(request.POST or None, seat=actor, initial=initial),
        title="登记文件数",
        submit="登记",
        back=reverse("statement_list"),
        does=partial(actions.state_figure, by=actor),
        said=lambda statement: (
            f"已登记{statement.unit.name}的“{catalogue.get(statement.figure).name}”。",
            page_of(statement),
        ),
    )


def correct_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """State anew what was stated wrongly."""
    actor = check(request, PERMISSION)
    statement = load(Statement.objects.select_related("unit"), pk, request, PERMISSION)
    initial = {name: getattr(statement, name) for name in forms.StatementForm.base_fields}

    return form_flow(
        request,
        forms.CorrectStatementForm(request.POST or None, initial=initial),
        title=f"更正：{catalogue.get(statement.figure).name}，{statement.unit.name}{statement.period_label}",
        submit="确认更正",
        back=page_of(statement),
        does=partial(actions.correct_statement, statement=statement, by=actor),
        said=lambda right: ("已更正，原来的登记留在历史中。", page_of(right)),
    )
