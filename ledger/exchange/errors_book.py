"""The uploaded sheet once more, with a 错误说明 column and nothing in it that could run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from io import BytesIO
from math import isfinite

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ledger.exchange.rows import shown
from ledger.exchange.templates import FAULT_HEADER
from ledger.exchange.words import Fault
from ledger.exchange.workbook import Cell, Sheet, find_header_row, read_sheet

ACTIVE_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CELL_LIMIT = 32_767  # characters; a longer text would be dropped without a word


def write_errors_book(book: bytes | Sheet, faults: Iterable[Fault]) -> bytes:
    """The same sheet, rows where they were, each fault beside its row; made to be mended and sent again.

    Texts stay texts (also `=…`), numbers numbers, dates dates; a formula leaves its shown value.

    Raises:
        TooLarge, Invalid: `book` as bytes is refused as by `read_sheet`.
    """
    sheet = book if isinstance(book, Sheet) else read_sheet(book)
    words: dict[int, str] = {}
    for fault in faults:
        text = f"{fault.column}：{fault.message}" if fault.column else fault.message
        words[fault.row] = f"{words[fault.row]}\n{text}" if fault.row in words else text
    header_row, header = find_header_row(sheet)
    at = next((i for i, cell in enumerate(header) if str(cell).strip() == FAULT_HEADER), sheet.width)
    out = BytesIO()
    # Nothing is guessed from a text: no formula, no link, no number.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as target:
        formats = {
            "date": target.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": target.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "quoted": target.add_format({"quote_prefix": True, "num_format": "@"}),
            "text": target.add_format({"num_format": "@"}),
            "fault": target.add_format({"font_color": "#B3261E", "text_wrap": True}),
            "header": target.add_format({"bold": True}),
        }
        worksheet = target.add_worksheet("错误表")
        worksheet.set_column(0, max(at - 1, 0), 18)
        worksheet.set_column(at, at, 60)
        for number, cells in sheet.rows():
            for column, cell in enumerate(cells):
                if column != at:
                    _write(worksheet, number - 1, column, cell, formats)
            if number == header_row:
                worksheet.write_string(number - 1, at, FAULT_HEADER, formats["header"])
            elif number in words:
                worksheet.write_string(number - 1, at, words[number][:CELL_LIMIT], formats["fault"])
    return out.getvalue()


def _write(worksheet: Worksheet, row: int, column: int, cell: Cell, formats: Mapping[str, Format]) -> None:
    if isinstance(cell, date) and cell.year < 1900:  # before Excel's own calendar
        worksheet.write_string(row, column, shown(cell), formats["text"])
    elif isinstance(cell, datetime):
        worksheet.write_datetime(row, column, cell, formats["instant"])
    elif isinstance(cell, date):
        worksheet.write_datetime(row, column, cell, formats["date"])
    elif isinstance(cell, int | float) and not isinstance(cell, bool) and isfinite(cell):
        worksheet.write_number(row, column, cell)
    elif cell != "":
        text = shown(cell)[:CELL_LIMIT]
        # Quoted as well: a text that is edited in Excel would otherwise be read as a formula.
        worksheet.write_string(row, column, text, formats["quoted" if text.startswith(ACTIVE_STARTS) else "text"])
