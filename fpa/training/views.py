"""Pages of training: each is the view of the address that has its name."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from fpa.access.loaders import load_for
from fpa.approval.links import subject_links
from fpa.approval.models import Case
from fpa.audit.record import recorder_of_export
from fpa.core.actor import Actor
from fpa.core.chinese import date_cn
from fpa.core.lists import Link
from fpa.pages.declared_forms import FormPage, load_own_for, offered
from fpa.pages.forms import ReasonForm
from fpa.pages.record import Fact, facts_of, history_panel, record_page, table_panel
from fpa.registers.paper_pages import Text, address_of, answer_check, answer_papers, check_panel
from fpa.training import actions, forms, queries
from fpa.training.cases import PLAN
from fpa.training.lists import CERTIFICATES, PARTICIPANTS, PLANS, SESSIONS, state_of, state_of_plan
from fpa.training.models import Certificate, Participant, Session

SIGNATURES = ("序号", "姓名", "所在单位", "职务", "签名")


def _list_of(name: str, session: Session) -> str:
    return f"{reverse(name)}?session={session.pk}"


# Plans

add_plan = FormPage(
    name="add_plan",
    permission="training.edit",
    title="登记培训计划",
    submit="登记",
    form=forms.AddPlanForm,
    does=actions.add_plan,
    said=lambda plan: f"已登记“{plan}”，{'已生效，可以据此办班' if plan.is_province else '请报送审核'}。",
    back="plan_list",
)
edit_plan = FormPage(
    name="edit_plan",
    permission="training.edit",
    title="修改培训计划",
    submit="保存",
    label="修改",
    rows=PLANS,
    form=forms.PlanForm,
    edits=True,
    does=actions.edit_plan,
    said="已保存“{}”。",
    when=lambda plan: plan.is_open_to_change,
)
submit_plan = FormPage(
    name="submit_plan",
    permission="training.edit",
    title="报送培训计划",
    submit="报送",
    label="报送审核",
    icon="send",
    rows=PLANS,
    does=actions.submit_plan,
    said=lambda case: f"已报送“{case.title}”，由{case.reviewer.association}审核。",
    when=lambda plan: plan.is_open_to_change and not plan.is_province,
)


def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A plan, its case, and what was held by it."""
    actor, plan = load_for(PLANS, pk, request, "training.view")
    case = Case.objects.of(plan).order_by("-id").first()
    held = [(Link(s.title, s.get_absolute_url()), s.ends_on, state_of(s)) for s in plan.held.all()]
    review = Link("看审核", case.get_absolute_url()) if case else None
    return record_page(
        request,
        title=plan.title,
        facts=[
            Fact("状态", state_of_plan(plan), more=review),
            Fact("单位", plan.unit.association),
            Fact("年度", f"{plan.year} 年"),
            Fact("计划场次", f"{plan.sessions:,} 场"),
            Fact("计划人次", f"{plan.participants:,} 人次"),
        ],
        note="省级培训计划没有上级审核，登记后即生效。" if plan.is_province else "",
        actions=[
            *offered(actor, plan, submit_plan, edit_plan),
            *([] if plan.is_province else subject_links(PLAN, plan, actor)),
        ],
        panels=[
            table_panel("按计划办的班", ("培训班", "结束日期", "状态"), held, empty="还没有。"),
            history_panel(plan),
        ],
        back=("plan_list", "培训计划"),
    )


# Sessions

add_session = FormPage(
    name="add_session",
    permission="training.edit",
    title="登记培训班",
    submit="登记",
    form=forms.AddSessionForm,
    does=actions.add_session,
    said="已登记“{}”，请粘贴或导入名单。",
    back="session_list",
)
edit_session = FormPage(
    name="edit_session",
    permission="training.edit",
    title="修改培训班",
    submit="保存",
    label="修改",
    rows=SESSIONS,
    form=forms.SessionForm,
    edits=True,
    does=actions.edit_session,
    said="已保存“{}”。",
    when=lambda session: session.is_open,
)
close_session = FormPage(
    name="close_session",
    permission="training.edit",
    title="办结培训班",
    submit="确认办结",
    label="办结",
    icon="check",
    rows=SESSIONS,
    does=actions.close_session,
    said="“{}”已办结。",
    when=lambda session: session.is_open,
    consequences=lambda s: [f"这个班计入{s.unit.association}的培训场次、人次和人数，名单不能再改。"],
)
reopen_session = FormPage(
    name="reopen_session",
    permission="training.edit",
    title="退回未办结",
    submit="退回",
    icon="arrow-back-up",
    rows=SESSIONS,
    form=ReasonForm,
    does=actions.reopen_session,
    said="“{}”可以修改了，改好后请重新办结。",
    when=lambda session: not session.is_open,
)
add_material = FormPage(
    name="add_material",
    permission="training.edit",
    title="上传培训材料",
    submit="上传",
    label="上传材料",
    icon="paperclip",
    rows=SESSIONS,
    form=forms.AddMaterialForm,
    does=actions.add_material,
    said="已上传“{}”。",
)


def session_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A session: what it is, who came, its materials, its course."""
    actor, session = load_for(SESSIONS, pk, request, "training.view")
    files = session.materials.select_related("attachment")
    rows = [(Link(m.title, m.attachment.get_absolute_url()), m.attachment.name) for m in files]
    people = "，".join(f"{role} {n:,} 人" for role, n in queries.count_attendance(session).items())
    pages = (add_participant, edit_session, close_session, issue_certificates, add_material, reopen_session)
    links = [Link("参训人员", _list_of("participant_list", session), "users")]
    if edit_session.is_open_to(actor, session):
        paste = f"{reverse('paste_rows', args=['participants'])}?parent={session.pk}"
        links.insert(0, Link("粘贴名单", paste, "table", primary=True))
    if add_material.is_open_to(actor, session):
        links.append(Link("签到表", reverse("sign_in_list", args=[pk]), "printer"))
    if Certificate.objects.in_force().filter(participant__session=session).exists():
        links.append(_link_to_paper("print_certificates", pk))
    return record_page(
        request,
        title=session.title,
        facts=[
            Fact("状态", state_of(session)),
            Fact("主办单位", session.unit.association),
            Fact("承办单位", session.organizer, empty="主办单位自办"),
            Fact("协办单位", session.partners, empty="无"),
            *facts_of(session, "level", "kind", "task"),
            _time_of(session),
            *facts_of(session, "place", "cost"),
            Fact("所属计划", session.plan and session.plan.title, empty="计划外"),
            Fact("名单", people),
        ],
        actions=links + offered(actor, session, *pages),
        panels=[
            table_panel("培训材料", ("材料", "文件"), rows, empty="还没有上传材料。"),
            history_panel(session),
        ],
        back=("session_list", "培训台账"),
    )


def _time_of(session: Session) -> Fact:
    days = f"{date_cn(session.starts_on)}至{date_cn(session.ends_on)}"
    return Fact("时间", f"{days}，{float(session.hours):g} 学时")


# Who took part

add_participant = FormPage(
    name="add_participant",
    permission="training.edit",
    title="登记参训人员",
    submit="登记",
    label="登记一人",
    icon="user-plus",
    rows=SESSIONS,
    form=forms.AddParticipantForm,
    does=actions.add_participant,
    said="已登记{}。",
    to=lambda person: person.get_absolute_url(),
    when=lambda session: session.is_open,
)
remove_participant = FormPage(
    name="remove_participant",
    permission="training.edit",
    title="移除参训人员",
    submit="移除",
    rows=PARTICIPANTS,
    form=ReasonForm,
    does=actions.remove_participant,
    said="已把{row}从“{}”的名单移除。",
    to=lambda session: _list_of("participant_list", session),
)


def sign_in_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list to sign on paper: the platform takes no check-in and no place."""
    _, session = load_own_for(SESSIONS, pk, request, "training.edit")
    people = session.attendance.select_related("unit")
    rows = [(n, p.name, p.unit.name, p.title, "　" * 6) for n, p in enumerate(people, 1)]
    return record_page(
        request,
        title=f"签到表：{session}",
        facts=[Fact("主办单位", session.unit.association), _time_of(session), *facts_of(session, "place")],
        panels=[table_panel("签到", SIGNATURES, rows, empty="名单还是空的。")],
        back=("session_list", "培训台账"),
        note="点“打印”，在现场签字；平台不收集签到时间和位置。",
    )


# Certificates

issue_certificates = FormPage(
    name="issue_certificates",
    permission="certificate.issue",
    title="发证",
    submit="确认发证",
    icon="id",
    rows=SESSIONS,
    form=forms.IssueCertificatesForm,
    does=actions.issue_certificates,
    said=lambda given: f"已发证 {len(given):,} 份。",
    to=lambda given: _list_of("certificate_list", given[0].participant.session),
    when=lambda session: not session.is_open,
    consequences=lambda session: [
        f"给没有证书、考核没有不合格的学员发证 {session.attendance.certifiable().count():,} 份，编号连续，不能重用。"
    ],
)
revoke_certificate = FormPage(
    name="revoke_certificate",
    permission="certificate.issue",
    title="作废证书",
    submit="确认作废",
    label="作废",
    icon="x",
    rows=CERTIFICATES,
    form=ReasonForm,
    does=actions.revoke_certificate,
    said="证书{}已作废。",
    when=lambda certificate: not certificate.revoked_on,
    consequences=lambda _: ["扫码验证从今天起显示“无效”，编号不再使用。"],
)


def certificate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate, with the QR by which anyone checks it."""
    actor, certificate = load_for(CERTIFICATES, pk, request, "certificate.view")
    person: Participant = certificate.participant
    address = address_of(request, "verify_certificate", certificate)
    paper = [] if certificate.revoked_on else [_link_to_paper("print_certificate", pk)]
    return record_page(
        request,
        title=f"培训证书 {certificate}",
        facts=[
            Fact("状态", certificate.state),
            Fact("姓名", person.name),
            Fact("单位", person.unit.name),
            Fact("培训班", person.session.title),
            Fact("发证单位", certificate.unit.association),
            Fact("发证日期", certificate.issued_on),
        ],
        actions=paper + offered(actor, certificate, revoke_certificate),
        panels=[check_panel(address)],
        back=("certificate_list", "培训证书"),
    )


def _link_to_paper(name: str, pk: int) -> Link:
    return Link("证书 PDF", reverse(name, args=[pk]), "printer")


def print_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A certificate in force as PDF; what was taken back is not printed."""
    actor, certificate = load_for(CERTIFICATES.in_force(), pk, request, "certificate.view")
    return _print(request, actor, f"培训证书 {certificate}", [certificate])


def print_certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificates of a session that are in force as one PDF, in the order of their numbers."""
    actor, session = load_own_for(SESSIONS, pk, request, "certificate.view")
    given = list(CERTIFICATES.in_force().filter(participant__session=session).order_by("id"))
    if not given:
        raise Http404("这个培训班没有有效的证书，请先发证。")
    return _print(request, actor, f"培训证书 {session}", given)


def _print(request: HttpRequest, actor: Actor, title: str, given: list[Certificate]) -> HttpResponse:
    recorder_of_export(actor)(f"{title}（PDF）", len(given))
    return answer_papers(request, title, [(each, _words_of(each)) for each in given], "verify_certificate")


def _words_of(certificate: Certificate) -> Text:
    """What the certificate says: no more of the person than name and unit."""
    person: Participant = certificate.participant
    session = person.session
    outcome = "考核合格" if person.result else "已完成学习"
    days = f"{date_cn(session.starts_on)}至{date_cn(session.ends_on)}"
    text = f"于{days}参加“{session}”，计 {float(session.hours):g} 学时，{outcome}，特发此证。"
    return Text("培训证书", f"{person.name}（{person.unit.name}）", text)


@login_not_required
@require_GET
def verify_certificate(request: HttpRequest, code: UUID) -> HttpResponse:
    """Tell anyone whether a certificate is in force, and nothing else."""
    return answer_check(request, "培训证书验证", Certificate, code)
