"""Addresses for the tests of lists, forms and components: a list of units, forms over nothing, ways to fail."""

from typing import ClassVar
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path
from django_filters import CharFilter, ChoiceFilter, DateFromToRangeFilter, FilterSet, NumberFilter

from config import urls as platform
from fpa.access.models import Kind, Level, Unit, UnknownName
from fpa.core import lists
from fpa.core.forms import DateField, Form, ModelForm, NumberField, check_answers
from fpa.core.refusals import Refusal
from fpa.pages.form_flow import form_flow

EXPORTED: list[tuple[str, int]] = []
"""What the list of units told of exports: (title, rows)."""


class UnitFilters(FilterSet):
    initials = CharFilter(lookup_expr="startswith", label="拼音首字母")
    level = ChoiceFilter(choices=Level.choices, label="层级")
    kind = ChoiceFilter(choices=Kind.choices, label="类别")
    valid_from = DateFromToRangeFilter(label="设立日期")
    code = NumberFilter(label="区划代码")

    class Meta:
        model = Unit
        fields: ClassVar[list[str]] = []


COLUMNS = (
    lists.Column("code", "区划代码", lambda u: u.code, sort="code", kind="code"),
    lists.Column("name", "名称", lambda u: u.name, sort="name", link=lambda u: f"/trial/units/{u.code}/"),
    lists.Column("level", "层级", lambda u: u.get_level_display(), sort="level"),
    lists.Column("parent", "上级", lambda u: u.parent and u.parent.name),
    lists.Column("state", "状态", lambda u: lists.Status("在用", "done")),
    lists.Column("valid_from", "设立日期", lambda u: u.valid_from, kind="date"),
    lists.Column("amount", "金额", lambda u: u.pk * 1234.5, kind="money", unit="元"),
    lists.Column("share", "占比", lambda u: 0.9672, kind="percent"),
    lists.Column("initials", "首字母", lambda u: u.initials, default=False),
)


def unit_list(request: HttpRequest) -> HttpResponse:
    return lists.list_page(
        request,
        title="单位名册",
        rows=Unit.objects.select_related("parent"),
        columns=COLUMNS,
        filters=UnitFilters,
        on_export=lambda title, count: EXPORTED.append((title, count)),
        links=[lists.Link("新增单位", "/trial/visit/", "plus", primary=True)],
        batch=[lists.BatchAction("撤销", "/trial/batch/")],
        total=(lambda: 31_700) if "known" in request.GET else None,
        empty="还没有单位，请先新增。",
    )


def plain_list(request: HttpRequest) -> HttpResponse:
    """A list without filters or batch, over the provinces that there are not."""
    return lists.list_page(
        request,
        title="空名册",
        rows=Unit.objects.none(),
        columns=COLUMNS[:2],
        on_export=lambda title, count: None,
        empty="还没有单位，请先新增。",
    )


def batch(request: HttpRequest) -> HttpResponse:
    done = lists.ticked(request)
    failed = [("<甲村>", "还有 3 名会员")] if "fail" in request.GET else []
    lists.summarize(request, "撤销单位", len(done) - len(failed), failed)
    return HttpResponseRedirect(lists.back_to_list(request, "test_unit_list"))


class VisitForm(Form):
    name = forms.CharField(label="户主姓名", max_length=5, help_text="与身份证一致。")
    on = DateField(label="走访日期")
    amount = NumberField(label="慰问金额（元）", decimal_places=2, min_value=0)
    kind = forms.ChoiceField(
        label="走访类别", choices=[("", "---------"), ("poor", "困难家庭"), ("old", "老年家庭")]
    )
    ways = forms.MultipleChoiceField(
        label="慰问方式",
        choices=[("cash", "慰问金"), ("goods", "慰问品")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    place = forms.ChoiceField(
        label="走访地点", choices=[("home", "入户"), ("hall", "集中")], widget=forms.RadioSelect
    )
    agreed = forms.BooleanField(label="本人同意登记")
    token = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean(self) -> None:
        if self.cleaned_data.get("name") == "无名氏":
            raise forms.ValidationError("没有这一户，请先登记。")


class UnitForm(ModelForm):
    class Meta:
        model = Unit
        fields = ("name", "level", "parent", "valid_from")


def visit(request: HttpRequest) -> HttpResponse:
    form = VisitForm(request.POST or None)
    shown = {"form": form, "title": "登记走访", "submit": "登记", "back": "/trial/units/"}
    if request.method == "POST" and form.is_valid():
        asked = check_answers(
            request,
            form,
            title="核对走访",
            consequences=["计入本月慰问户数。"],
            submit="确认登记",
            context=shown,
        )
        if asked:
            return asked
        messages.success(request, "走访已登记。")
        return HttpResponseRedirect("/trial/units/")
    return render(request, "components/form.html", shown)


def light(request: HttpRequest) -> HttpResponse:
    form = VisitForm(request.POST or None)
    return render(
        request,
        "components/form.html",
        {"form": form, "title": "登记走访", "submit": "登记", "base_template": "base_light.html"},
    )


TRIED: dict[str, dict[str, object]] = {}
"""The answers that the flow's action got, by the key of the row that it wrote; be it undone since."""


def acted() -> list[dict[str, object]]:
    """The answers of what was done and stands."""
    kept = set(UnknownName.objects.values_list("pk", flat=True))
    return [given for key, given in TRIED.items() if key in kept]


class CannotVisit(Refusal):
    """The flow's own refusal."""


class CannotPay(Refusal):
    """Another one."""


REFUSED = {
    "甲": CannotVisit("<甲>今天已走访过。"),
    "乙": CannotPay("本月慰问金已用完。"),
    "丙": LookupError("丙"),
    "丁": CannotPay("还没有设定慰问标准。", way="/parameters/"),
}
"""Whose visit is refused, and how; 丙's in a way that the flow does not know."""


def flow(request: HttpRequest) -> HttpResponse:
    """A form page as modules write them; with `?weighty` its answers are checked once more."""

    def visit_household(**given: object) -> object:
        if given["name"] in REFUSED:
            raise REFUSED[str(given["name"])]
        TRIED[UnknownName.objects.create(index=uuid4().hex).pk] = given
        return given["name"]

    return form_flow(
        request,
        VisitForm(request.POST or None),
        title="登记走访",
        submit="登记",
        back="/trial/units/",
        does=visit_household,
        said=lambda name: (f"{name}的走访已登记。", "/trial/units/"),
        consequences=(lambda given: [f"慰问金 {given['amount']} 元。"]) if "weighty" in request.GET else None,
    )


def refuse(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("您的岗位不能办理拨付。")


def lose(request: HttpRequest) -> HttpResponse:
    raise Http404("没有找到这条记录，或者它不在您的管理范围内。")


def fail(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


urlpatterns = [
    *platform.urlpatterns,
    path("trial/units/", unit_list, name="test_unit_list"),
    path("trial/none/", plain_list, name="test_plain_list"),
    path("trial/batch/", batch),
    path("trial/visit/", visit),
    path("trial/light/", light),
    path("trial/flow/", flow),
    path("trial/refuse/", refuse),
    path("trial/lose/", lose),
    path("trial/fail/", fail),
]
handler400, handler403 = platform.handler400, platform.handler403
handler404, handler500 = platform.handler404, platform.handler500
