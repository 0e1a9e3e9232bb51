"""The empty table that an importer offers: its columns as text, so that no ID number is damaged while one types."""

from typing import BinaryIO

import xlsxwriter

from fpa.imports.importer import Importer

_WIDTH = 20


def write_template(out: BinaryIO, importer: Importer) -> None:
    """Write an .xlsx with one sheet: the usual columns, required ones marked with an asterisk, all cells text."""
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet(f"{importer.label}名册")
        head = book.add_format(
            {"bold": True, "border": 1, "align": "center", "num_format": "@", "bg_color": "#F2F2F2"}
        )
        text = book.add_format({"num_format": "@"})
        columns = [field for field in importer.fields if field.key in importer.template]
        sheet.set_column(0, len(columns) - 1, _WIDTH, text)
        for at, field in enumerate(columns):
            sheet.write_string(0, at, f"{field.label}*" if field.required else field.label, head)
            sheet.write_comment(0, at, importer.template[field.key])
        sheet.freeze_panes(1, 0)
        sheet.set_paper(9)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
