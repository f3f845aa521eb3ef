"""The official template as an empty workbook: text cells for codes, lists where a word is chosen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

import xlsxwriter

from ledger.domain.pilots import Direction
from ledger.exchange.templates import FAULT_HEADER, PILOT_KINDS, TEMPLATES, VERSION, Column, Kind, Reads, Unit

ROWS = 2000
"""Rows that are formatted in advance."""
_TOP = 3
_FIRST_DAY, _LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)
_WIDTHS = {Reads.AMOUNT: 16, Reads.DATE: 13, Reads.PAST_DATE: 13, Reads.NOTHING: 6}


def _rule(column: Column, choices: Mapping[str, Sequence[str]]) -> dict[str, Any] | None:
    """What Excel checks while a cell is filled in: what can only be wrong is refused, the rest is asked about."""
    if column.key in choices:
        return {"validate": "list", "source": choices[column.key]}
    if column.reads is Reads.AMOUNT:
        words = "请只填大于零的数字，不要写单位。"
        above = {"criteria": ">", "value": 0}
        return {"validate": "decimal", **above, "error_title": column.header, "error_message": words}
    if column.reads in (Reads.DATE, Reads.PAST_DATE):
        words = "请填日期，例如 2026-03-05。"
        between = {"criteria": "between", "minimum": _FIRST_DAY, "maximum": _LAST_DAY, "error_type": "warning"}
        return {"validate": "date", **between, "error_title": column.header, "error_message": words}
    if column.key == "uscc":
        words = "统一社会信用代码是 18 位。请核对。"
        exact = {"criteria": "==", "value": 18, "error_type": "warning"}
        return {"validate": "length", **exact, "error_title": column.header, "error_message": words}
    return None


def write_blank_book(kind: Kind, tenant_names: Sequence[str]) -> bytes:
    """An empty workbook of one kind: title, version and unit, header row, formatted columns."""
    template = TEMPLATES[kind]
    columns = [column for column in template.columns if column.header != FAULT_HEADER]
    # What the province plans is in 万元, what the finance bureaus pay in 元.
    unit = Unit.YUAN if kind is Kind.DISBURSEMENTS else Unit.WAN
    choices = {"tenant_name": list(tenant_names), "kind": list(PILOT_KINDS), "direction": [*Direction]}
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
            rule = _rule(column, choices)
            if rule is not None:
                sheet.data_validation(_TOP, at, _TOP + ROWS - 1, at, rule)
        sheet.freeze_panes(_TOP, 0)
    return out.getvalue()
