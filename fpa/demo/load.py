"""Loading the demo data, step by step; each step is one the bar shows."""

from collections.abc import Callable

from fpa.access.models import User
from fpa.access.scope import whole_province
from fpa.demo.accounts import make_accounts
from fpa.demo.collections import make_collections
from fpa.demo.people import MEMBERS, make_people
from fpa.demo.returns import make_returns
from fpa.demo.standings import make_standings
from fpa.demo.statements import make_statements
from fpa.demo.training import make_training
from fpa.figures.freshness import refresh
from fpa.membership.models import Member
from fpa.organization.models import Standing

Progress = Callable[[str, int, int], None]


def is_loaded(scale: int | None = None) -> bool:
    """Whether a load, at `scale` where one is given, has been done: nobody has an account before it is whole."""
    if scale is None:
        return User.objects.exists()
    with whole_province():
        return User.objects.exists() and Member.objects.count() >= MEMBERS // scale


def load_demo(scale: int, progress: Progress) -> None:
    """Load standings, people, then accounts, collections, training and figures.

    A load that was broken off goes on where it stopped: each step, and each county's people, is one transaction.
    Nobody can log in before the last step.
    """
    with whole_province():
        if not Standing.objects.exists():
            make_standings()
    progress("单位入序参公", 1, 1)
    make_people(scale, lambda done, total: progress("会员和工作队伍", done, total))
    with whole_province():
        make_accounts()
        make_collections(lambda done, total: progress("数据采集上报", done, total))
        make_returns()
        make_statements()
        make_training()
    progress("汇总指标", 0, 1)
    refresh()
    progress("汇总指标", 1, 1)
