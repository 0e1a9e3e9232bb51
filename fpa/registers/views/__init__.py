"""Pages of the registers."""

from fpa.registers.views.calendar import (
    add_calendar_day,
    calendar_day_list,
    edit_calendar_day,
    remove_calendar_day,
)
from fpa.registers.views.dictionaries import add_entry, dictionary_list, edit_entry, end_entry, entry_list
from fpa.registers.views.parameters import (
    choose_parameter,
    edit_parameter,
    end_parameter,
    parameter_list,
    set_parameter,
)

__all__ = [
    "add_calendar_day",
    "add_entry",
    "calendar_day_list",
    "choose_parameter",
    "dictionary_list",
    "edit_calendar_day",
    "edit_entry",
    "edit_parameter",
    "end_entry",
    "end_parameter",
    "entry_list",
    "parameter_list",
    "remove_calendar_day",
    "set_parameter",
]
