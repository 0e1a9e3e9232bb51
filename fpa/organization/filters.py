"""The filters of the list of staff."""

from typing import Any

import django_filters as filters

from fpa.organization.models import Staff, StaffKind
from fpa.pages.filters import SeatFilters, UnitFilter

OPEN, ENDED = "open", "ended"


class StaffFilters(SeatFilters):
    """Find staff."""

    name = filters.CharFilter(label="姓名或拼音首字母", method="called")
    unit = UnitFilter(label="单位（含下级）")
    kind = filters.ChoiceFilter(label="人员类别", choices=StaffKind.choices)
    status = filters.ChoiceFilter(label="状态", method="having", choices=[(OPEN, "在任"), (ENDED, "已离任")])

    class Meta:
        model = Staff
        fields: list[str] = []

    def called(self, rows: Any, _: str, text: str) -> Any:
        """By the beginning of the name or of its initials."""
        return rows.called(text)

    def having(self, rows: Any, _: str, status: str) -> Any:
        """By whether they are in office."""
        return rows.active() if status == OPEN else rows.ended()
