"""Pages of training: each is the view of the address that has its name."""

from fpa.approval.links import subject_links
from fpa.approval.subjects import review_note, state_fact, submit_page
from fpa.core.actor import Actor
from fpa.core.lists import Link
from fpa.files.record_files import add_file_page, files_panel
from fpa.imports.links import paste_link
from fpa.pages.attendance import SignInPage, enrol_page, strike_off_page
from fpa.pages.closing import close_page, reopen_page
from fpa.pages.declared_forms import add_page, edit_page
from fpa.pages.declared_records import RecordPage
from fpa.pages.forms import PlaceForm
from fpa.pages.model_forms import form_of
from fpa.pages.record import Fact, facts_of, list_of, rows_panel
from fpa.pages.told import counts_of, value_of
from fpa.registers.paper_pages import CheckPage, PaperPage, Papers, PrintAllPage, PrintPage, Text
from fpa.training import actions
from fpa.training.cases import PLAN
from fpa.training.models import Certificate, Participant, Plan, Session
from fpa.training.queries import CERTIFICATES, PARTICIPANTS, PLANS, SESSIONS

PLANNED = "title sessions participants"
HELD = "level kind task starts_on ends_on place hours cost organizer partners plan"
SHOWN = "state unit organizer partners level kind task days hours place cost plan"
SESSION_LIST = ("session_list", "培训台账")

# Plans

add_plan = add_page(
    actions.add_plan,
    "training.edit",
    form_of(Plan, "unit year", PLANNED),
    "plan_list",
    said=lambda plan: f"已登记“{plan}”，{'已生效，可以据此办班' if plan.is_province else '请报送审核'}。",
)
edit_plan = edit_page(actions.edit_plan, "training.edit", PLANS, form_of(Plan, PLANNED))
submit_plan = submit_page(actions.submit_plan, "training.edit", PLANS)
plan_detail = RecordPage(
    PLANS,
    "training.view",
    ("plan_list", "培训计划"),
    facts=lambda plan: [state_fact(plan), *facts_of(plan, "unit year sessions participants")],
    note=review_note,
    pages=(submit_plan, edit_plan),
    links=lambda plan, actor: subject_links(PLAN, plan, actor),
    panels=lambda plan: [
        rows_panel("按计划办的班", plan.held.all(), "title ends_on state", empty="还没有。")
    ],
)

# Sessions

add_session = add_page(
    actions.add_session,
    "training.edit",
    form_of(Session, "title unit", HELD),
    "session_list",
    said="已登记“{}”，请粘贴或导入名单。",
)
edit_session = edit_page(actions.edit_session, "training.edit", SESSIONS, form_of(Session, "title", HELD))
close_session = close_page(
    actions.close_session,
    "training.edit",
    SESSIONS,
    lambda session: f"这个班计入{session.unit.name}的培训场次、人次和人数，名单不能再改。",
)
reopen_session = reopen_page(actions.reopen_session, "training.edit", SESSIONS)
add_material = add_file_page(actions.add_material, "training.edit", SESSIONS, "培训材料")

# Who took part

add_participant = enrol_page(
    actions.add_participant,
    "training.edit",
    SESSIONS,
    form_of(Participant, "name unit role title result", base=PlaceForm),
)
remove_participant = strike_off_page(actions.remove_participant, "training.edit", PARTICIPANTS)
sign_in_list = SignInPage(
    "sign_in_list",
    SESSIONS,
    "training.edit",
    SESSION_LIST,
    facts=lambda session: facts_of(session, "unit days hours place", days="时间"),
    people=lambda session: session.attendance.select_related("unit"),
)

# Certificates


def _words_of(certificate: Certificate) -> Text:
    """What the certificate says: no more of the person than name and unit."""
    person: Participant = certificate.participant
    session, outcome = person.session, "考核合格" if person.result else "已完成学习"
    text = f"于{session.days}参加“{session}”，计 {value_of(session, 'hours')}，{outcome}，特发此证。"
    return Text("培训证书", f"{person.name}（{person.unit.name}）", text)


PAPERS = Papers(
    rows=CERTIFICATES,
    permission="certificate.view",
    may_give="certificate.issue",
    prints="print_certificate",
    checks="verify_certificate",
    sources=SESSIONS,
    of="participant__session",
    back=("certificate_list", "培训证书"),
    facts=lambda c: facts_of(c, "participant__name participant__unit participant__session"),
    words=_words_of,
)
issue_certificates = PAPERS.give_page(
    actions.issue_certificates,
    lambda session: session.attendance.certifiable(),
    "没有证书、考核没有不合格的学员",
)
revoke_certificate = PAPERS.revoke_page(actions.revoke_certificate)
certificate_detail = PaperPage(PAPERS, [revoke_certificate])
print_certificate = PrintPage(PAPERS)
print_certificates = PrintAllPage("print_certificates", PAPERS)
verify_certificate = CheckPage(PAPERS)


def _session_links(session: Session, actor: Actor) -> list[Link]:
    links = [Link("参训人员", list_of("participant_list", session), "users")]
    if edit_session.is_open_to(actor, session):
        links.insert(0, paste_link("participants", session, "粘贴名单"))
    if add_material.is_open_to(actor, session):
        links.append(sign_in_list.link(session))
    return links + print_certificates.links(session)


session_detail = RecordPage(
    SESSIONS,
    "training.view",
    SESSION_LIST,
    facts=lambda s: [*facts_of(s, SHOWN, days="时间"), Fact("名单", counts_of(s.attendance, "role", "人"))],
    pages=(add_participant, edit_session, close_session, issue_certificates, add_material, reopen_session),
    links=_session_links,
    panels=lambda session: [files_panel("培训材料", session.materials.select_related("attachment"))],
)
