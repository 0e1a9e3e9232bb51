"""The menu shows where a page belongs: the entry is lit on the pages below its list too."""

import pytest

from fpa.access.menu import lit_entry, menu
from fpa.core.actor import Actor


@pytest.mark.parametrize(
    ("address", "lit"),
    [
        ("/", "home"),
        ("/members/", "member_list"),
        ("/members/50084/edit/", "member_list"),
        ("/training/7/", "session_list"),
        ("/training/plans/7/", "plan_list"),
        ("/submissions/51411/cells/visit.households/", "collection_list"),
        ("/entries/3/edit/", "dictionary_list"),
        ("/appointments/8/end/", "user_list"),
        ("/password/", None),
    ],
)
def test_the_nearest_entry_above_a_page_is_lit(address, lit):
    every = frozenset(entry.permission for _, entries in menu() for entry in entries)
    entry = lit_entry(Actor(None, "演员", permissions=every), address)
    assert (entry and entry.url_name) == lit
