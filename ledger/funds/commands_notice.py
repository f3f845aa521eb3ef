"""An allocation notice (指标文件) over several pilots and tenants: all of its lines, or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.errors import LedgerError, ProjectMismatch, Required
from ledger.domain.money import Money, total
from ledger.funds import store
from ledger.funds.commands_allocation import AllocationBook, AllocationDraft
from ledger.funds.store import StoredDocument
from ledger.journal import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeLine:
    """What a notice passes down for one project, in any tenant."""

    tenant_code: str
    award_id: int
    project_code: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordNotice:
    """Record a whole notice of one year's fund: an allocation a line, each in its tenant, waiting for its check."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    records_refusal: ClassVar[bool] = True
    fiscal_year: int
    document_no: str
    allocated_on: date
    lines: tuple[NoticeLine, ...]

    @property
    def amount(self) -> Money:
        """The sum of the lines."""
        return total([line.amount for line in self.lines])

    def plan(self, desk: Desk) -> list[LedgerError | None]:
        """What each line is refused for, in the order of the lines; nothing is stored."""
        refusals: list[LedgerError | None] = [None] * len(self.lines)
        for tenant_code, places in self._by_tenant():
            desk.go_to(tenant_code)
            book = AllocationBook(desk)
            for place in places:
                try:
                    self._planned(book, self.lines[place])
                except LedgerError as refusal:
                    refusals[place] = refusal
        return refusals

    def run(self, desk: Desk) -> list[Fact]:
        if not self.lines:
            raise Required("请至少添加一个试点项目。", field="lines")
        facts: list[Fact] = []
        for tenant_code, places in self._by_tenant():
            desk.go_to(tenant_code)
            book = AllocationBook(desk)
            stored = book.store([self._planned(book, self.lines[place]) for place in places])
            facts += [replace(store.fact(one, "recorded"), stream=tenant_code) for one in stored]
        return facts

    def _by_tenant(self) -> Iterator[tuple[str, Sequence[int]]]:
        # In one order for everybody: two notices over the same tenants wait for each other, not crosswise.
        ordered = sorted(range(len(self.lines)), key=lambda place: (self.lines[place].tenant_code, place))
        for tenant_code, places in groupby(ordered, key=lambda place: self.lines[place].tenant_code):
            yield tenant_code, list(places)

    def _planned(self, book: AllocationBook, line: NoticeLine) -> StoredDocument:
        draft = AllocationDraft(
            award_id=line.award_id,
            project_code=line.project_code,
            amount=line.amount,
            document_no=self.document_no,
            allocated_on=self.allocated_on,
        )
        planned = book.plan(draft)
        if planned.fiscal_year != self.fiscal_year:
            raise ProjectMismatch(
                "该项目的核定属于 {year} 年专项资金，与本指标文件的来源不同。请分开下达。", year=planned.fiscal_year
            )
        return planned
