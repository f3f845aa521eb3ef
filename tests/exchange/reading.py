"""A whole sheet read at once, as only tests may: the product reads row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.exchange.rows import BookReader, ReadRow
from ledger.exchange.templates import Kind, Unit
from ledger.exchange.workbook import Sheet


@dataclass(frozen=True, slots=True)
class ReadBook:
    """What a reader gave of a sheet; warnings as text."""

    kind: Kind
    unit: Unit
    rows: list[ReadRow]
    warnings: list[str]


def read_rows(kind: Kind | str, sheet: Sheet, today: date | None = None) -> ReadBook:
    """Read every row of `sheet`."""
    reader = BookReader(kind, sheet, today)
    rows = list(reader)
    return ReadBook(reader.kind, reader.unit, rows, [str(warning) for warning in reader.warnings])
