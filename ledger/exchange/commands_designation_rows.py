"""The rows of a designation list: pilots with their projects, over all tenants. R6.3, R8.1."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.errors import Required
from ledger.domain.money import Money
from ledger.domain.pilots import Direction, PilotKind, PilotStatus
from ledger.exchange.commands_rows import RowPlanner, given, known
from ledger.exchange.rows import ReadRow
from ledger.exchange.words import words
from ledger.journal import Fact
from ledger.pilots.commands import DesignationBook, PilotDraft, check_designation
from ledger.pilots.store import load_pilot


class DesignationRows(RowPlanner):
    """Rows of one credit code in one tenant are one pilot with several projects.

    `batch` names the list, as its title does.
    """

    def __init__(self, desk: Desk, target_code: str | None = None, batch: str = "") -> None:
        super().__init__(desk, target_code)
        self._batch = batch
        self._book = DesignationBook(desk)

    def _check_cells(self, row: ReadRow) -> None:
        if not row.typed.get("project_code", "").strip():
            raise Required("请填写项目代码；没有代码的，请由省级单独登记并写明理由。", field="project_code")

    def _find(self, row: ReadRow) -> None:
        """A row makes its pilot: there is nothing to find but its tenant."""

    def _take(self, row: ReadRow) -> None:
        designated_on = given(row, "designated_on", date)
        self._book.plan(
            PilotDraft(
                name=given(row, "name", str),
                kind=PilotKind(given(row, "kind", str)),
                uscc=given(row, "uscc", str),
                county_name=known(row, "county_name", str) or "",
                direction=Direction(given(row, "direction", str)),
                batch=self._batch or f"{designated_on.year}年",
                project_name=given(row, "project_name", str),
                project_code=given(row, "project_code", str),
                no_code_reason=None,
                investment=given(row, "investment", Money),
                start_on=known(row, "start_on", date),
                finish_on=known(row, "finish_on", date),
                document_no=given(row, "document_no", str),
                designated_on=designated_on,
            )
        )

    def _tenants(self) -> Sequence[str]:
        return self._book.tenants

    def _store_here(self, checker: Actor | None) -> list[Fact]:
        facts = self._book.store()
        for name in self._book.elsewhere:
            told = words("{name} 此前已在别的市（州）认定。一次性支持全省只有一次，请省级留意。", name=name)
            self.warnings.append(told)
        self._book.elsewhere.clear()
        if checker is None:
            return facts
        pilots = [load_pilot(self.desk, int(fact.subject_id)) for fact in facts]
        return facts + [check_designation(self.desk, pilot, PilotStatus.ACTIVE, checker) for pilot in pilots]
