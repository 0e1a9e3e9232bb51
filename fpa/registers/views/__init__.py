"""Pages of the registers."""

from fpa.registers.views.calendar import (
    add_calendar_day,
    edit_calendar_day,
    remove_calendar_day,
)
from fpa.registers.views.dictionaries import add_entry, edit_entry, end_entry
from fpa.registers.views.parameters import (
    choose_parameter,
    edit_parameter,
    end_parameter,
    set_parameter,
)

__all__ = [
    "add_calendar_day",
    "add_entry",
    "choose_parameter",
    "edit_calendar_day",
    "edit_entry",
    "edit_parameter",
    "end_entry",
    "end_parameter",
    "remove_calendar_day",
    "set_parameter",
]
