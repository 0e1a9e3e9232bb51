"""The module menu: the association's five modules and the workspace, each entry behind its permission."""

from dataclasses import dataclass

from fpa.core.actor import Actor


@dataclass(frozen=True)
class Entry:
    """One line of the menu."""

    label: str
    url_name: str
    permission: str


@dataclass(frozen=True)
class Section:
    """One module of the menu, with an icon of the sprite."""

    label: str
    icon: str
    entries: tuple[Entry, ...]


MENU = (
    Section(
        "工作台",
        "home",
        (
            Entry("今天要办", "home", "unit.view"),
            Entry("审核事项", "case_list", "case.view"),
            Entry("讨论与退回", "thread_list", "thread.view"),
        ),
    ),
    Section(
        "组织建设管理",
        "sitemap",
        (
            Entry("组织机构", "unit_tree", "unit.view"),
            Entry("会员", "member_list", "member.view"),
            Entry("工作队伍", "staff_list", "staff.view"),
            Entry("导入记录", "import_list", "member.import"),
        ),
    ),
    Section(
        "数据分析管理",
        "chart-bar",
        (
            Entry("数据看板", "dashboard", "dashboard.view"),
            Entry("数据采集上报", "collection_list", "submission.view"),
            Entry("指标目录", "figure_list", "figure.view"),
            Entry("半年报告", "report_half_year", "report.view"),
        ),
    ),
    Section(
        "系统管理",
        "settings",
        (
            Entry("账号与岗位", "user_list", "user.view"),
            Entry("审计日志", "event_list", "audit.view"),
        ),
    ),
)


def menu_for(actor: Actor) -> list[tuple[Section, list[Entry]]]:
    """The sections and entries that the actor's role may open; empty sections are left out."""
    sections = [(s, [e for e in s.entries if actor.may(e.permission)]) for s in MENU]
    return [(section, entries) for section, entries in sections if entries]
