"""The official template as an empty workbook: text cells for codes, lists where a word is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from ledger.exchange.templates import FAULT_HEADER, PILOT_KINDS, TEMPLATES, VERSION, Kind, Reads, Unit

ROWS = 2000
"""Rows that are formatted in advance."""
_TOP = 3
_WIDTHS = {Reads.AMOUNT: 16, Reads.DATE: 13, Reads.PAST_DATE: 13, Reads.NOTHING: 6}


def write_blank_book(kind: Kind, tenant_names: Sequence[str]) -> bytes:
    """An empty workbook of one kind: title, version and unit, header row, formatted columns."""
    template = TEMPLATES[kind]
    columns = [column for column in template.columns if column.header != FAULT_HEADER]
    # What the province plans is in 万元, what the finance bureaus pay in 元.
    unit = Unit.YUAN if kind is Kind.DISBURSEMENTS else Unit.WAN
    choices = {"tenant_name": list(tenant_names), "kind": list(PILOT_KINDS)}
    out = BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet(template.title)
        header = book.add_format({"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter"})
        text = book.add_format({"num_format": "@"})
        formats = {
            Reads.AMOUNT: book.add_format({"num_format": "#,##0.00" if unit is Unit.YUAN else "#,##0.00####"}),
            Reads.DATE: book.add_format({"num_format": "yyyy-mm-dd"}),
            Reads.NOTHING: book.add_format(),
        }
        formats[Reads.PAST_DATE] = formats[Reads.DATE]
        sheet.write_string(0, 0, template.title, book.add_format({"bold": True, "font_size": 14}))
        sheet.write_string(1, 0, f"模板版本：{VERSION}")
        sheet.write_string(1, len(columns) - 1, f"单位：{unit.value}")
        for at, column in enumerate(columns):
            sheet.set_column(at, at, _WIDTHS.get(column.reads, 24), formats.get(column.reads, text))
            sheet.write_string(_TOP - 1, at, column.header, header)
            if column.key in choices:
                listed = {"validate": "list", "source": choices[column.key]}
                sheet.data_validation(_TOP, at, _TOP + ROWS - 1, at, listed)
        sheet.freeze_panes(_TOP, 0)
    return out.getvalue()
