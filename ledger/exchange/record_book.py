"""A table as a file that a spreadsheet opens and nothing in it can run: xlsx with typed cells, or csv."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from io import BytesIO, StringIO
from typing import TypeAlias

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from ledger.domain.money import Money, plain
from ledger.exchange.errors_book import ACTIVE_STARTS, CELL_LIMIT

Cell: TypeAlias = "str | int | Money | date | datetime | None"
_BEIJING = timezone(timedelta(hours=8))
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
"""Characters that no workbook can hold."""
_WIDEST = 60


def is_active(text: str) -> bool:
    """Whether a spreadsheet might take a text for a formula, blanks before it left aside."""
    return text.startswith(ACTIVE_STARTS) or text.lstrip(" \u00a0\u3000").startswith(ACTIVE_STARTS)


def write_table_book(title: str, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet: texts stay texts (also `=…`), money is a number in yuan, dates are dates, instants in Beijing time."""
    out = BytesIO()
    # Nothing is guessed from a text: no formula, no link, no number.
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        formats = {
            "money": book.add_format({"num_format": "#,##0.00"}),
            "count": book.add_format({"num_format": "0"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            "quoted": book.add_format({"quote_prefix": True, "num_format": "@", "text_wrap": True, "valign": "top"}),
            "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
            "header": book.add_format({"bold": True, "border": 1}),
        }
        sheet = book.add_worksheet(title)
        for at, name in enumerate(header):
            sheet.set_column(at, at, _width(name, [row[at] for row in rows[:200]]))
            sheet.write_string(0, at, name, formats["header"])
        for number, row in enumerate(rows, start=1):
            for at, cell in enumerate(row):
                _write(sheet, number, at, cell, formats)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(rows), 1), len(header) - 1)
        sheet.set_landscape()
        sheet.repeat_rows(0)
    return out.getvalue()


def _width(name: str, cells: Sequence[Cell]) -> int:
    longest = max((len(line) for cell in cells if isinstance(cell, str) for line in cell.split("\n")), default=0)
    return min(_WIDEST, max(14, 2 * len(name) + 2, longest + longest // 2))


def _write(sheet: Worksheet, row: int, at: int, cell: Cell, formats: dict[str, Format]) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Money):
        # Whole fen are exact in the number that is written: 15 digits hold every sum of this fund.
        sheet.write_number(row, at, cell.fen / 100, formats["money"])
    elif isinstance(cell, datetime):
        sheet.write_datetime(row, at, cell.astimezone(_BEIJING).replace(tzinfo=None), formats["instant"])
    elif isinstance(cell, date):
        sheet.write_datetime(row, at, cell, formats["date"])
    elif isinstance(cell, int):
        sheet.write_number(row, at, cell, formats["count"])
    else:
        text = _UNSTORABLE.sub("", cell)[:CELL_LIMIT]
        sheet.write_string(row, at, text, formats["quoted" if is_active(text) else "text"])


def write_table_csv(header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """UTF-8 with the mark that Excel looks for; a text that might run begins with `'`, a negative amount does not."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_in_csv(name) for name in header])
    writer.writerows([[_in_csv(cell) for cell in row] for row in rows])
    return out.getvalue().encode("utf-8-sig")


def _in_csv(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Money):
        return plain(cell)
    if isinstance(cell, datetime):
        return cell.astimezone(_BEIJING).replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    text = _UNSTORABLE.sub("", str(cell))
    return f"'{text}" if isinstance(cell, str) and is_active(text) else text
