"""The rows of awards, allocations and disbursements: each finds what it rests on, then passes its book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.desk import Desk
from ledger.domain.access import Actor
from ledger.domain.errors import DocumentUnknown, ExceedsAwarded, Invalid, LedgerError
from ledger.domain.funds import check_not_before_allocation, check_payee
from ledger.domain.money import ZERO, Money
from ledger.exchange import store
from ledger.exchange.commands_rows import RowPlanner, given, known
from ledger.exchange.rows import ReadRow
from ledger.exchange.words import words
from ledger.funds.commands_allocation import AllocationBook, AllocationDraft
from ledger.funds.commands_award import AwardBook, AwardDraft, AwardLineDraft, PlannedAward
from ledger.funds.commands_bulk import DisbursementBatch
from ledger.funds.commands_disbursement import DisbursementDraft
from ledger.funds.commands_posting import post
from ledger.funds.store import StoredDocument, fact
from ledger.journal import Fact
from ledger.pilots.store import StoredPilot, StoredProject


class _MoneyRows(RowPlanner):
    """Rows that name a pilot and one of its projects."""

    def _pilot_and_project(self, row: ReadRow) -> tuple[StoredPilot, StoredProject] | None:
        pilot = self._pilot(row)
        code = known(row, "project_code", str)
        return None if pilot is None or code is None else (pilot, self.places.project(pilot, code))

    def _recorded(self, documents: Sequence[StoredDocument], checker: Actor | None) -> list[Fact]:
        facts = [fact(document, "recorded") for document in documents]
        if checker is None:
            return facts
        return facts + [post(self.desk, document, checker) for document in documents]


AwardKey = tuple[str, str, str, int]


class AwardRows(_MoneyRows):
    """Rows of one credit code, document number and year are one award with several lines.

    A line that is refused leaves the others of its award standing; the report says which.
    """

    def __init__(self, desk: Desk, target_code: str | None = None) -> None:
        super().__init__(desk, target_code)
        self._book = AwardBook(desk)
        self._groups: dict[AwardKey, list[ReadRow]] = {}
        self._broken: dict[AwardKey, list[int]] = {}
        self._planned: dict[str, list[PlannedAward]] = {}

    def _find(self, row: ReadRow) -> None:
        try:
            self._pilot_and_project(row)
        except LedgerError:
            self._note_broken(row)
            raise
        if row.fault is not None:
            self._note_broken(row)

    def _take(self, row: ReadRow) -> None:
        group = self._groups.setdefault(self._key(row), [])
        if group and group[0].values["decided_on"] != row.values["decided_on"]:
            self._note_broken(row)
            raise Invalid(
                "同一试点、同一文号的安排日期应相同，第 {row} 行是 {day}。请核对。",
                field="decided_on",
                row=group[0].number,
                day=str(group[0].values["decided_on"]),
            )
        group.append(row)

    def _key(self, row: ReadRow) -> AwardKey:
        return (
            self.desk.tenant_code,
            given(row, "uscc", str),
            given(row, "document_no", str),
            given(row, "fiscal_year", int),
        )

    def _note_broken(self, row: ReadRow) -> None:
        if None not in (row.values["uscc"], row.values["document_no"], row.values["fiscal_year"]):
            self._broken.setdefault(self._key(row), []).append(row.number)

    def _finish(self) -> None:
        for key, rows in self._groups.items():
            self.desk.go_to(key[0])
            self._plan_award(key, rows)
            if key in self._broken and self._planned.get(key[0]):
                numbers = "、".join(str(number) for number in self._broken[key])
                told = words(
                    "第 {rows} 行与第 {first} 行同属一项核定。只导入其余各行时，"
                    "该单位的一次性支持即被使用，未导入的行不能再补。",
                    rows=numbers,
                    first=rows[0].number,
                )
                self.warnings.append(told)

    def _plan_award(self, key: AwardKey, rows: list[ReadRow]) -> None:
        lines = rows if len(rows) == 1 else self._sound_lines(key, rows)
        if not lines:
            return
        try:
            planned = self._book.plan(self._draft(lines))
        except LedgerError as error:
            for row in lines:
                self._refuse(row, error)
        else:
            self._planned.setdefault(key[0], []).append(planned)

    def _sound_lines(self, key: AwardKey, rows: list[ReadRow]) -> list[ReadRow]:
        """The lines that stand together; each other one is refused for what it alone breaks."""
        sound: list[ReadRow] = []
        for row in rows:
            try:
                # A book of its own: a trial must reserve nothing.
                AwardBook(self.desk).plan(self._draft([*sound, row]))
            except LedgerError as error:
                self._refuse(row, error)
                self._broken.setdefault(key, []).append(row.number)
            else:
                sound.append(row)
        return sound

    def _draft(self, rows: Sequence[ReadRow]) -> AwardDraft:
        first = rows[0]
        lines = [AwardLineDraft(given(row, "project_code", str), given(row, "amount", Money)) for row in rows]
        return AwardDraft(
            pilot_id=self.places.pilot(given(first, "uscc", str)).id,
            lines=tuple(lines),
            fiscal_year=given(first, "fiscal_year", int),
            document_no=given(first, "document_no", str),
            decided_on=given(first, "decided_on", date),
        )

    def _tenants(self) -> Sequence[str]:
        return list(self._planned)

    def _store_here(self, checker: Actor | None) -> list[Fact]:
        return self._recorded(self._book.store(self._planned[self.desk.tenant_code]), checker)


class AllocationRows(_MoneyRows):
    """Each row is one line of an allocation notice, under the pilot's posted award."""

    def __init__(self, desk: Desk, target_code: str | None = None) -> None:
        super().__init__(desk, target_code)
        self._book = AllocationBook(desk)
        self._awards: dict[int, int | None] = {}
        self._planned: dict[str, list[StoredDocument]] = {}

    def _find(self, row: ReadRow) -> None:
        self._pilot_and_project(row)

    def _take(self, row: ReadRow) -> None:
        pilot = self.places.pilot(given(row, "uscc", str))
        if pilot.id not in self._awards:
            self._awards[pilot.id] = store.posted_award(self.desk, pilot.id)
        award_id = self._awards[pilot.id]
        amount = given(row, "amount", Money)
        if award_id is None:
            raise ExceedsAwarded(
                "{name} 没有已复核的核定，可下达 {available} 元，本次 {requested} 元。请先办理核定。",
                name=pilot.name,
                available=ZERO,
                requested=amount,
            )
        planned = self._book.plan(
            AllocationDraft(
                award_id=award_id,
                project_code=given(row, "project_code", str),
                amount=amount,
                document_no=given(row, "document_no", str),
                allocated_on=given(row, "allocated_on", date),
            )
        )
        self._planned.setdefault(self.desk.tenant_code, []).append(planned)

    def _tenants(self) -> Sequence[str]:
        return list(self._planned)

    def _store_here(self, checker: Actor | None) -> list[Fact]:
        return self._recorded(self._book.store(self._planned[self.desk.tenant_code]), checker)


class DisbursementRows(_MoneyRows):
    """Each row is paid out of the allocation that its document number, pilot and project name."""

    def __init__(self, desk: Desk, target_code: str | None = None) -> None:
        super().__init__(desk, target_code)
        self._batch = DisbursementBatch(desk)
        self._allocations: dict[tuple[str, int, int], store.FoundAllocation | None] = {}

    def _find(self, row: ReadRow) -> None:
        found = self._pilot_and_project(row)
        document_no = known(row, "document_no", str)
        if found is None or document_no is None:
            return
        allocation = self._allocation(document_no, found[0].id, found[1].id)
        paid_on = known(row, "paid_on", date)
        if paid_on is not None:
            check_not_before_allocation(paid_on, allocation.allocated_on)
        payee_name = known(row, "payee_name", str)
        if payee_name is not None:
            check_payee(payee_name, allocation.owner_name)

    def _allocation(self, document_no: str, pilot_id: int, project_id: int) -> store.FoundAllocation:
        key = (document_no, pilot_id, project_id)
        if key not in self._allocations:
            self._allocations[key] = store.posted_allocation(self.desk, *key)
        allocation = self._allocations[key]
        if allocation is None:
            raise DocumentUnknown(
                "该项目没有文号为 {number} 的已生效指标。请核对指标文号；没有登记的，请联系省级登记指标。",
                number=document_no,
            )
        return allocation

    def _take(self, row: ReadRow) -> None:
        pilot = self.places.pilot(given(row, "uscc", str))
        project = self.places.project(pilot, given(row, "project_code", str))
        allocation = self._allocation(given(row, "document_no", str), pilot.id, project.id)
        self._batch.plan(
            DisbursementDraft(
                allocation_id=allocation.id,
                amount=given(row, "amount", Money),
                paid_on=given(row, "paid_on", date),
                voucher_no=given(row, "voucher_no", str),
                payee_name=given(row, "payee_name", str),
                payee_account=given(row, "payee_account", str),
            )
        )

    def _tenants(self) -> Sequence[str]:
        return [self.desk.tenant_code] if self._batch else []

    def _store_here(self, checker: Actor | None) -> list[Fact]:
        """Store them all; their facts follow the import's own into the journal, since they may be many."""
        self._batch.store(checker)
        self.desk.follow(self._batch.facts(checker))
        return []
