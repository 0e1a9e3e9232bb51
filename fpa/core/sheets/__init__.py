"""Reading spreadsheets that strangers send: .xlsx, .xlsm, .xls, .csv, told apart by what is in them.

`open_sheets` opens a file or raises `Refused`; `header.find_tables` finds the tables in it;
`returned.write_rejected` gives the rejected rows back in the user's own layout.
"""

from fpa.core.sheets.book import Book, open_sheets
from fpa.core.sheets.model import Cell, Merge, Refused, Sheet, SheetRow

__all__ = ["Book", "Cell", "Merge", "Refused", "Sheet", "SheetRow", "open_sheets"]
