"""One's own imports: their list, and one of them row by row as it was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.money import ZERO, Money
from ledger.exchange import store
from ledger.exchange.queries import ImportView, own, view_of
from ledger.exchange.report import Report, Spelling, spellings
from ledger.exchange.rows import BookReader, ReadRow
from ledger.exchange.templates import TEMPLATES
from ledger.exchange.words import Fault
from ledger.exchange.workbook import read_sheet


@dataclass(frozen=True, slots=True)
class ImportsPage:
    """One page of imports, the newest first."""

    items: Sequence[ImportView]
    total: int
    page: int
    per_page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MyImports:
    """What the asker uploaded."""

    permission: ClassVar[Permission] = Permission.IMPORT
    page: int = 1
    per_page: int = 20

    def run(self, desk: Desk) -> ImportsPage:
        files = store.own_files(desk, self.per_page, (self.page - 1) * self.per_page)
        return ImportsPage([view_of(one) for one in files], store.count_own_files(desk), self.page, self.per_page)


class Show(StrEnum):
    """Which rows of an import are asked for; those refused are the wrong ones and the doubles."""

    ALL = "all"
    WRONG = "wrong"
    DOUBLE = "double"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """A row of the sheet; `amount` is None where it could not be read, `amount_typed` is what stood there.

    `dated` and `document_no` are as they were read, or as they stand where they could not be.
    """

    number: int
    tenant_name: str
    pilot_name: str
    amount: Money | None
    amount_typed: str
    dated: str
    document_no: str
    fault: Fault | None
    spellings: tuple[Spelling, ...]


@dataclass(frozen=True, slots=True)
class RowsPage:
    """One page of an import's rows in sheet order; `amount_total` is of all its faultless rows."""

    view: ImportView
    report: Report
    items: Sequence[ImportedRow]
    total: int
    page: int
    per_page: int
    amount_total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class MyImportRows:
    """The rows of an import of the asker's own, read from the kept file once more.

    `report` takes the place of the kept one where a confirm has just found otherwise.

    Raises:
        NotFound: as for `ImportReport`.
    """

    permission: ClassVar[Permission] = Permission.IMPORT
    import_id: int
    show: Show = Show.ALL
    report: Report | None = None
    page: int = 1
    per_page: int = 50

    def run(self, desk: Desk) -> RowsPage:
        view = own(desk, self.import_id)
        report = self.report or view.report
        faults = {fault.row: fault for fault in report.refused}
        key = TEMPLATES[view.kind].amount_key
        first = (self.page - 1) * self.per_page
        items: list[ImportedRow] = []
        total, amount_total = 0, ZERO
        for row in BookReader(view.kind, read_sheet(store.load_content(desk, self.import_id))):
            fault, amount = faults.get(row.number), row.values.get(key)
            if fault is None and isinstance(amount, Money):
                amount_total += amount
            if not self._is_shown(fault):
                continue
            if first <= total < first + self.per_page:
                items.append(_shown(row, key, fault))
            total += 1
        return RowsPage(view, report, items, total, self.page, self.per_page, amount_total)

    def _is_shown(self, fault: Fault | None) -> bool:
        if self.show is Show.ALL or fault is None:
            return self.show is Show.ALL
        return self.show is Show.REFUSED or fault.is_double == (self.show is Show.DOUBLE)


def _shown(row: ReadRow, key: str, fault: Fault | None) -> ImportedRow:
    amount = row.values.get(key)
    return ImportedRow(
        row.number,
        row.typed.get("tenant_name", ""),
        row.typed.get("name", ""),
        amount if isinstance(amount, Money) else None,
        row.typed.get(key, ""),
        _as_read(row, *_DATES),
        _as_read(row, "document_no"),
        fault,
        spellings(row),
    )


def _as_read(row: ReadRow, *keys: str) -> str:
    key = next((one for one in keys if one in row.typed), "")
    return str(row.values.get(key) or row.typed.get(key, ""))


_DATES = ("paid_on", "allocated_on", "decided_on", "designated_on")
"""The business date of a row, by its kind."""
