"""Rows of a sheet become typed values, or one fault each with the words that mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from ledger.domain.amounts import BLANKS, number_cell_text, parse_typed, parse_wan
from ledger.domain.dates import check_not_future, parse_typed_date
from ledger.domain.errors import (
    AmountFormat,
    BadValue,
    DateUnreadable,
    Invalid,
    LedgerError,
    Required,
    RuleBroken,
    UsccCheck,
)
from ledger.domain.money import ZERO, Money, yuan
from ledger.exchange.templates import PILOT_KINDS, Column, Kind, Reads, Unit, is_signature, is_total
from ledger.exchange.words import Fault, Words, fault_of, first_fault, words
from ledger.exchange.workbook import Cell, Sheet, read_layout

REMEMBERED = 10_000
"""Texts whose reading is kept for the rows below, which mostly repeat them: names, codes, accounts, numbers."""

EXACT_DIGITS = 15
"""Excel keeps fifteen digits of a number; a longer code typed as a number is already wrong."""


_PLAIN = re.compile(r"[0-9,]+(?:\.[0-9]+)?", re.ASCII)  # only spelling is shown, so separators count as plain


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row: values by key (`None` where blank or refused), their raw text, what was normalised.

    Amounts are `Money`, dates `date`, the fiscal year an `int`, all else text.
    `normalised` holds (raw, read) for the cells that were not taken as they stood.
    """

    number: int
    values: Mapping[str, Money | date | int | str | None]
    typed: Mapping[str, str]
    normalised: Mapping[str, tuple[str, str]]
    fault: Fault | None
    headers: Mapping[str, str]

    def fault_at(self, key: str, error: LedgerError) -> Fault:
        """A refusal found later (not found, a limit, …) as this row's fault in column `key`."""
        return fault_of(self.number, self.headers.get(key, ""), error, self.typed.get(key, ""))


class BookReader:
    """Reads a sheet one row at a time; `warnings` is complete once the rows have run out."""

    def __init__(self, kind: Kind | str, sheet: Sheet, today: date | None = None) -> None:
        self.kind = Kind(kind)
        self.layout = read_layout(self.kind, sheet)
        self.warnings: list[Words] = []
        self._sheet = sheet
        self._today = today
        self._texts: dict[tuple[str, str], str | int] = {}

    @property
    def unit(self) -> Unit:
        return self.layout.unit

    def __iter__(self) -> Iterator[ReadRow]:
        self.warnings = []
        amount_key = self.layout.template.amount_key
        read_sum = ZERO
        unlabelled: set[int] = set()
        for number, cells in self._sheet.rows():
            if number <= self.layout.header_row:
                continue
            unlabelled |= {at for at in self.layout.unlabelled if not _is_blank(cells[at - 1])}
            if is_total(cells, self.layout):
                self._compare_total(number, cells, read_sum)
            elif not is_signature(cells, self.layout) and not self._is_blank_row(number, cells):
                row = self._read(number, cells)
                amount = row.values[amount_key]
                read_sum += amount if isinstance(amount, Money) else ZERO
                yield row
        if unlabelled:
            letters = "、".join(_letters(at) for at in sorted(unlabelled))
            self.warnings.append(words("{letters} 列没有表头，其中的内容没有读取。", letters=letters))

    def _is_blank_row(self, number: int, cells: list[Cell]) -> bool:
        return all(
            column.reads is Reads.NOTHING or (_is_blank(cells[at - 1]) and not self._sheet.is_formula(number, at))
            for at, column in self.layout.columns.items()
        )

    def _read(self, number: int, cells: list[Cell]) -> ReadRow:
        values: dict[str, Money | date | int | str | None] = {}
        typed: dict[str, str] = {}
        normalised: dict[str, tuple[str, str]] = {}
        fault: Fault | None = None
        for at, column in self.layout.columns.items():
            if column.reads is Reads.NOTHING:
                continue
            cell, key = cells[at - 1], column.key
            typed[key] = raw = shown(cell)
            values[key] = None
            try:
                if self._sheet.is_formula(number, at):
                    raise _formula(column)
                value = self._value(column, cell)
            except (BadValue, RuleBroken) as error:
                fault = first_fault(fault, fault_of(number, self.layout.headers[key], error, raw))
                continue
            values[key] = value
            if isinstance(cell, str) and value is not None:
                read = _spelled(value, raw)
                if read != raw:
                    normalised[key] = (raw, read)
        return ReadRow(number, values, typed, normalised, fault, self.layout.headers)

    def _value(self, column: Column, cell: Cell) -> Money | date | int | str | None:
        if column.reads is not Reads.TEXT or not isinstance(cell, str):
            return _read_cell(column, cell, self.unit, self._today)
        value: Money | date | int | str | None = self._texts.get((column.key, cell))
        if value is None:
            value = _read_cell(column, cell, self.unit, self._today)
            if isinstance(value, str | int) and len(self._texts) < REMEMBERED:
                self._texts[column.key, cell] = value
        return value

    def _compare_total(self, number: int, cells: list[Cell], read_sum: Money) -> None:
        key = self.layout.template.amount_key
        at = next(at for at, column in self.layout.columns.items() if column.key == key)
        if _is_blank(cells[at - 1]):
            return
        try:
            written = _amount(cells[at - 1], self.unit, key)
        except BadValue:
            unread = shown(cells[at - 1])
            self.warnings.append(words("第 {row} 行的合计“{total}”读不出来，没有核对。", row=number, total=unread))
            return
        if written != read_sum:
            told = words(
                "第 {row} 行的合计是 {total} 元，读到的各行相加是 {sum} 元。请核对有没有漏行或读不出的金额。",
                row=number,
                total=written,
                sum=read_sum,
            )
            self.warnings.append(told)


def shown(cell: Cell) -> str:
    """A cell's raw text as a person sees it: numbers in full, dates in ISO form."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_cell_text(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(" ")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip(BLANKS)


def _letters(column: int) -> str:
    letters = ""
    while column:
        column, last = divmod(column - 1, 26)
        letters = chr(65 + last) + letters
    return letters


def _formula(column: Column) -> BadValue:
    words = "这一格是公式或错误值，不能导入。请复制后选择性粘贴为“数值”。"
    if column.reads is Reads.AMOUNT:
        return AmountFormat(words, field=column.key)
    if column.reads in (Reads.DATE, Reads.PAST_DATE):
        return DateUnreadable(words, field=column.key)
    return Invalid(words, field=column.key)


def _read_cell(column: Column, cell: Cell, unit: Unit, today: date | None) -> Money | date | int | str | None:
    if _is_blank(cell) and not column.is_required:
        return None
    if column.reads is Reads.AMOUNT:
        return _amount(cell, unit, column.key)
    if column.reads in (Reads.DATE, Reads.PAST_DATE):
        day = _date(cell, column.key)
        if today is not None and column.reads is Reads.PAST_DATE:
            check_not_future(day, today, column.key)
        return day
    if _is_blank(cell) and column.key != "uscc":
        raise Required(column.blank_words, field=column.key, column=column.header)
    return column.reader(_text(cell, column), column.key)


def _amount(cell: Cell, unit: Unit, field: str) -> Money:
    if not isinstance(cell, str | int | float) or isinstance(cell, bool):
        raise AmountFormat("金额请只填数字，例如 1,250,000.00；这一格是日期或其他内容。", field=field)
    text = cell if isinstance(cell, str) else number_cell_text(cell)
    return parse_typed(text, field) if unit is Unit.YUAN else parse_wan(text, field)


def _date(cell: Cell, field: str) -> date:
    if isinstance(cell, datetime):
        return parse_typed_date(cell.date().isoformat(), field)
    if isinstance(cell, date):
        return parse_typed_date(cell.isoformat(), field)
    if isinstance(cell, str):
        return parse_typed_date(cell, field)
    raise DateUnreadable("这一格不是日期。请写成 2026-03-05，或把单元格设为日期格式。", field=field)


def _text(cell: Cell, column: Column) -> str:
    """A text column's cell; a number is its digits while Excel has kept them all."""
    if isinstance(cell, str):
        return cell
    is_number = isinstance(cell, int | float) and not isinstance(cell, bool)
    if is_number and len(shown(cell)) <= EXACT_DIGITS:
        return shown(cell)
    refusal = UsccCheck if column.key == "uscc" else Invalid
    if is_number:
        raise refusal("超过 15 位的号码被 Excel 改了尾数。请把单元格设为“文本”再重新填写。", field=column.key)
    raise refusal("Excel 把这一格改成了日期或逻辑值。请把单元格设为“文本”再重新填写。", field=column.key)


def _spelled(value: Money | date | int | str, raw: str) -> str:
    """How a typed cell was read; the raw text itself where its spelling was already right."""
    if isinstance(value, Money):
        return raw if _PLAIN.fullmatch(raw) else yuan(value)
    if isinstance(value, date):
        return value.isoformat()
    return raw if raw in PILOT_KINDS else str(value)
