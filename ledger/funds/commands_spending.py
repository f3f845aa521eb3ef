"""What follows a disbursement: expenditure (支出), acceptance amount (验收) and recovery (收回)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from ledger.desk import Desk
from ledger.domain.access import Permission
from ledger.domain.dates import check_not_future
from ledger.domain.documents import DocumentKind, Status
from ledger.domain.errors import BeforeAllocation, Invalid, NotFound
from ledger.domain.funds import (
    check_acceptance,
    check_expenditure,
    check_recovery_disbursed,
    check_recovery_undisbursed,
)
from ledger.domain.money import Money, total
from ledger.funds import store, store_positions
from ledger.funds.store import StoredDocument
from ledger.funds.store_positions import AllocationContext
from ledger.journal import Fact
from ledger.pilots.store import load_pilot, load_projects, policy_in_force, project_of


def posted_disbursement(desk: Desk, disbursement_id: int) -> StoredDocument:
    """A posted disbursement of the tenant.

    Raises:
        NotFound: unknown, another tenant's, or not posted.
    """
    document = store.load_document(desk, disbursement_id, lock=True, field="disbursement_id")
    if document.kind is not DocumentKind.DISBURSEMENT or document.status is not Status.POSTED:
        raise NotFound(field="disbursement_id")
    return document


def unspent_of(desk: Desk, disbursement: StoredDocument, except_id: int = 0) -> Money:
    """What is left of a disbursement when the expenditures and recoveries under check are taken off."""
    waiting = [
        store_positions.waiting_amount(desk, kind, disbursement.id, except_id)
        for kind in (DocumentKind.EXPENDITURE, DocumentKind.RECOVERY)
    ]
    return disbursement.amount - disbursement.spent - disbursement.recovered - total(waiting)


def _check_not_before(day: date, disbursement: StoredDocument, field: str) -> None:
    if day < disbursement.business_date:
        raise BeforeAllocation(
            "日期不能早于拨付日期 {day}。请核对凭证日期。", day=disbursement.business_date.isoformat(), field=field
        )


def _of_allocation(context: AllocationContext) -> dict[str, object]:
    return {
        "pilot_id": context.pilot_id,
        "fiscal_year": context.fiscal_year,
        "line_id": context.line_id,
        "project_id": context.project_id,
        "allocation_id": context.allocation_id,
        "policy_version_id": context.policy_version_id,
        "uscc": context.uscc,
        "project_code": context.project_code,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordExpenditure:
    """Record what the project unit spent of a disbursement, by approved purpose; it waits for its check."""

    permission: ClassVar[Permission] = Permission.EXPENDITURE_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str
    disbursement_id: int
    amount: Money
    spent_on: date
    purpose: str

    def plan(self, desk: Desk) -> StoredDocument:
        """The document, once its rules hold; nothing is stored.

        Raises:
            FutureDate, NotFound, BeforeAllocation, ExceedsDisbursed.
        """
        check_not_future(self.spent_on, desk.today, "spent_on")
        disbursement = posted_disbursement(desk, self.disbursement_id)
        _check_not_before(self.spent_on, disbursement, "spent_on")
        context = store_positions.allocation(desk, disbursement.allocation_id or 0)
        check_expenditure(self.amount, unspent_of(desk, disbursement), context.position)
        return store.new_document(
            desk,
            DocumentKind.EXPENDITURE,
            amount=self.amount,
            business_date=self.spent_on,
            disbursement_id=disbursement.id,
            purpose=self.purpose,
            **_of_allocation(context),
        )

    def run(self, desk: Desk) -> list[Fact]:
        return [store.fact(one, "recorded") for one in store.insert_documents(desk, [self.plan(desk)])]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRecovery:
    """Record money taken back, undisbursed (of an allocation) or disbursed (of a disbursement). RX.5, Q14, Q15."""

    permission: ClassVar[Permission] = Permission.RECOVERY_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str
    amount: Money
    recovered_on: date
    document_no: str
    reason: str
    allocation_id: int | None = None
    disbursement_id: int | None = None

    def plan(self, desk: Desk) -> StoredDocument:
        """The document, once its rules hold; nothing is stored.

        Raises:
            FutureDate, Invalid, NotFound, BeforeAllocation, ExceedsAllocated, ExceedsDisbursed.
        """
        check_not_future(self.recovered_on, desk.today, "recovered_on")
        if (self.allocation_id is None) == (self.disbursement_id is None):
            raise Invalid("请只填一项：收回未拨资金填指标下达，收回已拨资金填拨付单。", field="allocation_id")
        if self.disbursement_id is not None:
            disbursement = posted_disbursement(desk, self.disbursement_id)
            _check_not_before(self.recovered_on, disbursement, "recovered_on")
            context = store_positions.allocation(desk, disbursement.allocation_id or 0)
            check_recovery_disbursed(self.amount, unspent_of(desk, disbursement), context.position)
        else:
            context = store_positions.allocation(desk, self.allocation_id or 0)
            self._check_undisbursed(desk, context)
        return store.new_document(
            desk,
            DocumentKind.RECOVERY,
            amount=self.amount,
            business_date=self.recovered_on,
            disbursement_id=self.disbursement_id,
            document_no=self.document_no,
            reason=self.reason,
            **_of_allocation(context),
        )

    def run(self, desk: Desk) -> list[Fact]:
        return [store.fact(one, "recorded") for one in store.insert_documents(desk, [self.plan(desk)])]

    def _check_undisbursed(self, desk: Desk, context: AllocationContext) -> None:
        if self.recovered_on < context.allocated_on:
            raise BeforeAllocation(
                "收回日期不能早于指标下达日期 {day}。请核对。",
                day=context.allocated_on.isoformat(),
                field="recovered_on",
            )
        waiting = store_positions.waiting_amount(desk, DocumentKind.RECOVERY, context.allocation_id)
        asked = replace(context.position, recovered_undisbursed=context.position.recovered_undisbursed + waiting)
        check_recovery_undisbursed(asked, self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordAcceptance:
    """Record the amount that an acceptance recognised for a project; it waits for its check. R11.3."""

    permission: ClassVar[Permission] = Permission.ACCEPTANCE_RECORD
    records_refusal: ClassVar[bool] = True
    tenant_code: str
    pilot_id: int
    project_code: str
    amount: Money
    accepted_on: date
    document_no: str

    def plan(self, desk: Desk) -> StoredDocument:
        """The document, once its rules hold; nothing is stored.

        Raises:
            FutureDate, NotFound, ProjectMismatch, ExceedsSpent.
        """
        check_not_future(self.accepted_on, desk.today, "accepted_on")
        pilot = load_pilot(desk, self.pilot_id)
        project = project_of(load_projects(desk, pilot.id), self.project_code)
        allocations = store_positions.allocations_of_project(desk, project.id)
        unaccepted = total([one.position.unaccepted for one in allocations])
        waiting = store_positions.waiting_amount(desk, DocumentKind.ACCEPTANCE, project.id)
        check_acceptance(unaccepted - waiting, self.amount)
        return store.new_document(
            desk,
            DocumentKind.ACCEPTANCE,
            pilot_id=pilot.id,
            amount=self.amount,
            business_date=self.accepted_on,
            fiscal_year=allocations[0].fiscal_year,
            line_id=allocations[0].line_id,
            project_id=project.id,
            document_no=self.document_no,
            policy_version_id=policy_in_force(desk, self.accepted_on).id,
            uscc=pilot.uscc,
            project_code=project.code,
        )

    def run(self, desk: Desk) -> list[Fact]:
        return [store.fact(one, "recorded") for one in store.insert_documents(desk, [self.plan(desk)])]
