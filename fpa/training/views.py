"""Pages of training."""

from functools import partial
from typing import Any
from uuid import UUID

import segno
from django.contrib.auth.decorators import login_not_required
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from fpa.access.loaders import check, load_for
from fpa.approval.links import subject_links
from fpa.approval.models import Case
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn, number
from fpa.core.forms import Form
from fpa.core.lists import Link
from fpa.pages.declared_lists import declared_list
from fpa.pages.form_flow import form_flow
from fpa.pages.record import Fact, Panel, history_panel, record_page, table_panel
from fpa.training import actions, forms, lists, queries
from fpa.training.cases import PLAN
from fpa.training.lists import CERTIFICATES, PARTICIPANTS, PLANS, SESSIONS
from fpa.training.models import OPEN_TO_CHANGE, Participant, Session

SIGNATURES = ("序号", "姓名", "所在单位", "职务", "签名")


def plan_list(request: HttpRequest) -> HttpResponse:
    """The yearly plans of the seat's unit and below."""
    return declared_list(request, lists.PLAN_LIST)


def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan, its case, and what was held by it."""
    actor, plan = load_for(PLANS, pk, request, "training.view")
    case = Case.objects.of(plan).order_by("-id").first()
    held = [(Link(s.title, s.get_absolute_url()), s.ends_on, lists.state_of(s)) for s in plan.held.all()]
    may_change = actor.may("training.edit") and plan.state in OPEN_TO_CHANGE
    return record_page(
        request,
        title=plan.title,
        facts=[
            Fact(
                "状态",
                lists.state_of_plan(plan),
                more=Link("看审核", case.get_absolute_url()) if case else None,
            ),
            Fact("单位", plan.unit.name),
            Fact("年度", f"{plan.year} 年"),
            Fact("计划场次", f"{plan.sessions:,} 场"),
            Fact("计划人次", f"{plan.participants:,} 人次"),
        ],
        actions=_links(plan, ("报送审核", "submit_plan", "send"), ("修改", "edit_plan", "pencil"))
        + subject_links(PLAN, plan, actor)
        if may_change
        else subject_links(PLAN, plan, actor),
        panels=[
            table_panel("按计划办的班", ("培训班", "结束日期", "状态"), held, empty="还没有。"),
            history_panel(plan),
        ],
        back=("plan_list", "培训计划"),
    )


def _links(row: models.Model, *wanted: tuple[str, str, str]) -> list[Link]:
    return [Link(label, reverse(name, args=[row.pk]), icon) for label, name, icon in wanted]


def add_plan(request: HttpRequest) -> HttpResponse:
    """Write down what a unit plans for a year."""
    actor = check(request, "training.edit")
    return form_flow(
        request,
        forms.AddPlanForm(request.POST or None, seat=actor),
        title="登记培训计划",
        submit="登记",
        back=reverse("plan_list"),
        does=partial(actions.add_plan, by=actor),
        said=lambda plan: (f"已登记“{plan}”，请报送审核。", plan.get_absolute_url()),
    )


def edit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a plan before it is sent up, or when it came back."""
    actor, plan = load_for(PLANS, pk, request, "training.edit")
    return form_flow(
        request,
        forms.PlanForm(request.POST or None, initial=_on_record(plan, forms.PlanForm)),
        edits=True,
        title=f"修改培训计划：{plan}",
        submit="保存",
        back=plan.get_absolute_url(),
        does=partial(actions.edit_plan, plan=plan, by=actor),
        said=lambda edited: (f"已保存“{edited}”。", edited.get_absolute_url()),
    )


def _on_record(row: models.Model, form: type[Form]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in form.base_fields}


def submit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a plan up to be approved."""
    actor, plan = load_for(PLANS, pk, request, "training.edit")
    return form_flow(
        request,
        Form(request.POST if request.method == "POST" else None),
        title=f"报送培训计划：{plan}",
        submit="报送",
        back=plan.get_absolute_url(),
        does=partial(actions.submit_plan, plan=plan, by=actor),
        said=lambda case: (f"已报送“{case.title}”，由{case.reviewer.name}审核。", plan.get_absolute_url()),
    )


def session_list(request: HttpRequest) -> HttpResponse:
    """The sessions held at the seat's unit and below, and those above that invite it."""
    return declared_list(request, lists.SESSION_LIST)


def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A session: what it is, who came, its materials, its course."""
    actor, session = load_for(SESSIONS, pk, request, "training.view")
    files = session.materials.select_related("attachment")
    rows = [(Link(m.title, m.attachment.get_absolute_url()), m.attachment.name) for m in files]
    people = queries.count_attendance(session)
    return record_page(
        request,
        title=session.title,
        facts=[*_facts(session), Fact("名单", "，".join(f"{role} {n:,} 人" for role, n in people.items()))],
        actions=_session_links(session, actor),
        panels=[
            table_panel("培训材料", ("材料", "文件"), rows, empty="还没有上传材料。"),
            history_panel(session),
        ],
        back=("session_list", "培训台账"),
    )


def _facts(session: Session) -> list[Fact]:
    return [
        Fact("状态", lists.state_of(session)),
        Fact("主办单位", session.unit.name),
        Fact("承办单位", session.organizer, empty="主办单位自办"),
        Fact("协办单位", session.partners, empty="无"),
        Fact("级别", session.get_level_display()),
        Fact("对象", session.get_kind_display()),
        Fact("重点任务", session.task.label),
        Fact(
            "时间",
            f"{date_cn(session.starts_on)}至{date_cn(session.ends_on)}，{float(session.hours):g} 学时",
        ),
        Fact("地点", session.place),
        Fact("经费", f"{number(session.cost)} 元"),
        Fact("所属计划", session.plan and session.plan.title, empty="计划外"),
    ]


def _session_links(session: Session, actor: Actor) -> list[Link]:
    """The session's lists, and what may be done with it by who holds it or stands above."""
    links = [Link("参训人员", f"{reverse('participant_list')}?session={session.pk}", "users")]
    if not actor.may("training.edit") or not session.path.startswith(actor.path):
        return links
    links += _links(session, ("签到表", "sign_in_list", "printer"), ("上传材料", "add_material", "paperclip"))
    if session.is_open:
        paste = f"{reverse('paste_rows', args=['participants'])}?parent={session.pk}"
        links = [Link("粘贴名单", paste, "table", primary=True), *links]
        more = (("登记一人", "add_participant", "user-plus"), ("修改", "edit_session", "pencil"))
        return links + _links(session, *more, ("办结", "close_session", "check"))
    if actor.may("certificate.issue"):
        links += _links(session, ("发证", "issue_certificates", "id"))
    return links + _links(session, ("退回未办结", "reopen_session", "arrow-back-up"))


def _load_own(request: HttpRequest, pk: int, permission: str) -> tuple[Actor, Session]:
    """A session that the seat may change: held at its unit or below, not one seen from below."""
    actor = check(request, permission)
    return load_for(SESSIONS.under(actor.path), pk, request, permission)


def add_session(request: HttpRequest) -> HttpResponse:
    """Open a session."""
    actor = check(request, "training.edit")
    return form_flow(
        request,
        forms.AddSessionForm(request.POST or None, seat=actor),
        title="登记培训班",
        submit="登记",
        back=reverse("session_list"),
        does=partial(actions.add_session, by=actor),
        said=lambda session: (f"已登记“{session}”，请粘贴或导入名单。", session.get_absolute_url()),
    )


def edit_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct an open session."""
    actor, session = _load_own(request, pk, "training.edit")
    return form_flow(
        request,
        forms.SessionForm(request.POST or None, initial=_on_record(session, forms.SessionForm)),
        edits=True,
        title=f"修改培训班：{session}",
        submit="保存",
        back=session.get_absolute_url(),
        does=partial(actions.edit_session, session=session, by=actor),
        said=lambda edited: (f"已保存“{edited}”。", edited.get_absolute_url()),
    )


def close_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a session: it counts from now on."""
    actor, session = _load_own(request, pk, "training.edit")
    return form_flow(
        request,
        Form(request.POST if request.method == "POST" else None),
        title=f"办结培训班：{session}",
        submit="确认办结",
        back=session.get_absolute_url(),
        does=partial(actions.close_session, session=session, by=actor),
        said=lambda closed: (f"“{closed}”已办结。", closed.get_absolute_url()),
        consequences=lambda _: [f"这个班计入{session.unit.name}的培训场次、人次和人数，名单不能再改。"],
    )


def reopen_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a closed session again, to correct it."""
    actor, session = _load_own(request, pk, "training.edit")
    return form_flow(
        request,
        forms.WhyForm(request.POST or None),
        title=f"退回未办结：{session}",
        submit="退回",
        back=session.get_absolute_url(),
        does=partial(actions.reopen_session, session=session, by=actor),
        said=lambda opened: (f"“{opened}”可以修改了，改好后请重新办结。", opened.get_absolute_url()),
    )


def sign_in_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to sign on paper: the platform takes no check-in and no place."""
    _, session = _load_own(request, pk, "training.edit")
    people = session.attendance.select_related("unit")
    rows = [(n, p.name, p.unit.name, p.title, "　" * 6) for n, p in enumerate(people, 1)]
    return record_page(
        request,
        title=f"签到表：{session}",
        facts=_facts(session)[1:2] + _facts(session)[7:9],
        panels=[table_panel("签到", SIGNATURES, rows, empty="名单还是空的。")],
        back=("session_list", "培训台账"),
        note="点“打印”，在现场签字；平台不收集签到时间和位置。",
    )


def participant_list(request: HttpRequest) -> HttpResponse:
    """Who took part."""
    return declared_list(request, lists.PARTICIPANT_LIST)


def _list_of(session: Session) -> str:
    return f"{reverse('participant_list')}?session={session.pk}"


def add_participant(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one more on the list."""
    actor, session = _load_own(request, pk, "training.edit")
    return form_flow(
        request,
        forms.AddParticipantForm(request.POST or None, seat=actor),
        title=f"登记参训人员：{session}",
        submit="登记",
        back=session.get_absolute_url(),
        does=partial(actions.add_participant, session=session, by=actor),
        said=lambda person: (f"已登记{person}。", _list_of(session)),
    )


def remove_participant(request: HttpRequest, pk: int) -> HttpResponse:
    """Take someone off the list."""
    actor, person = load_for(PARTICIPANTS, pk, request, "training.edit")
    return form_flow(
        request,
        forms.WhyForm(request.POST or None),
        title=f"移除参训人员：{person}",
        submit="移除",
        back=_list_of(person.session),
        does=partial(actions.remove_participant, participant=person, by=actor),
        said=lambda session: (f"已把{person}从“{session}”的名单移除。", _list_of(session)),
    )


def add_material(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a file of a session."""
    actor, session = _load_own(request, pk, "training.edit")
    return form_flow(
        request,
        forms.AddMaterialForm(request.POST or None, request.FILES or None),
        title=f"上传培训材料：{session}",
        submit="上传",
        back=session.get_absolute_url(),
        does=partial(actions.add_material, session=session, by=actor),
        said=lambda material: (f"已上传“{material}”。", session.get_absolute_url()),
    )


def certificate_list(request: HttpRequest) -> HttpResponse:
    """The certificates that the seat's unit and those below gave."""
    return declared_list(request, lists.CERTIFICATE_LIST)


def issue_certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """Give everyone who did not fail a certificate."""
    actor, session = _load_own(request, pk, "certificate.issue")
    count = session.attendance.certifiable().count()
    return form_flow(
        request,
        forms.IssueCertificatesForm(request.POST or None),
        title=f"发证：{session}",
        submit="确认发证",
        back=session.get_absolute_url(),
        does=partial(actions.issue_certificates, session=session, by=actor),
        said=lambda given: (
            f"已发证 {len(given):,} 份。",
            f"{reverse('certificate_list')}?session={session.pk}",
        ),
        consequences=lambda _: [f"给没有证书、考核没有不合格的学员发证 {count:,} 份，编号连续，不能重用。"],
    )


def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate, on screen and to be printed, with the QR by which anyone checks it."""
    actor, certificate = load_for(CERTIFICATES, pk, request, "certificate.view")
    person: Participant = certificate.participant
    address = request.build_absolute_uri(reverse("verify_certificate", args=[certificate.code]))
    may_revoke = actor.may("certificate.issue") and not certificate.revoked_on
    return record_page(
        request,
        title=f"培训证书 {certificate}",
        facts=[
            Fact("状态", lists.state_of_certificate(certificate)),
            Fact("姓名", person.name),
            Fact("单位", person.unit.name),
            Fact("培训班", person.session.title),
            Fact("发证单位", certificate.unit.name),
            Fact("发证日期", certificate.issued_on),
        ],
        actions=_links(certificate, ("作废", "revoke_certificate", "x")) if may_revoke else [],
        panels=[Panel("验证", "training/qr.html", {"address": address, "qr": _qr(address)})],
        back=("certificate_list", "培训证书"),
    )


def _qr(address: str) -> str:
    """An address as a QR code, drawn by the library: nothing of it was typed by anybody."""
    return mark_safe(segno.make(address, error="m").svg_inline(scale=4, border=2))


def revoke_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Declare a certificate void."""
    actor, certificate = load_for(CERTIFICATES, pk, request, "certificate.issue")
    url = reverse("certificate_detail", args=[pk])
    return form_flow(
        request,
        forms.WhyForm(request.POST or None),
        title=f"作废证书：{certificate}",
        submit="确认作废",
        back=url,
        does=partial(actions.revoke_certificate, certificate=certificate, by=actor),
        said=lambda revoked: (f"证书{revoked}已作废。", url),
        consequences=lambda _: ["扫码验证从今天起显示“无效”，编号不再使用。"],
    )


@login_not_required
@require_GET
def verify_certificate(request: HttpRequest, code: UUID) -> HttpResponse:
    """Tell anyone whether a certificate is in force, and nothing else."""
    shown = {"title": "培训证书验证", "is_valid": queries.is_valid(code)}
    return render(request, "training/verify_certificate.html", shown)
