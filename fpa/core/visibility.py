"""Who may see a table's rows: declared once on each model, turned into policies by `fpa.access.guards`."""

import os
from enum import Enum


class Visibility(Enum):
    """The kinds of visibility of design §4."""

    SUBTREE = "subtree"
    """Most rows: seen by the unit they belong to and everything above it."""
    PUBLISHED_DOWN = "published_down"
    """Forms, calls, notices: seen by the publisher's whole subtree, and written only by the publisher's side."""
    CO_HELD = "co_held"
    """Small tables only: as PUBLISHED_DOWN, and read besides by the units whose paths stand in `co_holders`, wherever
    they are: what several hold together is seen by all of them, and changed and counted at one."""
    GRANTED = "granted"
    """Small tables only: as SUBTREE, and read besides by the accounts in `grantees` until `granted_until` (inclusive);
    a named expert or a third party sees that row and nothing of what it came from."""
    REFERENCE = "reference"
    """Dictionaries and the tree of units: seen by all, no row-level security."""


ROOT_PATH = "/"
"""Path of the province, and so of everything."""
NOWHERE = "/-/"
"""A path that no unit has or stands below: units' steps are digits."""


def upper_bound(path: str) -> str:
    """End of the range that holds `path` and all below it.

    Every path ends in `/`, and `0` is the character after `/` under COLLATE "C": `/01/` … `/010`.
    """
    return path[:-1] + "0"


def common_path(one: str, other: str) -> str:
    """Path of the nearest unit that is, or stands above, both: `/12/02/001/` and `/12/02/003/` → `/12/02/`."""
    return os.path.commonpath([one, other]).rstrip("/") + "/"
