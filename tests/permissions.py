"""Who may open which page: one line for every address of the platform. `test_permissions.py` walks them all.

A new page is a new line: its url name, who may (accounts of the cast), and how the address names the thing it is
about, so that the walk can ask for one's own, a parent's, a sibling's and a child's. A page missing here fails.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.world import KEY, PERIOD, Place

OFFICES = frozenset({"province", "city", "county", "sibling"})
REVIEWERS = OFFICES | {"township"}
WORKERS = REVIEWERS | {"village"}
AUDITOR, ADMINISTRATOR = frozenset({"auditor"}), frozenset({"administrator"})
KEEPERS = REVIEWERS | ADMINISTRATOR
SEATS = WORKERS | AUDITOR | ADMINISTRATOR

Args = Callable[[Place], list[Any]]


@dataclass(frozen=True, eq=False)
class Line:
    """One address.

    `args` gives the address's arguments for the thing of a place, `query` its parameters; with neither the page is
    about the seat itself. `seen` is who sees that thing: those above its unit, or (published) also all below, or
    (granted) only the accounts that are named there, of which the cast has none.
    `data` is posted. `narrow`: not everyone who may, finds their own thing there (another level fills in), so 403 and
    404 are answers as well. `open_to` says whether the page asks for a seat,
    for a login that may work (granted), for a login, or for nothing.
    """

    name: str
    may: frozenset[str] = SEATS
    args: Args | None = None
    query: Callable[[Place], dict[str, Any]] | None = None
    data: dict[str, Any] = field(default_factory=dict)
    seen: Literal["subtree", "published", "granted"] = "subtree"
    narrow: bool = False
    open_to: Literal["seats", "granted", "users", "public"] = "seats"


def pk_of(model: str) -> Args:
    """Arguments for a page about a place's row of a model."""
    return lambda place: [place.pk(model)]


def code(place: Place) -> list[Any]:
    """Arguments for a page about the unit itself."""
    return [place.unit.code]


def unit_query(place: Place) -> dict[str, Any]:
    """A page whose parameters name the unit."""
    return {"unit": place.unit.code, "period": PERIOD}


def by_unit(*before: Any) -> Args:
    """Arguments that end with the unit's code, after a row of the province that everyone sees, or plain words."""
    return lambda place: [*before, place.unit.code]


def call_of_the_province(place: Place) -> list[Any]:
    """The province's collection, which every unit sees, and the unit's code."""
    return [place.rows["Submission"].collection_id if "Submission" in place.rows else None, place.unit.code]


def cell_of_the_province(place: Place) -> list[Any]:
    """A cell of what a unit reports in the province's collection."""
    return [*call_of_the_province(place), KEY]


MEMBER, STAFF, USER, POST = pk_of("Member"), pk_of("Staff"), pk_of("User"), pk_of("Post")
DOCUMENT = pk_of("Document")
CALL, SUBMISSION, THREAD, JOB = pk_of("Collection"), pk_of("Submission"), pk_of("Thread"), pk_of("Job")

EXPORT = {"list": "/members/", "format": "xlsx", "key": "01890000-0000-7000-8000-000000000001"}

LINES = [
    # One's own login
    Line("login", open_to="public"),
    Line("login_again", open_to="public"),
    Line("set_elder_mode", open_to="public"),
    Line("logout", open_to="users"),
    Line("choose_seat", open_to="users"),
    Line("switch_seat", open_to="users", narrow=True),
    Line("change_password", open_to="users"),
    # 工作台
    Line("home"),
    Line("go_to", data={"q": "4312"}),
    # 组织建设管理
    Line("unit_tree"),
    # Exports in the background and saved views: each is its owner's alone
    Line("export_list"),
    Line("request_export", WORKERS, query=lambda place: {"list": "/members/"}, data=EXPORT),
    Line("export_detail", args=pk_of("ListExport"), narrow=True),
    Line("export_progress", args=pk_of("ListExport"), narrow=True),
    Line("export_file", args=pk_of("ListExport"), narrow=True),
    Line("save_view", query=lambda place: {"list": "/members/"}),
    Line("rename_view", args=pk_of("SavedView"), narrow=True),
    Line("delete_view", args=pk_of("SavedView"), narrow=True),
    Line("search_units", query=lambda place: {"q": "4312"}),
    Line("unit_detail", args=code),
    Line("unit_children", args=code),
    Line("rename_unit", OFFICES, code),
    Line("move_unit", OFFICES, code),
    Line("set_standing", OFFICES, code),
    Line("member_list", WORKERS),
    Line("find_member", WORKERS, data={"number": "13800001234"}),
    Line("join_member", WORKERS),
    Line("member_detail", WORKERS, MEMBER),
    Line("rejoin_member", WORKERS, MEMBER),
    Line("edit_member", WORKERS, MEMBER),
    Line("transfer_member", REVIEWERS, MEMBER),
    Line("leave_member", WORKERS, MEMBER, data={"reason": "request", "on": "2024-01-01", "confirmed": "1"}),
    Line("reveal_member", WORKERS, MEMBER, data={"reason": "核对材料"}),
    Line("received_request_list", REVIEWERS),
    Line("sent_request_list", WORKERS),
    Line("received_request_detail", REVIEWERS, pk_of("ReceivedRequest")),
    Line("agree_request", REVIEWERS, pk_of("ReceivedRequest"), data={"note": "", "confirmed": "1"}),
    Line("refuse_request", REVIEWERS, pk_of("ReceivedRequest"), data={"reason": "查无此事"}),
    Line("staff_list", WORKERS),
    Line("appoint_staff", REVIEWERS),
    Line("staff_detail", WORKERS, STAFF),
    Line("end_staff", REVIEWERS, STAFF, data={"on": "2024-01-01", "confirmed": "1"}),
    # 培训
    Line("plan_list", WORKERS),
    Line("add_plan", REVIEWERS),
    Line("plan_detail", WORKERS, pk_of("Plan")),
    Line("edit_plan", REVIEWERS, pk_of("Plan")),
    Line("submit_plan", REVIEWERS, pk_of("Plan")),
    Line("session_list", WORKERS),
    Line("add_session", REVIEWERS),
    Line("session_detail", WORKERS, pk_of("Session"), seen="published"),
    Line("edit_session", REVIEWERS, pk_of("Session")),
    Line("close_session", REVIEWERS, pk_of("Session"), data={"confirmed": "1"}),
    Line("reopen_session", REVIEWERS, pk_of("Session"), data={"reason": "更正"}),
    Line("sign_in_list", REVIEWERS, pk_of("Session")),
    Line("add_participant", REVIEWERS, pk_of("Session")),
    Line("participant_list", WORKERS),
    Line("remove_participant", REVIEWERS, pk_of("Participant"), data={"reason": "录错"}),
    Line("add_material", REVIEWERS, pk_of("Session")),
    Line("import_participants", REVIEWERS, query=lambda place: {"parent": place.pk("Session")}),
    Line("certificate_list", WORKERS),
    Line("certificate_detail", WORKERS, pk_of("Certificate")),
    Line("print_certificate", WORKERS, pk_of("Certificate")),
    Line("print_certificates", WORKERS, pk_of("Session")),
    Line("issue_certificates", OFFICES, pk_of("Session"), data={"issued_on": "2024-01-01", "confirmed": "1"}),
    Line("revoke_certificate", OFFICES, pk_of("Certificate"), data={"reason": "更正", "confirmed": "1"}),
    Line("verify_certificate", args=lambda place: [place.rows["Certificate"].code], open_to="public"),
    # 文件
    Line("document_list", WORKERS),
    Line("search_documents", WORKERS, query=lambda place: {"q": "〔2021〕"}),
    Line("add_document", REVIEWERS),
    Line("document_detail", WORKERS, DOCUMENT),
    Line("edit_document", REVIEWERS, DOCUMENT),
    Line("download_attachment", WORKERS, pk_of("Attachment")),
    # Imports
    Line("import_list", REVIEWERS),
    Line("import_members", REVIEWERS),
    Line("import_template", REVIEWERS, lambda place: ["members"]),
    Line("paste_rows", REVIEWERS, lambda place: ["members"]),
    Line("import_detail", REVIEWERS, JOB),
    Line("import_progress", REVIEWERS, JOB),
    Line("confirm_import", REVIEWERS, JOB),
    Line("cancel_import", REVIEWERS, JOB),
    Line("rejected_rows", REVIEWERS, JOB, narrow=True),
    # 数据采集上报
    Line("collection_list", WORKERS),
    Line("issue_collection", OFFICES),
    Line("collection_detail", WORKERS, CALL, seen="published", narrow=True),
    Line("collection_detail", WORKERS, call_of_the_province),
    Line("collection_units", WORKERS, CALL, seen="published", narrow=True),
    Line("collection_units", WORKERS, call_of_the_province),
    Line("grant_lock_exception", OFFICES, call_of_the_province),
    Line("collection_totals", WORKERS, CALL, seen="published", narrow=True),
    Line("collection_totals", WORKERS, call_of_the_province),
    Line("print_form", WORKERS, CALL, seen="published"),
    Line("fill_submission", WORKERS, CALL, seen="published", narrow=True),
    Line("save_cell", WORKERS, lambda place: [place.pk("Collection"), KEY], seen="published", narrow=True),
    Line("fill_submission", WORKERS, call_of_the_province, narrow=True),
    Line("save_cell", WORKERS, cell_of_the_province, narrow=True),
    Line("check_submission", WORKERS, call_of_the_province, narrow=True),
    Line("submit_submission", WORKERS, call_of_the_province, narrow=True),
    Line("check_submission", WORKERS, CALL, seen="published", narrow=True),
    Line("submit_submission", WORKERS, CALL, seen="published", narrow=True),
    Line("submit_summary", WORKERS, CALL, seen="published", narrow=True),
    Line("submission_list", WORKERS, CALL, seen="published", narrow=True),
    Line("approve_submissions", REVIEWERS, CALL, seen="published"),
    Line("cell_list", WORKERS, by_unit(KEY, PERIOD)),
    Line("review_submission", WORKERS, SUBMISSION),
    Line("approve_submission", REVIEWERS, SUBMISSION),
    Line("return_cells", REVIEWERS, SUBMISSION),
    Line("withdraw_submission", WORKERS, SUBMISSION),
    Line("cell_history", WORKERS, lambda place: [place.pk("Submission"), KEY]),
    # Approval and talk
    Line("case_list", WORKERS),
    Line("case_detail", WORKERS, pk_of("Case")),
    Line("decide_case", WORKERS, pk_of("Case"), data={"verdict": "approve"}),
    Line("decide_cases", REVIEWERS),
    Line("record_outside_result", WORKERS, pk_of("Case"), narrow=True),
    Line("record_objection", WORKERS, pk_of("Case"), narrow=True),
    Line("name_experts", WORKERS, pk_of("Case"), narrow=True),
    Line("delegate_task", WORKERS, pk_of("Case"), narrow=True),
    Line("recuse_case", WORKERS, pk_of("Case"), narrow=True),
    Line("withdraw_case", WORKERS, pk_of("PlanCase"), narrow=True),
    Line("amend_case", REVIEWERS, lambda place: [place.pk("PlanCase"), "training_plan_change"], narrow=True),
    Line("record_past_case", REVIEWERS, lambda place: ["training_plan", place.pk("Plan")]),
    Line("record_past_case", WORKERS, lambda place: ["submission", place.pk("Submission")]),
    Line("flow_list", KEEPERS),
    Line("flow_detail", KEEPERS, pk_of("Flow"), seen="published"),
    Line("choose_flow", ADMINISTRATOR),
    Line("publish_flow", ADMINISTRATOR, lambda _: ["submission.5"]),
    Line("opinion_list", open_to="granted"),
    Line("give_opinion", args=pk_of("Dossier"), seen="granted", open_to="granted"),
    Line(
        "download_dossier_file",
        args=lambda place: [place.pk("Dossier"), 0],
        seen="granted",
        open_to="granted",
    ),
    Line("recuse_expert", args=pk_of("Dossier"), seen="granted", open_to="granted"),
    Line("thread_list", WORKERS),
    Line("thread_detail", WORKERS, THREAD),
    Line("reply_thread", WORKERS, THREAD, data={"body": "已核对"}),
    Line("settle_thread", WORKERS, THREAD),
    # 数据分析管理
    Line("figure_list", WORKERS, query=unit_query),
    Line("figure_detail", WORKERS, lambda place: ["member.total"], unit_query),
    Line("figure_records", WORKERS, lambda place: ["member.total"], unit_query),
    Line("statement_list", WORKERS),
    Line("state_figure", OFFICES),
    Line("correct_statement", OFFICES, pk_of("Statement")),
    Line("dashboard", WORKERS, query=unit_query),
    Line("report_half_year", WORKERS, query=unit_query, narrow=True),
    Line("report_half_year_docx", WORKERS, query=unit_query, narrow=True),
    # 系统管理
    Line("user_list", ADMINISTRATOR),
    Line("user_detail", ADMINISTRATOR, USER),
    Line("reset_password", ADMINISTRATOR, USER, data={"reason": "忘记", "confirmed": "1"}),
    Line("lock_user", ADMINISTRATOR, USER, data={"reason": "离岗", "confirmed": "1"}),
    Line("unlock_user", ADMINISTRATOR, USER, data={"reason": "返岗", "confirmed": "1"}),
    Line("post_list", ADMINISTRATOR),
    Line("create_post", ADMINISTRATOR),
    Line("post_detail", ADMINISTRATOR, POST),
    Line("create_user", ADMINISTRATOR, POST),
    Line("appoint", ADMINISTRATOR, POST),
    Line("end_appointment", ADMINISTRATOR, pk_of("Appointment")),
    # 字典、参数、放假调休: the province keeps what is one for all
    Line("dictionary_list", KEEPERS),
    Line("entry_list", KEEPERS, lambda _: ["key_tasks"]),
    Line("add_entry", OFFICES, lambda _: ["key_tasks"], narrow=True),
    Line("edit_entry", OFFICES, pk_of("Entry"), narrow=True),
    Line("end_entry", OFFICES, pk_of("Entry"), narrow=True),
    Line("parameter_list", KEEPERS),
    Line("choose_parameter", OFFICES),
    Line("set_parameter", OFFICES, lambda _: ["approval.public_notice"]),
    Line("edit_parameter", OFFICES, pk_of("Parameter"), seen="published", narrow=True),
    Line("end_parameter", OFFICES, pk_of("Parameter"), seen="published", narrow=True),
    Line("calendar_day_list", KEEPERS),
    Line("add_calendar_day", ADMINISTRATOR),
    Line("edit_calendar_day", ADMINISTRATOR, pk_of("CalendarDay")),
    Line("remove_calendar_day", ADMINISTRATOR, pk_of("CalendarDay")),
    Line("event_list", AUDITOR),
    Line("seal_status", AUDITOR),
    Line("event_detail", AUDITOR, pk_of("Event")),
]
