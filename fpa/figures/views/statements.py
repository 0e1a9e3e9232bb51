"""Pages of stated numbers: stating one, correcting one."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from fpa.access.loaders import check, load
from fpa.access.models import Unit
from fpa.figures import actions, catalogue, forms
from fpa.figures.models import Statement
from fpa.pages.form_flow import form_flow

PERMISSION = "statement.edit"


def state_figure(request: HttpRequest) -> HttpResponse:
    """State a number by a document."""
    actor = check(request, PERMISSION)
    unit = Unit.objects.get(path=actor.path)
    initial = {"unit": unit, "period": str(timezone.localdate().year)} | request.GET.dict()

    return form_flow(
        request,
        forms.StateFigureForm(request.POST or None, request.FILES or None, seat=actor, initial=initial),
        title="登记文件数",
        submit="登记",
        back=reverse("statement_list"),
        does=partial(actions.state_figure, by=actor),
        said=lambda statement: (
            f"已登记{statement.unit.name}的“{catalogue.get(statement.figure).name}”。",
            statement.get_absolute_url(),
        ),
    )


def correct_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """State anew what was stated wrongly."""
    actor = check(request, PERMISSION)
    statement = load(Statement.objects.select_related("unit", "document"), pk, request, PERMISSION)

    return form_flow(
        request,
        forms.CorrectStatementForm.of(statement, actor, request.POST or None, request.FILES or None),
        title=f"更正：{catalogue.get(statement.figure).name}，{statement.unit.name}{statement.period_label}",
        submit="确认更正",
        back=statement.get_absolute_url(),
        does=partial(actions.correct_statement, statement=statement, by=actor),
        said=lambda right: ("已更正，原来的登记留在历史中。", right.get_absolute_url()),
    )
