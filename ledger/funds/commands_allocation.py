"""Allocations (指标下达): a notice passes an award's money down, line by line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.errors import BeforeAllocation, Conflict, DocumentUnknown, NotFound, ProjectMismatch
from ledger.domain.funds import check_allocation
from ledger.domain.money import Money
from ledger.domain.pilots import check_may_be_awarded
from ledger.funds import store, store_positions
from ledger.funds.store import StoredDocument
from ledger.journal import Fact
from ledger.pilots.store import check_holds, load_pilot, policy_in_force
from ledger.pilots.store_holds import check_project_holds
from ledger.tenancy import Constant

_NOTICE = Constant(
    "SELECT notice_date_of(:document_no) AS noticed_on",
    sqlite="SELECT (SELECT allocated_on FROM allocation_notice WHERE document_no = :document_no) AS noticed_on",
    province_wide=True,
)
_IN_NOTICE = Constant(
    "SELECT number FROM document WHERE tenant_code = :tenant_code AND kind = 'allocation'"
    " AND document_no = :document_no AND project_id = :project_id AND status IN ('waiting', 'posted')"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationDraft:
    """One line of an allocation notice as it was entered."""

    award_id: int
    project_code: str
    amount: Money
    document_no: str
    allocated_on: date


class AllocationBook:
    """Checks allocation drafts one after another, each in sight of those before it, and stores them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._asked: dict[int, Money] = {}
        self._in_notice: set[tuple[str, int]] = set()
        self._notices: dict[str, date] = {}

    def plan(self, draft: AllocationDraft) -> StoredDocument:
        """Check one draft.

        Raises:
            NotFound, ProjectMismatch, DocumentUnknown, BeforeAllocation, Frozen, ExceedsAwarded.
        """
        desk = self._desk
        check_not_future(draft.allocated_on, desk.today, "allocated_on")
        award = store.load_document(desk, draft.award_id, field="award_id")
        if award.kind is not DocumentKind.AWARD or award.status is not Status.POSTED:
            raise NotFound(field="award_id")
        if draft.allocated_on < award.business_date:
            raise BeforeAllocation(
                "下达日期不能早于核定日期 {day}。请核对指标文件。",
                day=award.business_date.isoformat(),
                field="allocated_on",
            )
        pilot = load_pilot(desk, award.pilot_id)
        check_may_be_awarded(pilot.status, pilot.name)
        check_holds(desk, pilot.uscc, DocumentKind.ALLOCATION)
        line = self._line(award.id, draft.project_code)
        check_project_holds(desk, pilot.id, [line.project_id], DocumentKind.ALLOCATION)
        self._check_notice(draft, line.project_id)
        position = store_positions.line(desk, line.id)
        asked = self._asked.get(line.id, Money(0))
        check_allocation(replace(position, waiting=position.waiting + asked), draft.amount)
        # Noted once the line has passed: a refused one reserves nothing.
        self._asked[line.id] = asked + draft.amount
        self._notices.setdefault(draft.document_no, draft.allocated_on)
        self._in_notice.add((draft.document_no, line.project_id))
        return store.new_document(
            desk,
            DocumentKind.ALLOCATION,
            pilot_id=pilot.id,
            amount=draft.amount,
            business_date=draft.allocated_on,
            fiscal_year=award.fiscal_year,
            document_no=draft.document_no,
            award_id=award.id,
            line_id=line.id,
            project_id=line.project_id,
            policy_version_id=policy_in_force(desk, draft.allocated_on).id,
            uscc=pilot.uscc,
            project_code=line.project_code,
        )

    def _line(self, award_id: int, project_code: str) -> store.Line:
        for line in store.award_lines(self._desk, award_id):
            if project_code in (line.project_code, line.project_name if line.project_code is None else None):
                return line
        raise ProjectMismatch("该核定中没有项目 {code}（第八条）。请核对项目代码。", code=project_code)

    def _check_notice(self, draft: AllocationDraft, project_id: int) -> None:
        found = self._desk.first(_NOTICE, document_no=draft.document_no)
        noticed_on = (found and found.noticed_on) or self._notices.get(draft.document_no, draft.allocated_on)
        if noticed_on != draft.allocated_on:
            raise DocumentUnknown(
                "指标文号 {number} 的下达日期是 {day}，一个文号不能用于两份指标文件。请核对文号和日期。",
                number=draft.document_no,
                day=noticed_on.isoformat(),
            )
        there = self._desk.first(_IN_NOTICE, document_no=draft.document_no, project_id=project_id)
        if there is not None or (draft.document_no, project_id) in self._in_notice:
            raise Conflict(
                "指标文号 {number} 下该项目已有一笔下达。一份指标文件里同一项目只能出现一次，请核对。",
                number=draft.document_no,
                field="project_code",
            )

    def store(self, planned: Sequence[StoredDocument]) -> list[StoredDocument]:
        """Store planned allocations, waiting for their check."""
        return store.insert_documents(self._desk, planned)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAllocation(AllocationDraft):
    """Record one line of an allocation notice; it waits for its check."""

    permission: ClassVar[Permission] = Permission.ALLOCATION_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str

    def plan(self, desk: Desk) -> StoredDocument:
        """The document, once its rules hold; nothing is stored. Raises what `AllocationBook.plan` raises."""
        return AllocationBook(desk).plan(self)

    def run(self, desk: Desk) -> list[Fact]:
        return [store.fact(one, "recorded") for one in store.insert_documents(desk, [self.plan(desk)])]
